import { assignLayers, linksOf, orderLayers, spread } from './order-layers';
import type { Links } from './order-layers';

export interface Point {
  x: number;
  y: number;
}

/** A rectangle by its corner. */
export interface Rect extends Point {
  width: number;
  height: number;
}

export interface PlacedItem {
  id: string;
  /** The box it is in. */
  box?: string | undefined;
  width: number;
  height: number;
}

export interface PlacedBox {
  id: string;
  /** The box around it. */
  parent?: string | undefined;
}

export interface PlaceInput {
  items: readonly PlacedItem[];
  boxes: readonly PlacedBox[];
  edges: readonly { source: string; target: string }[];
}

export interface Spacing {
  /** Between layers. */
  layer: number;
  /** Between things below each other. */
  item: number;
  /** Inside a box: left, right and bottom; the top has room for the name as well. */
  padding: number;
  title: number;
  /** Width to height that a picture should have. */
  aspect: number;
}

export const defaultSpacing: Spacing = { layer: 72, item: 26, padding: 22, title: 14, aspect: 1.7 };

interface Sized {
  id: string;
  width: number;
  height: number;
}

/**
 * Places a graph in layers, boxes in boxes: every box is laid out by itself, then counts as one thing in the box around it. Layers that
 * would become too tall take several columns; what is connected with nothing stands in rows below. Nothing overlaps, equal input
 * gives equal output; time grows with the number of edges. Gives the centre of each item.
 */
export function placeGraph(input: PlaceInput, spacing: Spacing = defaultSpacing): Map<string, Point> {
  const parents = new Map<string, string | undefined>();
  for (const box of input.boxes) parents.set(box.id, box.parent);
  for (const item of input.items) parents.set(item.id, item.box);
  const depth = (id: string | undefined): number => (id === undefined ? 0 : 1 + depth(parents.get(id)));
  const members = new Map<string | undefined, Sized[]>();
  const put = (parent: string | undefined, thing: Sized): void => {
    const known = members.get(parent);
    if (known === undefined) members.set(parent, [thing]);
    else known.push(thing);
  };
  for (const item of input.items.toSorted(byId)) put(item.box, { id: item.id, width: item.width, height: item.height });
  const edgesIn = edgesByBox(input.edges, parents);
  const inside = new Map<string | undefined, Map<string, Point>>();
  for (const box of input.boxes.toSorted((one, other) => depth(other.id) - depth(one.id) || byId(one, other))) {
    const own = members.get(box.id);
    if (own === undefined) continue;
    const laid = layOut(own, edgesIn.get(box.id) ?? [], spacing);
    inside.set(box.id, laid.centres);
    put(box.parent, { id: box.id, width: laid.width + 2 * spacing.padding, height: laid.height + 2 * spacing.padding + spacing.title });
  }
  inside.set(undefined, layOut(members.get(undefined) ?? [], edgesIn.get(undefined) ?? [], spacing, 2).centres);
  const result = new Map<string, Point>();
  const descend = (box: string | undefined, corner: Point): void => {
    const sizes = new Map((members.get(box) ?? []).map((thing) => [thing.id, thing]));
    for (const [id, centre] of inside.get(box) ?? []) {
      const at = { x: corner.x + centre.x, y: corner.y + centre.y };
      if (!inside.has(id)) {
        result.set(id, at);
        continue;
      }
      const { width = 0, height = 0 } = sizes.get(id) ?? {};
      descend(id, { x: at.x - width / 2 + spacing.padding, y: at.y - height / 2 + spacing.padding + spacing.title });
    }
  };
  descend(undefined, { x: 0, y: 0 });
  return result;
}

function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

/** Each edge counts in the innermost box that holds both its ends, between the things there that hold them. */
function edgesByBox(
  edges: readonly { source: string; target: string }[],
  parents: ReadonlyMap<string, string | undefined>,
): Map<string | undefined, [string, string][]> {
  const chains = new Map<string, string[]>();
  const chain = (id: string): string[] => {
    const known = chains.get(id);
    if (known !== undefined) return known;
    const parent = parents.get(id);
    const made = parent === undefined ? [id] : [...chain(parent), id];
    chains.set(id, made);
    return made;
  };
  const result = new Map<string | undefined, [string, string][]>();
  for (const { source, target } of edges) {
    if (!parents.has(source) || !parents.has(target)) continue;
    const from = chain(source);
    const to = chain(target);
    let level = 0;
    while (level < from.length && from[level] === to[level]) level += 1;
    const one = from[level];
    const other = to[level];
    if (one === undefined || other === undefined) continue;
    const box = level === 0 ? undefined : from[level - 1];
    const list = result.get(box);
    if (list === undefined) result.set(box, [[one, other]]);
    else list.push([one, other]);
  }
  return result;
}

interface Laid {
  centres: Map<string, Point>;
  width: number;
  height: number;
}

