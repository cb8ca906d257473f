/** Texts of the list of services. */
export const services = {
  title: 'Services',
  service: 'Service',
  health: 'Health',
  versions: 'Versions',
  ports: 'Ports',
  /** A port whose protocol is not declared: the proxy looks at the bytes. */
  sniffed: 'auto',
  endpoints: 'Ready',
  filter: 'Filter by name',
  total: '{count, plural, one {# service} other {# services}}',
  empty: 'There is no service in the chosen namespaces.',
  emptyFilter: 'No service has “{text}” in its name.',
  clear: 'Clear the filter',
  noEndpoints: 'No endpoint is ready: requests fail with 503.',
} as const;
