import { z } from 'zod';
import { healthReason, healthStatus } from '@/lib/health';

export const graphType = z.enum(['workload', 'app', 'versionedApp', 'service']);
export type GraphType = z.infer<typeof graphType>;

export const nodeKind = z.enum(['workload', 'app', 'service', 'gateway', 'external', 'unknown']);
export type NodeKind = z.infer<typeof nodeKind>;

/** A badge of a node: something the configuration or the state of Kubernetes says about it. */
export const nodeBadge = z.enum([
  'virtualService',
  'trafficSplit',
  'fault',
  'mirror',
  'timeout',
  'circuitBreaker',
  'missingSidecar',
  'serviceEntry',
]);
export type NodeBadge = z.infer<typeof nodeBadge>;

/** A node. `id` is `kind/cluster/namespace/name`, with `/version` for versioned apps. Rates in requests per second. */
export const graphNode = z.object({
  id: z.string(),
  kind: nodeKind,
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  version: z.string().optional(),
  workload: z.string().optional(),
  app: z.string().optional(),
  service: z.string().optional(),
  health: healthStatus,
  healthReasons: z.array(healthReason),
  /** Requests per second that come in; `null` without traffic. */
  rpsIn: z.number().nullable(),
  rpsOut: z.number().nullable(),
  /** Share (0..1) of incoming requests that failed; `null` without traffic. */
  errorRatio: z.number().nullable(),
  /** Services this node stands behind, as `namespace/name`. */
  services: z.array(z.string()),
  /** Ready and wanted pods, when Kubernetes knows the workload. */
  pods: z.object({ ready: z.int(), desired: z.int() }).optional(),
  badges: z.array(nodeBadge),
  /** Labels of its pods that say something to people; absent where Kubernetes does not know it. */
  labels: z.record(z.string(), z.string()).optional(),
});
export type GraphNode = z.infer<typeof graphNode>;

export const edgeProtocol = z.enum(['http', 'grpc', 'tcp']);
export type EdgeProtocol = z.infer<typeof edgeProtocol>;

/** An edge: one protocol from one node to another. `null` is "no data", never zero. */
export const graphEdge = z.object({
  /** `source->target/protocol`, stable over time. */
  id: z.string(),
  source: z.string(),
  target: z.string(),
  protocol: edgeProtocol,
  /** Requests per second; `null` for TCP and for edges that idle. */
  rps: z.number().nullable(),
  errorRatio: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** Share (0..1) of the traffic under mutual TLS; only destinations know, so `null` without their report. */
  mtlsShare: z.number().nullable(),
  /** Requests per second by response code (gRPC: by gRPC status, as `grpc-14`). */
  codes: z.record(z.string(), z.number()),
  /** Requests per second by Envoy response flag; `-` (none) is left out. */
  flags: z.record(z.string(), z.number()),
  /** Requests per second by host that was asked for. */
  hosts: z.record(z.string(), z.number()),
  /** Whose report the rate is from. */
  reporter: z.enum(['source', 'destination', 'waypoint']),
  /** Share (0..1) of what the source sends out over this protocol. */
  share: z.number().nullable(),
  /** Bytes per second from source to target and back; TCP only. */
  sentBytesPerSecond: z.number().nullable(),
  receivedBytesPerSecond: z.number().nullable(),
  sourcePrincipal: z.string().optional(),
  targetPrincipal: z.string().optional(),
  health: healthStatus,
  healthReasons: z.array(healthReason),
});
export type GraphEdge = z.infer<typeof graphEdge>;