function layOut(things: readonly Sized[], pairs: readonly [string, string][], spacing: Spacing, looseness = 1): Laid {
  const touched = new Set(pairs.flatMap(([from, to]) => (from === to ? [] : [from, to])));
  const linked = things.filter((thing) => touched.has(thing.id));
  const alone = things.filter((thing) => !touched.has(thing.id));
  const area = things.reduce(
    (sum, thing) => sum + (thing.width + spacing.layer * looseness) * (thing.height + spacing.item * looseness),
    0,
  );
  const tallest = Math.max(Math.sqrt(area / spacing.aspect), ...things.map((thing) => thing.height));
  const laid = layOutLinked(linked, pairs, spacing, tallest, looseness);
  if (alone.length === 0) return laid;
  const most = Math.max(laid.width, Math.sqrt(alone.reduce((sum, thing) => sum + thing.width * thing.height, 0) * spacing.aspect) * 1.1);
  let x = 0;
  let y = linked.length === 0 ? 0 : laid.height + spacing.item * looseness;
  let row = 0;
  for (const thing of alone) {
    if (x > 0 && x + thing.width > most) {
      x = 0;
      y += row + spacing.item * looseness;
      row = 0;
    }
    laid.centres.set(thing.id, { x: x + thing.width / 2, y: y + thing.height / 2 });
    x += thing.width + spacing.item * looseness;
    row = Math.max(row, thing.height);
    laid.width = Math.max(laid.width, x - spacing.item * looseness);
  }
  laid.height = y + row;
  return laid;
}

function layOutLinked(
  things: readonly Sized[],
  pairs: readonly [string, string][],
  spacing: Spacing,
  tallest: number,
  looseness: number,
): Laid {
  const index = new Map(things.map((thing, at) => [thing.id, at]));
  const links = linksOf(
    things.length,
    pairs.map(([from, to]): [number, number] => [index.get(from) ?? 0, index.get(to) ?? 0]),
  );
  const rows = orderLayers(links, assignLayers(links));
  const height = (node: number): number => things[node]?.height ?? 0;
  const width = (node: number): number => things[node]?.width ?? 0;
  const natural = rows.reduce((sum, row) => sum + Math.max(0, ...row.map(width)) + spacing.layer * looseness, 0);
  // Where everybody calls everybody there are no layers to show: then callers stand left, the called right, in columns of equal height.
  // A chain of nodes may be long, a row of boxes may not.
  const large = things.some((thing) => thing.width > 260);
  const filled = natural > tallest * spacing.aspect * (large ? 1.4 : 2.2) && things.length > (large ? 3 : 12);
  const rowsOf = filled ? fillColumns(links, height, tallest, spacing.item * looseness) : rows;
  // A layer taller than the picture should be becomes several columns; neighbours in the order go to different columns at the same height.
  const columns = rowsOf.flatMap((row) => {
    const tall = row.reduce((sum, node) => sum + height(node) + spacing.item * looseness, 0);
    const count = Math.max(1, Math.ceil(tall / (tallest * 1.15)));
    return Array.from({ length: count }, (_, column) => ({
      nodes: row.filter((_node, at) => at % count === column),
      last: column === count - 1,
    }));
  });
  const ys = new Float64Array(things.length);
  const settle = (nodes: readonly number[], near: readonly (readonly number[])[]): void => {
    const wanted = nodes.map((node) => {
      const around = near[node] ?? [];
      return around.length === 0 ? (ys[node] ?? 0) : around.reduce((sum, other) => sum + (ys[other] ?? 0), 0) / around.length;
    });
    // Where it wants to be must not turn the order round.
    const rising = wanted.map((_want, at) => wanted[at] ?? 0);
    spread(rising, nodes.map(height), spacing.item * looseness).forEach((y, at) => {
      const node = nodes[at];
      if (node !== undefined) ys[node] = y;
    });
  };
  for (const { nodes } of columns) {
    const total = nodes.reduce((sum, node) => sum + height(node) + spacing.item * looseness, 0);
    spread(
      nodes.map((_node, at) => (total * (at + 0.5)) / nodes.length - total / 2),
      nodes.map(height),
      spacing.item * looseness,
    ).forEach((y, at) => (ys[nodes[at] ?? 0] = y));
  }
  if (columns.length === rows.length && !filled) {
    for (const { nodes } of columns) settle(nodes, links.in);
    for (const { nodes } of columns.toReversed()) settle(nodes, links.out);
    for (const { nodes } of columns) settle(nodes, links.in);
  }
  const centres = new Map<string, Point>();
  let x = 0;
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  let right = 0;
  for (const { nodes, last } of columns) {
    const widest = Math.max(0, ...nodes.map(width));
    // Calls within a column would run straight through what stands between: every other one steps aside.
    const aside = filled && !large ? widest * 0.2 : 0;
    const wide = widest + 2 * aside;
    for (const [row, node] of nodes.entries()) {
      const y = ys[node] ?? 0;
      centres.set(things[node]?.id ?? '', { x: x + wide / 2 + (row % 2 === 0 ? -aside : aside), y });
      top = Math.min(top, y - height(node) / 2);
      bottom = Math.max(bottom, y + height(node) / 2);
    }
    right = Math.max(right, x + wide);
    x += wide + (last ? spacing.layer : spacing.item) * looseness;
  }
  if (things.length === 0) return { centres, width: 0, height: 0 };
  for (const centre of centres.values()) centre.y -= top;
  return { centres, width: right, height: bottom - top };
}

/** Columns filled one after the other, from those who mostly call to those who are mostly called. */
function fillColumns(links: Links, height: (node: number) => number, tallest: number, gap: number): number[][] {
  const flow = (node: number): number => {
    const [out, into] = [links.out[node]?.length ?? 0, links.in[node]?.length ?? 0];
    return (into - out) / Math.max(1, out + into);
  };
  const columns: number[][] = [[]];
  let filled = 0;
  for (const node of Array.from({ length: links.count }, (_, index) => index).toSorted(
    (one, other) => flow(one) - flow(other) || one - other,
  )) {
    if (filled > 0 && filled + height(node) > tallest * 1.1) {
      columns.push([]);
      filled = 0;
    }
    columns.at(-1)?.push(node);
    filled += height(node) + gap;
  }
  return columns;
}
