import type { CanvasGraph } from './types';

/** What stays visible when something is chosen: it, its edges, their other ends, and the ends of a chosen edge. `undefined`: everything. */
export function keepNeighbours(graph: CanvasGraph, selected: string | undefined): Set<string> | undefined {
  if (selected === undefined) return undefined;
  const kept = new Set<string>([selected]);
  let known = graph.nodes.some((node) => node.id === selected);
  for (const edge of graph.edges) {
    if (edge.id !== selected && edge.source !== selected && edge.target !== selected) continue;
    known = true;
    kept.add(edge.id);
    kept.add(edge.source);
    kept.add(edge.target);
  }
  return known ? kept : undefined;
}
