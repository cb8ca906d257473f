import type { KindDefinition } from '@/lib/kinds';
import type { ResourceRef } from './types';

const core = (plural: string): ResourceRef => ({ group: '', version: 'v1', plural });
const apps = (plural: string): ResourceRef => ({ group: 'apps', version: 'v1', plural });

/** Built-in kinds that Heddle reads or writes, by the name of their collection. */
export const resources = {
  namespaces: core('namespaces'),
  nodes: core('nodes'),
  pods: core('pods'),
  services: core('services'),
  endpoints: core('endpoints'),
  endpointSlices: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' },
  configMaps: core('configmaps'),
  secrets: core('secrets'),
  serviceAccounts: core('serviceaccounts'),
  events: core('events'),
  deployments: apps('deployments'),
  replicaSets: apps('replicasets'),
  statefulSets: apps('statefulsets'),
  daemonSets: apps('daemonsets'),
  jobs: { group: 'batch', version: 'v1', plural: 'jobs' },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' },
  ingresses: { group: 'networking.k8s.io', version: 'v1', plural: 'ingresses' },
  networkPolicies: { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies' },
  customResourceDefinitions: { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' },
} as const satisfies Record<string, ResourceRef>;

/** Where objects of a registered kind live; in its first version unless told otherwise. */
export function resourceOf(kind: KindDefinition, version?: string): ResourceRef {
  return { group: kind.group, version: version ?? kind.versions[0] ?? 'v1', plural: kind.plural };
}
