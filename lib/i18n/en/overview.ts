/** Texts of the overview page. */
export const overview = {
  title: 'Overview',
  namespaces: 'Namespaces',
  health: 'Health',
  workloads: 'Workloads',
  requests: 'Requests',
  errors: 'Errors',
  p95: 'p95',
  trend: 'Requests over time',
  sidecars: 'Sidecars',
  injection: {
    enabled: 'injected',
    disabled: 'not injected',
    revision: 'by revision',
    ambient: 'ambient',
  },
  workloadCount: '{count} {health}',
  total: '{count, plural, one {# namespace} other {# namespaces}}',
  empty: 'No namespace has a workload yet.',
  emptyFiltered: 'None of the chosen namespaces exists.',
  showAll: 'Show all namespaces',
  openGraph: 'Open the graph',
} as const;
