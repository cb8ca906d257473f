import { sameBoxes } from './scene-changes';
import { closedHalf, nodeRadius, nodeSize, closedSize } from './types';
import type { CanvasEdge, CanvasNode, Point, Scene, View } from './types';
import type { Rect } from '@/lib/graph-view';

/** A visible node with its place. */
export interface DrawnNode {
  node: CanvasNode;
  at: Point;
}

/** A visible edge with the line it is drawn along, from rim to rim. */
export interface DrawnEdge {
  edge: CanvasEdge;
  /** At least two points. */
  line: readonly Point[];
}

export interface DrawnBox {
  id: string;
  name: string;
  level: 'outer' | 'app';
  rect: Rect;
}

/** A scene made ready for painting and for asking what is where. */
export interface SceneIndex {
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  boxes: DrawnBox[];
  byId: Map<string, DrawnNode>;
  bounds: Rect;
}

/** Where a line from the centre of a node towards a point leaves its shape. */
function rim(node: CanvasNode, at: Point, towards: Point, gap: number): Point {
  const dx = towards.x - at.x;
  const dy = towards.y - at.y;
  const length = Math.hypot(dx, dy);
  if (length === 0) return at;
  let distance = nodeRadius;
  if (node.shape === 'closed') {
    const wide = dx === 0 ? Number.POSITIVE_INFINITY : (closedHalf.width * length) / Math.abs(dx);
    const tall = dy === 0 ? Number.POSITIVE_INFINITY : (closedHalf.height * length) / Math.abs(dy);
    distance = Math.min(wide, tall);
  } else if (node.shape === 'service') distance = (nodeRadius * length) / (Math.abs(dx) + Math.abs(dy));
  const share = Math.min(0.49, (distance + gap) / length);
  return { x: at.x + dx * share, y: at.y + dy * share };
}

const aside = 7;

/** Lays the lines of edges; several between the same two nodes run side by side. */
function lineOf(edge: CanvasEdge, source: DrawnNode, target: DrawnNode, bends: readonly Point[] | undefined, lane: number): Point[] {
  if (bends !== undefined && bends.length > 0) {
    const [first = target.at] = bends;
    const last = bends.at(-1) ?? source.at;
    return [rim(source.node, source.at, first, 1), ...bends, rim(target.node, target.at, last, 4)];
  }
  if (edge.source === edge.target) {
    const { x, y } = source.at;
    return [
      { x: x + nodeRadius * 0.5, y: y - nodeRadius * 0.9 },
      { x: x + 30, y: y - 42 },
      { x: x - 30, y: y - 42 },
      { x: x - nodeRadius * 0.5, y: y - nodeRadius * 0.9 - 4 },
    ];
  }
  const from = rim(source.node, source.at, target.at, 1);
  const to = rim(target.node, target.at, source.at, 4);
  if (lane === 0) return [from, to];
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const shift = { x: (-(to.y - from.y) / length) * lane * aside, y: ((to.x - from.x) / length) * lane * aside };
  return [
    { x: from.x + shift.x, y: from.y + shift.y },
    { x: to.x + shift.x, y: to.y + shift.y },
  ];
}

const padding = { outer: { top: 34, side: 20 }, app: { top: 12, side: 9 } };

/** What is drawn but for lines. */
function indexPlaces(scene: Scene): Omit<SceneIndex, 'edges'> {
  const { graph, layout, hidden } = scene;
  const nodes: DrawnNode[] = [];
  const byId = new Map<string, DrawnNode>();
  for (const node of graph.nodes) {
    const at = layout.positions.get(node.id);
    if (at === undefined || hidden.has(node.id)) continue;
    const drawn = { node, at };
    nodes.push(drawn);
    byId.set(node.id, drawn);
  }
  const boxes = boxRects(scene, byId);
  return { nodes, boxes, byId, bounds: boundsOf(nodes, boxes) };
}

/** The room that all of a scene takes, in units of the world. */
export function boundsOfScene(scene: Scene): Rect {
  return indexPlaces(scene).bounds;
}

