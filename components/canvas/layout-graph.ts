import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api';
import { isBlocked } from './route-edges';
import type { CanvasGraph, Point } from './types';

/** Room for a node with the name under it. */
const nodeSize = { width: 116, height: 76 };
/** The circle's centre within that room: the name hangs below. */
const centre = { x: 58, y: 24 };

let engine: Promise<ELK> | undefined;

/** The engine is loaded on first use and its worker kept: starting one costs more than a layout. */
function getEngine(): Promise<ELK> {
  engine ??= import('elkjs/lib/elk-api').then(
    ({ default: Engine }) => new Engine({ workerFactory: () => new Worker(new URL('./elk.worker.ts', import.meta.url)) }),
  );
  return engine;
}

/** Where a layout puts things: nodes, and the bends of edges that would otherwise run through a node. */
export interface Layout {
  positions: Map<string, Point>;
  bends: Map<string, Point[]>;
}

function place(node: ElkNode, offset: Point, into: Map<string, Point>, offsets: Map<string, Point>): void {
  const at = { x: offset.x + (node.x ?? 0), y: offset.y + (node.y ?? 0) };
  offsets.set(node.id, at);
  if (node.children && node.children.length > 0) for (const child of node.children) place(child, at, into, offsets);
  else into.set(node.id, { x: at.x + centre.x, y: at.y + centre.y });
}

/** Versions of an app stand in their order from top to bottom: they change places within their column. */
function orderVersions(graph: CanvasGraph, positions: Map<string, Point>): void {
  for (const box of graph.boxes.filter((one) => one.level === 'app')) {
    const columns = Map.groupBy(
      graph.nodes.filter((node) => node.box === box.id),
      (node) => Math.round(positions.get(node.id)?.x ?? 0),
    );
    for (const [, nodes] of columns) {
      const places = nodes.map((node) => positions.get(node.id) ?? { x: 0, y: 0 }).toSorted((one, other) => one.y - other.y);
      const names = nodes.toSorted((one, other) => (one.tag ?? '').localeCompare(other.tag ?? '', 'en', { numeric: true }));
      names.forEach((node, at) => positions.set(node.id, places[at] ?? { x: 0, y: 0 }));
    }
  }
}

/** Lays the whole graph out in layers, callers left of the called, boxes kept together. Positions are centres of nodes. */
export async function layoutGraph(graph: CanvasGraph): Promise<Layout> {
  const boxes = new Map<string, ElkNode>(
    graph.boxes.map((box) => [
      box.id,
      {
        id: box.id,
        children: [],
        layoutOptions: {
          'elk.padding': box.level === 'namespace' ? '[top=36,left=24,bottom=24,right=24]' : '[top=18,left=12,bottom=14,right=12]',
        },
      },
    ]),
  );
  const root: ElkNode = {
    id: 'root',
    children: [],
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.layered.spacing.nodeNodeBetweenLayers': '110',
      'elk.spacing.nodeNode': '28',
      'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
      'elk.separateConnectedComponents': 'true',
      'elk.spacing.componentComponent': '48',
    },
  };
  const into = (id: string | undefined): ElkNode => (id === undefined ? root : (boxes.get(id) ?? root));
  for (const box of graph.boxes) {
    const node = boxes.get(box.id);
    if (node) into(box.parent).children?.push(node);
  }
  for (const node of graph.nodes.toSorted((one, other) => one.id.localeCompare(other.id)))
    into(node.box).children?.push({ id: node.id, ...nodeSize });
  root.edges = graph.edges
    .filter((edge) => edge.source !== edge.target)
    .toSorted((one, other) => one.id.localeCompare(other.id))
    .map((edge): ElkExtendedEdge => ({ id: edge.id, sources: [edge.source], targets: [edge.target] }));
  const laidOut = await (await getEngine()).layout(root);
  const positions = new Map<string, Point>();
  const offsets = new Map<string, Point>();
  for (const child of laidOut.children ?? []) place(child, { x: 0, y: 0 }, positions, offsets);
  orderVersions(graph, positions);
  const bends = new Map<string, Point[]>();
  for (const edge of laidOut.edges ?? []) {
    const points = edge.sections?.[0]?.bendPoints ?? [];
    if (points.length === 0 || !isBlocked(edge.sources[0] ?? '', edge.targets[0] ?? '', positions)) continue;
    // Points of an edge are told from the corner of the box that holds both its ends.
    const offset = offsets.get(edge.container ?? '') ?? { x: 0, y: 0 };
    bends.set(
      edge.id,
      points.map((point) => ({ x: point.x + offset.x, y: point.y + offset.y })),
    );
  }
  return { positions, bends };
}

/**
 * Finds places for the nodes that have none, beside what they are connected with; nothing that stands is moved.
 * Returns undefined when most of the graph is new: then a whole layout serves better.
 */
export function placeNew(graph: CanvasGraph, known: ReadonlyMap<string, Point>): Map<string, Point> | undefined {
  const fresh = graph.nodes.filter((node) => !known.has(node.id));
  if (fresh.length === 0) return new Map(known);
  if (fresh.length > graph.nodes.length / 2) return undefined;
  const positions = new Map(known);
  const taken = (point: Point): boolean =>
    [...positions.values()].some((other) => Math.abs(other.x - point.x) < nodeSize.width && Math.abs(other.y - point.y) < nodeSize.height);
  for (const node of fresh) {
    const caller = graph.edges.find((edge) => edge.target === node.id && positions.has(edge.source));
    const called = graph.edges.find((edge) => edge.source === node.id && positions.has(edge.target));
    const sibling = graph.nodes.find((other) => other.box === node.box && positions.has(other.id));
    const from = positions.get(caller?.source ?? called?.target ?? sibling?.id ?? '') ?? { x: 0, y: 0 };
    const step = nodeSize.width + 110;
    const point = { x: from.x + (caller ? step : called ? -step : 0), y: from.y };
    while (taken(point)) point.y += nodeSize.height + 28;
    positions.set(node.id, point);
  }
  return positions;
}
