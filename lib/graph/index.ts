export { actsOn } from './acts-on';
export type { ActingObject } from './acts-on';
export { hostsBeyond, isWorthPlanning, planLots } from './bucket-lots';
export { buildGraph } from './build-graph';
export type { BuildGraphOptions, Graph } from './build-graph';
export type { GraphMetrics } from './collect-edges';
export { compareGraphs } from './compare-graphs';
export type { GraphDifference } from './compare-graphs';
export { explainFlag } from './explain-flags';
export type { FlagFacts, KnownEndpoint } from './explain-flags';
export { planGraphQueries, ratesPromql, reportedQueries } from './graph-queries';
export type { GraphQueryName, PlannedQuery } from './graph-queries';
export { isError } from './merge-reports';
export { emptyContext } from './mesh-context';
export type { MeshContext, MeshService, MeshWorkload } from './mesh-context';
export {
  graphPercentiles,
  hostsOnlyCallersKnow,
  latencyLabels,
  planPercentiles,
  readPercentiles,
  reportedRows,
} from './percentile-queries';
export type { BucketSlice, CallersFor, GraphPercentile, PercentileQuestion, WhichReports } from './percentile-queries';
export { isReady, readMeshContext } from './read-mesh-context';
export type { ContextObjects } from './read-mesh-context';
export type { GraphRemarks } from './remarks';
export { isKnown, parseNodeId } from './resolve-nodes';
export type { Sample } from './resolve-nodes';
export { graphEdge, graphNode, graphType, nodeKind } from './schema';
export { tellApart, tellApartByAll } from './tell-apart';
export type { ToldApart } from './tell-apart';
export type {
  CircuitLimit,
  EdgeCircuit,
  EdgeProtocol,
  GraphEdge,
  GraphNode,
  GraphType,
  NodeBadge,
  NodeChange,
  NodeFinding,
  NodeKind,
  NodeRollout,
  NodeSplit,
  ResponseShare,
} from './schema';
