import type { HealthRules } from '@/lib/health';
import type { NodeBadge } from './schema';

/** A workload as Kubernetes knows it. */
export interface MeshWorkload {
  namespace: string;
  name: string;
  /** Kind of the controller: Deployment, StatefulSet … */
  kind: string;
  app: string;
  version: string;
  ready: number;
  desired: number;
  /** Pods of the newest template and how many of them are ready, while a Deployment rolls it out. */
  update?: { updated: number; ready: number };
  injected: boolean;
  gateway: boolean;
  /** Its traffic is taken up by the node's proxy (Istio's ambient mode), not by a sidecar. */
  ambient: boolean;
  /** A gateway of ambient mode that requests to others pass. */
  waypoint: boolean;
  /** Services it stands behind, as `namespace/name`. */
  services: string[];
  /** Labels of its pods, without those that tell pods of one workload apart and those the mesh itself puts there. */
  labels?: Record<string, string>;
}

export interface MeshService {
  namespace: string;
  name: string;
  host: string;
  /** Keys of the workloads behind it. */
  workloads: string[];
  badges: NodeBadge[];
  /** Percent of the requests that each workload is to get, when the configuration divides them. */
  split?: ReadonlyMap<string, number>;
  /** Keys of the workloads of each subset that a DestinationRule names. */
  subsets?: ReadonlyMap<string, readonly string[]>;
}

/** What Kubernetes adds to what metrics say. Empty when it cannot be asked: the graph then stands on metrics alone. */
export interface MeshContext {
  /** Name of the Kubernetes cluster, as telemetry says it. */
  cluster: string;
  /** By `namespace/name`. */
  workloads: ReadonlyMap<string, MeshWorkload>;
  /** Keys of workloads by `namespace/pod`. */
  pods: ReadonlyMap<string, string>;
  /** By `namespace/name`. */
  services: ReadonlyMap<string, MeshService>;
  /** Hosts of ServiceEntries that live outside the mesh, with the namespace of the entry. */
  externalHosts: ReadonlyMap<string, string>;
  /** Limits that annotations set, by `Service namespace/name`, `Workload namespace/name`, `Namespace name`. */
  healthRules: ReadonlyMap<string, HealthRules>;
}

export function emptyContext(cluster: string): MeshContext {
  return { cluster, workloads: new Map(), pods: new Map(), services: new Map(), externalHosts: new Map(), healthRules: new Map() };
}
