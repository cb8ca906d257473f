/** A graph that can be walked. */
export interface Walkable {
  nodes: readonly { id: string }[];
  edges: readonly { source: string; target: string }[];
}

/** Ids of nodes that can be reached from `starts` along (`down`) or against (`up`) the calls, in at most `hops` steps. The starts are among them. */
export function reach(graph: Walkable, starts: Iterable<string>, direction: 'down' | 'up', hops = Number.POSITIVE_INFINITY): Set<string> {
  const next = new Map<string, string[]>();
  for (const { source, target } of graph.edges) {
    const [from, to] = direction === 'down' ? [source, target] : [target, source];
    const known = next.get(from);
    if (known === undefined) next.set(from, [to]);
    else known.push(to);
  }
  const seen = new Set(starts);
  let border = [...seen];
  for (let hop = 0; hop < hops && border.length > 0; hop += 1) {
    const further: string[] = [];
    for (const id of border) {
      for (const to of next.get(id) ?? []) {
        if (seen.has(to)) continue;
        seen.add(to);
        further.push(to);
      }
    }
    border = further;
  }
  return seen;
}

/** The part of a graph around one node: who is within `hops` calls before it or after it, and the edges among them. */
export function focusGraph<Graph extends Walkable>(graph: Graph, centre: string, hops: number): Pick<Graph, 'nodes' | 'edges'> {
  const kept = new Set([...reach(graph, [centre], 'down', hops), ...reach(graph, [centre], 'up', hops)]);
  return {
    nodes: graph.nodes.filter((node) => kept.has(node.id)),
    edges: graph.edges.filter((edge) => kept.has(edge.source) && kept.has(edge.target)),
  };
}
