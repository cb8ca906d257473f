import type { NodeChange, NodeFinding, NodeRollout } from './schema';

/**
 * What is known of services and workloads beside metrics and configuration. Keys: `Service namespace/name`, `Workload namespace/name`.
 */
export interface GraphRemarks {
  findings: ReadonlyMap<string, readonly NodeFinding[]>;
  changes: ReadonlyMap<string, readonly NodeChange[]>;
  rollouts: ReadonlyMap<string, NodeRollout>;
}
