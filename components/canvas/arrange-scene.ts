import { makeRoom, placeGraph } from '@/lib/graph-view';
import type { Movable, Rect } from '@/lib/graph-view';
import { nodeRect } from './scene-index';
import { closedSize, nodeSize, roomOf } from './types';
import type { CanvasGraph, CanvasNode, Layout, Point } from './types';

/** Space between the nodes of a box and its border. */
const border = { x: 44, top: 58, bottom: 44 };

function rectAround(rects: readonly Rect[]): Rect {
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height));
  return { x, y, width: right - x, height: bottom - y };
}

function boxed(nodes: readonly CanvasNode[], positions: ReadonlyMap<string, Point>): Rect {
  const inner = rectAround(nodes.map((node) => nodeRect(node, positions.get(node.id) ?? { x: 0, y: 0 })));
  return {
    x: inner.x - border.x,
    y: inner.y - border.top,
    width: inner.width + 2 * border.x,
    height: inner.height + border.top + border.bottom,
  };
}

function closedRect(at: Point): Rect {
  return { x: at.x - closedSize.width / 2, y: at.y - closedSize.height / 2, ...closedSize };
}

/** The outermost box each node is in. */
function outerBoxes(graph: CanvasGraph): (node: CanvasNode) => string | undefined {
  const parents = new Map(graph.boxes.map((box) => [box.id, box.parent]));
  return (node) => (node.box === undefined ? undefined : (parents.get(node.box) ?? node.box));
}

/** All that moves as one, but for the members of one box. */
function movables(graph: CanvasGraph, positions: ReadonlyMap<string, Point>, but: string): { thing: Movable; members: string[] }[] {
  const outerOf = outerBoxes(graph);
  const groups = Map.groupBy(
    graph.nodes.filter((node) => positions.has(node.id) && node.id !== but && outerOf(node) !== but),
    (node) => outerOf(node) ?? node.id,
  );
  return [...groups].map(([id, nodes]) => ({
    thing: {
      id,
      rect:
        nodes.length === 1 && nodes[0] !== undefined && outerOf(nodes[0]) === undefined
          ? nodeRect(nodes[0], positions.get(nodes[0].id) ?? { x: 0, y: 0 })
          : boxed(nodes, positions),
    },
    members: nodes.map((node) => node.id),
  }));
}

function shift(graph: CanvasGraph, positions: Map<string, Point>, but: string, from: Rect, to: Rect): void {
  const things = movables(graph, positions, but);
  const moves = makeRoom(
    things.map(({ thing }) => thing),
    from,
    to,
  );
  for (const { thing, members } of things) {
    const by = moves.get(thing.id);
    if (by === undefined) continue;
    for (const id of members) {
      const at = positions.get(id);
      if (at !== undefined) positions.set(id, { x: at.x + by.x, y: at.y + by.y });
    }
  }
}

/**
 * Gives boxes that were just opened their room, and takes the room of those just closed: everything else keeps its order and moves apart
 * just as far as is needed. Bends of edges are dropped when something moves. Undefined when there is nothing to do.
 */
export function openAndClose(graph: CanvasGraph, layout: Layout): Layout | undefined {
  const known = layout.positions;
  const outerOf = outerBoxes(graph);
  const opened = graph.boxes.filter((box) => box.level === 'outer' && known.has(box.id));
  const closed = graph.nodes.filter((node) => node.shape === 'closed' && !known.has(node.id));
  if (opened.length === 0 && closed.every((node) => (node.members ?? []).every((id) => !known.has(id)))) return undefined;
  const positions = new Map(known);
  for (const box of opened) {
    const at = positions.get(box.id);
    positions.delete(box.id);
    const members = graph.nodes.filter((node) => outerOf(node) === box.id);
    if (at === undefined || members.length === 0) continue;
    const ids = new Set(members.map((node) => node.id));
    const inner = placeGraph({
      items: members.map((node) => ({ id: node.id, box: node.box === box.id ? undefined : node.box, ...roomOf(node) })),
      boxes: graph.boxes.filter((one) => one.parent === box.id).map((one) => ({ id: one.id })),
      edges: graph.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)),
    });
    const rect = boxed(members, inner);
    for (const [id, point] of inner)
      positions.set(id, { x: at.x + point.x - rect.x - rect.width / 2, y: at.y + point.y - rect.y - rect.height / 2 });
    shift(graph, positions, box.id, closedRect(at), boxed(members, positions));
  }
  for (const node of closed) {
    const points = (node.members ?? []).flatMap((id) => known.get(id) ?? []);
    if (points.length === 0) continue;
    const inner = rectAround(
      points.map((at) => ({ x: at.x - nodeSize.width / 2, y: at.y - 24, width: nodeSize.width, height: nodeSize.height })),
    );
    const from = {
      x: inner.x - border.x,
      y: inner.y - border.top,
      width: inner.width + 2 * border.x,
      height: inner.height + border.top + border.bottom,
    };
    const at = { x: from.x + from.width / 2, y: from.y + from.height / 2 };
    for (const id of node.members ?? []) positions.delete(id);
    shift(graph, positions, node.id, from, closedRect(at));
    positions.set(node.id, at);
  }
  return { positions, bends: new Map() };
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
  const cell = (point: Point): string => `${Math.floor(point.x / 160)} ${Math.floor(point.y / 110)}`;
  const cells = new Map<string, Point[]>();
  const occupy = (point: Point): void => {
    const list = cells.get(cell(point));
    if (list === undefined) cells.set(cell(point), [point]);
    else list.push(point);
  };
  for (const point of known.values()) occupy(point);
  const taken = (point: Point): boolean => {
    for (const dx of [-160, 0, 160]) {
      for (const dy of [-110, 0, 110]) {
        for (const other of cells.get(cell({ x: point.x + dx, y: point.y + dy })) ?? [])
          if (Math.abs(other.x - point.x) < nodeSize.width && Math.abs(other.y - point.y) < nodeSize.height) return true;
      }
    }
    return false;
  };
  for (const node of fresh) {
    const caller = graph.edges.find((edge) => edge.target === node.id && positions.has(edge.source));
    const called = graph.edges.find((edge) => edge.source === node.id && positions.has(edge.target));
    const sibling = graph.nodes.find((other) => other.box === node.box && positions.has(other.id));
    const from = positions.get(caller?.source ?? called?.target ?? sibling?.id ?? '') ?? { x: 0, y: 0 };
    const step = nodeSize.width + 110;
    const point = { x: from.x + (caller ? step : called ? -step : 0), y: from.y };
    while (taken(point)) point.y += nodeSize.height + 28;
    positions.set(node.id, point);
    occupy(point);
  }
  return positions;
}