/** Makes a scene ready. */
export function indexScene(scene: Scene): SceneIndex {
  const { graph, layout, hidden } = scene;
  const places = indexPlaces(scene);
  const { byId } = places;
  const lanes = new Map<string, number>();
  const shown = graph.edges.filter((edge) => !hidden.has(edge.id) && byId.has(edge.source) && byId.has(edge.target));
  for (const edge of shown) lanes.set(`${edge.source}\n${edge.target}`, 0);
  const edges = shown.map((edge): DrawnEdge => {
    const key = `${edge.source}\n${edge.target}`;
    const used = lanes.get(key) ?? 0;
    lanes.set(key, used + 1);
    // With traffic the other way too, each way keeps to its own side.
    const lane = used + (lanes.has(`${edge.target}\n${edge.source}`) && edge.source !== edge.target ? 1 : 0);
    const source = byId.get(edge.source) ?? { node: graph.nodes[0] as CanvasNode, at: { x: 0, y: 0 } };
    const target = byId.get(edge.target) ?? source;
    return { edge, line: lineOf(edge, source, target, layout.bends.get(edge.id), lane) };
  });
  return { ...places, edges };
}

function sameMembers(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const id of one) if (!other.has(id)) return false;
  return true;
}

/**
 * The index of a scene that differs from the one before in values alone, which is what a refresh brings: the lines stand as they are.
 * `undefined` when something came, went, or takes another room.
 * @param index of `before`
 */
export function followValues(index: SceneIndex, before: Scene, next: Scene): SceneIndex | undefined {
  const [old, fresh] = [before.graph, next.graph];
  if (before.layout !== next.layout || !sameMembers(before.hidden, next.hidden)) return undefined;
  if (old.nodes.length !== fresh.nodes.length || old.edges.length !== fresh.edges.length) return undefined;
  if (!sameBoxes(old.boxes, fresh.boxes)) return undefined;
  const nodes: DrawnNode[] = [];
  const byId = new Map<string, DrawnNode>();
  for (const [place, node] of fresh.nodes.entries()) {
    const was = old.nodes[place];
    if (was?.id !== node.id || was.shape !== node.shape || was.box !== node.box) return undefined;
    if ((was.tag === undefined) !== (node.tag === undefined)) return undefined;
    const shown = index.nodes[nodes.length];
    if (shown?.node !== was) continue;
    const drawn = { node, at: shown.at };
    nodes.push(drawn);
    byId.set(node.id, drawn);
  }
  const edges: DrawnEdge[] = [];
  for (const [place, edge] of fresh.edges.entries()) {
    const was = old.edges[place];
    if (was?.id !== edge.id || was.source !== edge.source || was.target !== edge.target) return undefined;
    const shown = index.edges[edges.length];
    if (shown?.edge === was) edges.push({ edge, line: shown.line });
  }
  return { ...index, nodes, edges, byId };
}

function boxRects(scene: Scene, byId: ReadonlyMap<string, DrawnNode>): DrawnBox[] {
  const rects = new Map<string, Rect>();
  const grow = (id: string, rect: Rect): void => {
    const known = rects.get(id);
    if (known === undefined) {
      rects.set(id, { ...rect });
      return;
    }
    const right = Math.max(known.x + known.width, rect.x + rect.width);
    const bottom = Math.max(known.y + known.height, rect.y + rect.height);
    known.x = Math.min(known.x, rect.x);
    known.y = Math.min(known.y, rect.y);
    known.width = right - known.x;
    known.height = bottom - known.y;
  };
  for (const { node, at } of byId.values()) {
    if (node.box !== undefined) grow(node.box, nodeRect(node, at));
  }
  const boxes: DrawnBox[] = [];
  for (const level of ['app', 'outer'] as const) {
    for (const box of scene.graph.boxes) {
      const inner = rects.get(box.id);
      if (box.level !== level || inner === undefined) continue;
      const { top, side } = padding[level];
      const rect = { x: inner.x - side, y: inner.y - top, width: inner.width + 2 * side, height: inner.height + top + side };
      boxes.push({ id: box.id, name: box.name, level, rect });
      if (box.parent !== undefined) grow(box.parent, { ...rect, y: rect.y + 6, height: rect.height - 6 });
    }
  }
  return boxes.toReversed();
}

