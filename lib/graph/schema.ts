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
  'circuitOpen',
  'hostsEjected',
  'missingSidecar',
  'serviceEntry',
  'requestRouting',
  'finding',
  'rollout',
  'changed',
  'waypoint',
  'ambient',
]);
export type NodeBadge = z.infer<typeof nodeBadge>;

/** A service's split, at one of the workloads behind it: percent asked for, and the share (0..1) of the requests that came here. */
export const nodeSplit = z.object({ service: z.string(), configured: z.number(), observed: z.number().nullable() });
export type NodeSplit = z.infer<typeof nodeSplit>;

/** A finding about an object that acts on the node. `object`: `Kind namespace/name`. */
export const nodeFinding = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  object: z.string(),
  message: z.string(),
});
export type NodeFinding = z.infer<typeof nodeFinding>;

/** A change of the configuration in the window. */
export const nodeChange = z.object({ id: z.string(), at: z.string(), text: z.string() });
export type NodeChange = z.infer<typeof nodeChange>;

/** A rollout that is under way; `weight`: percent that the new version gets. */
export const nodeRollout = z.object({
  id: z.string(),
  status: z.enum(['shifting', 'watching', 'putting_back', 'completed', 'put_back', 'left', 'paused']),
  weight: z.number(),
});
export type NodeRollout = z.infer<typeof nodeRollout>;

/** A Deployment that rolls out a new template of its pods: how many have it, how many of those are ready, of how many that there are to be. */
export const nodeUpdate = z.object({ updated: z.int(), ready: z.int(), desired: z.int() });
export type NodeUpdate = z.infer<typeof nodeUpdate>;

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
  splits: z.array(nodeSplit).optional(),
  findings: z.array(nodeFinding).optional(),
  changes: z.array(nodeChange).optional(),
  rollout: nodeRollout.optional(),
  update: nodeUpdate.optional(),
});
export type GraphNode = z.infer<typeof graphNode>;

export const edgeProtocol = z.enum(['http', 'grpc', 'tcp']);
export type EdgeProtocol = z.infer<typeof edgeProtocol>;

/** Requests per second with the same code, flags (Envoy's, joined by commas; empty: none) and host. */
export const responseShare = z.object({ code: z.string(), flags: z.string(), host: z.string(), rps: z.number() });
export type ResponseShare = z.infer<typeof responseShare>;

/** A limit of a circuit breaker: requests in flight, requests that wait, connections, retries. */
export const circuitLimit = z.enum(['requests', 'pending', 'connections', 'retries']);
export type CircuitLimit = z.infer<typeof circuitLimit>;

/** What the circuit breaker of an edge's caller does. */
export const edgeCircuit = z.object({
  /** Whether requests are refused at this moment, or were in the window. A limit on connections alone lets them wait. */
  open: z.boolean(),
  /** Requests per second that it refused in the window (response flag `UO`). */
  refusedPerSecond: z.number(),
  /** Limits that are reached at this moment. Only proxies whose Envoy gauges are scraped say so. */
  reached: z.array(circuitLimit),
  /** Endpoints that outlier detection has ejected at this moment, by the pod that has ejected most; likewise. */
  ejected: z.number(),
});
export type EdgeCircuit = z.infer<typeof edgeCircuit>;

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
  /** Only where it was asked for. */
  p90Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  avgMs: z.number().nullable(),
  /** Share (0..1) of the traffic under mutual TLS; only destinations know, so `null` without their report. */
  mtlsShare: z.number().nullable(),
  /** Requests per second by response code (gRPC: by gRPC status, as `grpc-14`). */
  codes: z.record(z.string(), z.number()),
  /** Requests per second by Envoy response flag; `-` (none) is left out. */
  flags: z.record(z.string(), z.number()),
  /** Requests per second by host that was asked for. */
  hosts: z.record(z.string(), z.number()),
  /** The three together, largest first; absent when they follow from `codes`, `flags` and `hosts`. */
  responses: z.array(responseShare).optional(),
  /** Whose report the rate is from. */
  reporter: z.enum(['source', 'destination', 'waypoint']),
  /** Share (0..1) of what the source sends out over this protocol. */
  share: z.number().nullable(),
  /** Bytes per second from source to target and back: of TCP connections, or of the bodies of requests and responses. */
  sentBytesPerSecond: z.number().nullable(),
  receivedBytesPerSecond: z.number().nullable(),
  /** Messages of gRPC per second, of requests and of responses. */
  sentMessagesPerSecond: z.number().optional(),
  receivedMessagesPerSecond: z.number().optional(),
  /** Absent while there is nothing to tell. */
  circuit: edgeCircuit.optional(),
  sourcePrincipal: z.string().optional(),
  targetPrincipal: z.string().optional(),
  health: healthStatus,
  healthReasons: z.array(healthReason),
});
export type GraphEdge = z.infer<typeof graphEdge>;
