export { edgeProtocol, graphEdge, graphNode, graphType, nodeBadge, nodeKind } from './schema';
export type { EdgeProtocol, GraphEdge, GraphNode, GraphType, NodeBadge, NodeKind } from './schema';
