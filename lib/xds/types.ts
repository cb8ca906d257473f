import type { Cluster, ClusterLoadAssignment } from './types-cluster';
import type { Listener } from './types-listener';
import type { RouteConfiguration } from './types-route';
import type { Secret } from './types-tls';
import type { typeUrls } from './types-urls';
import type { Workload } from './types-workload';

export type * from './types-base';
export type * from './types-cluster';
export type * from './types-http-filters';
export type * from './types-listener';
export type * from './types-rbac';
export type * from './types-route';
export type * from './types-tls';
export * from './types-urls';
export type * from './types-workload';

/** Resource type by type URL: what an ADS stream carries. */
export interface ResourceByTypeUrl {
  [typeUrls.listener]: Listener;
  [typeUrls.routeConfiguration]: RouteConfiguration;
  [typeUrls.cluster]: Cluster;
  [typeUrls.clusterLoadAssignment]: ClusterLoadAssignment;
  [typeUrls.secret]: Secret;
  [typeUrls.workload]: Workload;
}

export type ResourceTypeUrl = keyof ResourceByTypeUrl;
export type Resource = ResourceByTypeUrl[ResourceTypeUrl];

/**
 * Where a piece of configuration comes from: `metadata.filter_metadata[provenanceKey]`. `object` is `Kind namespace/name`, `path` the field
 * in it (`spec.http[1].route[0]`), `resourceVersion` the version it was compiled from.
 */
export interface Provenance {
  object: string;
  path?: string;
  /** Of a route: the one match of its rule that it stands for. */
  match?: string;
  resourceVersion?: string;
}

export const provenanceKey = 'heddle.dev';
