import type { LabelSelector } from './kubernetes';

/** Condition in the status of objects: False names what of them the bundled mesh does not act on. */
export const effectCondition = 'heddle.dev/Effective';

/** Labels and annotations that carry meaning for the mesh. */
export const meshLabels = {
  tlsMode: 'security.istio.io/tlsMode',
  canonicalName: 'service.istio.io/canonical-name',
  canonicalRevision: 'service.istio.io/canonical-revision',
  inject: 'sidecar.istio.io/inject',
  injection: 'istio-injection',
  revision: 'istio.io/rev',
  dataplaneMode: 'istio.io/dataplane-mode',
  useWaypoint: 'istio.io/use-waypoint',
  injectionStatus: 'sidecar.istio.io/status',
  region: 'topology.kubernetes.io/region',
  zone: 'topology.kubernetes.io/zone',
  subzone: 'topology.istio.io/subzone',
  podLocality: 'topology.istio.io/locality',
  legacyPodLocality: 'istio-locality',
  gatewayName: 'gateway.networking.k8s.io/gateway-name',
  serviceExportTo: 'networking.istio.io/exportTo',
  dryRun: 'istio.io/dry-run',
  proxy: 'heddle.dev/proxy',
  command: 'heddle.dev/command',
} as const;

/** Whether labels hold every pair of `wanted`; an absent or empty `wanted` matches all. */
export function matchesLabels(
  labels: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string>> | undefined,
): boolean {
  if (wanted === undefined) return true;
  for (const key in wanted) if (labels?.[key] !== wanted[key]) return false;
  return true;
}

/** Whether labels satisfy a Kubernetes LabelSelector; an empty selector matches all. */
export function matchesSelector(labels: Readonly<Record<string, string>> | undefined, selector: LabelSelector): boolean {
  if (!matchesLabels(labels, selector.matchLabels)) return false;
  return (selector.matchExpressions ?? []).every((expression) => {
    const value = labels?.[expression.key];
    switch (expression.operator) {
      case 'In':
        return value !== undefined && (expression.values ?? []).includes(value);
      case 'NotIn':
        return value === undefined || !(expression.values ?? []).includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });
}