/** The room of a node with its name. */
export function nodeRect(node: CanvasNode, at: Point): Rect {
  if (node.shape === 'closed') return { x: at.x - closedSize.width / 2, y: at.y - closedSize.height / 2, ...closedSize };
  const width = nodeSize.width - 24;
  return { x: at.x - width / 2, y: at.y - nodeRadius - 5, width, height: nodeRadius * 2 + (node.tag === undefined ? 26 : 38) };
}

function boundsOf(nodes: readonly DrawnNode[], boxes: readonly DrawnBox[]): Rect {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const take = (rect: Rect): void => {
    left = Math.min(left, rect.x);
    top = Math.min(top, rect.y);
    right = Math.max(right, rect.x + rect.width);
    bottom = Math.max(bottom, rect.y + rect.height);
  };
  for (const { node, at } of nodes) take(nodeRect(node, at));
  for (const box of boxes) take(box.rect);
  return nodes.length === 0 ? { x: 0, y: 0, width: 0, height: 0 } : { x: left, y: top, width: right - left, height: bottom - top };
}

/** Distance of a point from a stretch. */
function distanceTo(point: Point, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((point.x - from.x) * dx + (point.y - from.y) * dy) / length));
  return Math.hypot(point.x - from.x - along * dx, point.y - from.y - along * dy);
}

/** What is at a point of the world: a node, else an edge, else a box. `view` says how near counts. */
export function whatIsAt(index: SceneIndex, point: Point, view: View): { kind: 'node' | 'edge' | 'box'; id: string } | undefined {
  const slack = 5 / view.zoom;
  let best: { id: string; distance: number } | undefined;
  for (const { node, at } of index.nodes) {
    if (node.shape === 'closed') {
      if (Math.abs(point.x - at.x) <= closedHalf.width && Math.abs(point.y - at.y) <= closedHalf.height)
        return { kind: 'node', id: node.id };
      continue;
    }
    const distance = Math.hypot(point.x - at.x, point.y - at.y);
    if (distance <= nodeRadius + slack / 2 && (best === undefined || distance < best.distance)) best = { id: node.id, distance };
  }
  if (best !== undefined) return { kind: 'node', id: best.id };
  for (const { edge, line } of index.edges) {
    for (let at = 1; at < line.length; at += 1) {
      const from = line[at - 1];
      const to = line[at];
      if (from === undefined || to === undefined) continue;
      if (Math.max(from.x, to.x) < point.x - slack || Math.min(from.x, to.x) > point.x + slack) continue;
      const distance = distanceTo(point, from, to);
      if (distance <= slack && (best === undefined || distance < best.distance)) best = { id: edge.id, distance };
    }
  }
  if (best !== undefined) return { kind: 'edge', id: best.id };
  const box = index.boxes.findLast(
    ({ rect, level }) =>
      level === 'outer' && point.x >= rect.x && point.x <= rect.x + rect.width && point.y >= rect.y && point.y <= rect.y + rect.height,
  );
  return box === undefined ? undefined : { kind: 'box', id: box.id };
}

/** Length of a line of several points. */
export function lengthOf(line: readonly Point[]): number {
  let length = 0;
  for (let at = 1; at < line.length; at += 1) {
    const [one, other] = [line[at - 1], line[at]];
    if (one !== undefined && other !== undefined) length += Math.hypot(other.x - one.x, other.y - one.y);
  }
  return length;
}

/** The point at a share of the length of a line. */
export function along(line: readonly Point[], share: number): Point {
  let rest = lengthOf(line) * share;
  for (let at = 1; at < line.length; at += 1) {
    const [one, other] = [line[at - 1], line[at]];
    if (one === undefined || other === undefined) break;
    const length = Math.hypot(other.x - one.x, other.y - one.y);
    if (rest <= length)
      return { x: one.x + ((other.x - one.x) * rest) / (length || 1), y: one.y + ((other.y - one.y) * rest) / (length || 1) };
    rest -= length;
  }
  return line.at(-1) ?? { x: 0, y: 0 };
}

/** A point of the world on the screen. */
export function toScreen(point: Point, view: View): Point {
  return { x: point.x * view.zoom + view.x, y: point.y * view.zoom + view.y };
}
