import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api';
import type { PlaceInput } from '@/lib/graph-view';
import { isBlocked } from './route-edges';
import { nodeSize, roomOf } from './types';
import type { CanvasGraph, Layout, Point } from './types';

/** The circle's centre within the room of a node: the name hangs below. */
const centre = { x: nodeSize.width / 2, y: 24 };
/** Up to here layers with routed edges are worth their time; above, boxes are laid out by themselves and edges run straight. */
const mostRouted = { nodes: 45, edges: 95 };

let engine: Promise<ELK> | undefined;

/** The engine is loaded on first use and its worker kept: starting one costs more than a layout. */
function getEngine(): Promise<ELK> {
  engine ??= import('elkjs/lib/elk-api').then(
    ({ default: Engine }) => new Engine({ workerFactory: () => new Worker(new URL('./elk.worker.ts', import.meta.url)) }),
  );
  return engine;
}

function place(node: ElkNode, offset: Point, into: Map<string, Point>, offsets: Map<string, Point>): void {
  const at = { x: offset.x + (node.x ?? 0), y: offset.y + (node.y ?? 0) };
  offsets.set(node.id, at);
  if (node.children && node.children.length > 0) for (const child of node.children) place(child, at, into, offsets);
  else
    into.set(node.id, { x: at.x + (node.width ?? 0) / 2, y: at.y + (node.height === nodeSize.height ? centre.y : (node.height ?? 0) / 2) });
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
export function layoutGraph(graph: CanvasGraph): Promise<Layout> {
  const small = graph.nodes.length <= mostRouted.nodes && graph.edges.length <= mostRouted.edges;
  return small ? layoutRouted(graph) : layoutLarge(graph);
}

let worker: Worker | undefined;
let asked = 0;

/** Starts what a large graph will need, while its data is still on the way. */
export function warmLayout(): void {
  worker ??= new Worker(new URL('./place.worker.ts', import.meta.url));
}

/** What a layout needs to know of a graph. */
export function placeInputOf(graph: CanvasGraph): PlaceInput {
  return {
    items: graph.nodes.map((node) => ({ id: node.id, box: node.box, ...roomOf(node) })),
    boxes: graph.boxes.map(({ id, parent }) => ({ id, parent })),
    edges: graph.edges.map(({ source, target }) => ({ source, target })),
  };
}

function layoutLarge(graph: CanvasGraph): Promise<Layout> {
  warmLayout();
  asked += 1;
  const id = asked;
  return new Promise((resolve, reject) => {
    const listen = ({ data }: MessageEvent<{ id: number; places: [string, Point][] }>): void => {
      if (data.id !== id) return;
      worker?.removeEventListener('message', listen);
      worker?.removeEventListener('error', fail);
      resolve({ positions: new Map(data.places), bends: new Map() });
    };
    const fail = ({ message }: ErrorEvent): void => {
      // The next one that asks begins with a new one.
      worker = undefined;
      reject(new Error(message || 'What lays out large graphs could not be loaded.'));
    };
    worker?.addEventListener('message', listen);
    worker?.addEventListener('error', fail);
    worker?.postMessage({ id, input: placeInputOf(graph) });
  });
}

async function layoutRouted(graph: CanvasGraph): Promise<Layout> {
  const boxes = new Map<string, ElkNode>(
    graph.boxes.map((box) => [
      box.id,
      {
        id: box.id,
        children: [],
        layoutOptions: {
          'elk.padding': box.level === 'outer' ? '[top=36,left=24,bottom=24,right=24]' : '[top=18,left=12,bottom=14,right=12]',
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
      'elk.layered.spacing.nodeNodeBetweenLayers': '150',
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
    into(node.box).children?.push({ id: node.id, ...roomOf(node) });
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
