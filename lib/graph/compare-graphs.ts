import type { Graph } from './build-graph';

export interface GraphDifference extends Graph {
  removedNodes: string[];
  removedEdges: string[];
}

/** What to tell someone who knows `before`: nodes and edges that are new or differ, whole, and ids of those that are gone. */
export function compareGraphs(before: Graph, after: Graph): GraphDifference {
  return {
    nodes: changed(before.nodes, after.nodes),
    edges: changed(before.edges, after.edges),
    removedNodes: removed(before.nodes, after.nodes),
    removedEdges: removed(before.edges, after.edges),
  };
}

function changed<Item extends { id: string }>(before: readonly Item[], after: readonly Item[]): Item[] {
  const known = new Map(before.map((item) => [item.id, JSON.stringify(item)]));
  return after.filter((item) => known.get(item.id) !== JSON.stringify(item));
}

function removed(before: readonly { id: string }[], after: readonly { id: string }[]): string[] {
  const present = new Set(after.map((item) => item.id));
  return before.filter((item) => !present.has(item.id)).map((item) => item.id);
}
