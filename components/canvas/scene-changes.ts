import type { CanvasBox, CanvasEdge, CanvasGraph, CanvasNode, Layout, Point, Scene } from './types';

/** What makes one scene of another, small enough to be sent on every refresh. What is absent stays as it was. */
export interface SceneChange {
  /** All of it: something came, went, or changed its place in the lists. */
  graph?: CanvasGraph;
  /** New values, by place in the list. */
  nodes?: [number, CanvasNode][];
  edges?: [number, CanvasEdge][];
  layout?: Layout;
  hidden?: ReadonlySet<string>;
  found?: ReadonlySet<string> | undefined;
  selected?: string | undefined;
}

function changedItems<Item extends { id: string }>(before: readonly Item[], next: readonly Item[]): [number, Item][] | undefined {
  if (before.length !== next.length) return undefined;
  const changed: [number, Item][] = [];
  for (const [at, item] of next.entries()) {
    const was = before[at];
    if (was === item) continue;
    if (was?.id !== item.id) return undefined;
    changed.push([at, item]);
  }
  return changed;
}

/** Whether two lists name the same boxes, with the same names in the same places. */
export function sameBoxes(before: readonly CanvasBox[], next: readonly CanvasBox[]): boolean {
  return (
    before === next ||
    (before.length === next.length &&
      next.every((box, at) => {
        const was = before[at];
        return was?.id === box.id && was.parent === box.parent && was.level === box.level && was.name === box.name;
      }))
  );
}

/** The way from one scene to the next. Edges that lead from or to somewhere else under the same id are a new graph. */
export function changeOf(before: Scene, next: Scene): SceneChange {
  const change: SceneChange = {};
  if (before.graph !== next.graph) {
    const nodes = changedItems(before.graph.nodes, next.graph.nodes);
    const edges = changedItems(before.graph.edges, next.graph.edges);
    const moved = edges?.some(([at, edge]) => {
      const was = before.graph.edges[at];
      return was?.source !== edge.source || was.target !== edge.target;
    });
    if (nodes === undefined || edges === undefined || moved === true || !sameBoxes(before.graph.boxes, next.graph.boxes))
      change.graph = next.graph;
    else {
      change.nodes = nodes;
      change.edges = edges;
    }
  }
  if (before.layout !== next.layout) change.layout = next.layout;
  if (before.hidden !== next.hidden) change.hidden = next.hidden;
  if (before.found !== next.found) change.found = next.found;
  if (before.selected !== next.selected) change.selected = next.selected;
  return change;
}

function replaced<Item>(items: readonly Item[], changed: readonly [number, Item][] | undefined): readonly Item[] {
  if (changed === undefined || changed.length === 0) return items;
  const next = [...items];
  for (const [at, item] of changed) next[at] = item;
  return next;
}

/** The next scene. What the change does not name stays the very same object. */
export function applyChange(before: Scene, change: SceneChange): Scene {
  const { nodes, edges, graph, ...rest } = change;
  const same = graph === undefined && nodes === undefined && edges === undefined;
  return {
    ...before,
    ...rest,
    graph: same
      ? before.graph
      : (graph ?? {
          nodes: replaced(before.graph.nodes, nodes),
          boxes: before.graph.boxes,
          edges: replaced(before.graph.edges, edges),
        }),
  };
}

/** Puts a node elsewhere, in the layout itself. Bends were made for where it stood. */
export function placeNode({ graph, layout }: Scene, id: string, at: Point): void {
  layout.positions.set(id, at);
  for (const edge of graph.edges) if (edge.source === id || edge.target === id) layout.bends.delete(edge.id);
}

export const emptyScene: Scene = {
  graph: { nodes: [], boxes: [], edges: [] },
  layout: { positions: new Map(), bends: new Map() },
  hidden: new Set(),
  found: undefined,
  selected: undefined,
};
