import type { CanvasBox, CanvasEdge, CanvasGraph, CanvasNode } from '@/components/canvas/types';
import type { GraphEdge, GraphNode, GraphResponse } from '@/lib/contract';
import { formatBytesRate, formatMs, formatNumber, formatPercent } from '@/lib/format';

export const edgeLabels = ['rate', 'errors', 'p95', 'share'] as const;
export type EdgeLabel = (typeof edgeLabels)[number];

const shapes: Record<GraphNode['kind'], CanvasNode['shape']> = {
  workload: 'circle',
  app: 'circle',
  service: 'service',
  gateway: 'gateway',
  external: 'external',
  unknown: 'unknown',
};

/** The words on an edge: what was chosen, and only what there is. Errors are written only where there are some: quiet is healthy. */
export function edgeText(edge: GraphEdge, labels: ReadonlySet<EdgeLabel>): string {
  const parts: string[] = [];
  if (edge.protocol === 'tcp') {
    const total = (edge.sentBytesPerSecond ?? 0) + (edge.receivedBytesPerSecond ?? 0);
    if (labels.has('rate') && total > 0) parts.push(formatBytesRate(total));
    return parts.join('  ');
  }
  if (labels.has('rate') && edge.rps !== null) parts.push(`${formatNumber(edge.rps)}/s`);
  if (labels.has('share') && edge.share !== null) parts.push(formatPercent(edge.share));
  if (labels.has('p95') && edge.p95Ms !== null) parts.push(formatMs(edge.p95Ms));
  if (labels.has('errors') && edge.errorRatio !== null && edge.errorRatio > 0) parts.push(`✕ ${formatPercent(edge.errorRatio)}`);
  return parts.join('  ');
}

/** The name of a node for people. */
export function nodeName(node: GraphNode): string {
  if (node.kind === 'workload' && node.app !== undefined && node.version !== undefined && node.name === `${node.app}-${node.version}`)
    return node.app;
  return node.name;
}

/** From the answer of the API to what the canvas draws: boxes by namespace, and by app where it has several versions. */
export function toCanvas(graph: GraphResponse, labels: ReadonlySet<EdgeLabel>): CanvasGraph {
  const boxes = new Map<string, CanvasBox>();
  const versionsOf = new Map<string, number>();
  const appKey = (node: GraphNode): string | undefined =>
    node.app === undefined || node.version === undefined ? undefined : `app:${node.cluster}/${node.namespace}/${node.app}`;
  for (const node of graph.nodes) {
    const key = appKey(node);
    if (key !== undefined) versionsOf.set(key, (versionsOf.get(key) ?? 0) + 1);
  }
  const nodes = graph.nodes.map((node): CanvasNode => {
    let box: string | undefined;
    if (node.namespace !== '' && node.kind !== 'unknown' && node.kind !== 'external') {
      box = `namespace:${node.cluster}/${node.namespace}`;
      if (!boxes.has(box)) boxes.set(box, { id: box, parent: undefined, name: node.namespace, level: 'namespace' });
      const app = appKey(node);
      if (app !== undefined && (versionsOf.get(app) ?? 0) > 1) {
        if (!boxes.has(app)) boxes.set(app, { id: app, parent: box, name: node.app ?? '', level: 'app' });
        box = app;
      }
    }
    return {
      id: node.id,
      box,
      shape: shapes[node.kind],
      name: nodeName(node),
      tag: node.version,
      health: node.health,
      errorRatio: node.errorRatio,
    };
  });
  const known = new Set(nodes.map((node) => node.id));
  const edges = graph.edges
    .filter((edge) => known.has(edge.source) && known.has(edge.target))
    .map((edge): CanvasEdge => ({
      id: edge.id,
      source: edge.source,
      target: edge.target,
      health: edge.health,
      label: edgeText(edge, labels),
      rate: edge.rps,
      idle: edge.rps === null && (edge.sentBytesPerSecond ?? 0) + (edge.receivedBytesPerSecond ?? 0) === 0,
    }));
  return { nodes, boxes: [...boxes.values()], edges };
}
