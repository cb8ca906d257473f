import { useMemo } from 'react';
import { useEndpoint } from '@/components/data/use-endpoint';
import type { GraphQuestion } from '@/components/data/use-live-graph';
import type { GraphNode, GraphResponse } from '@/lib/contract';
import { type RankedDifference, rankDifferences } from '@/lib/graph-view';

export interface Comparison {
  /** Both times in one picture; what is gone keeps its last values. */
  graph: GraphResponse | undefined;
  /** Undefined while nothing is compared. */
  differences: readonly RankedDifference[] | undefined;
  /** The worst difference of each node and edge. */
  changes: ReadonlyMap<string, RankedDifference> | undefined;
  ends: ReadonlyMap<string, { source: string; target: string }>;
  nodes: ReadonlyMap<string, GraphNode>;
}

function secondsOf(duration: string): number {
  const unit = { s: 1, m: 60, h: 3_600, d: 86_400 }[duration.at(-1) ?? 's'] ?? 1;
  return Number.parseInt(duration, 10) * unit;
}

const empty: ReadonlyMap<string, never> = new Map<string, never>();

/** Compares the graph shown with the graph of another time. */
export function useComparison(
  after: GraphResponse | undefined,
  question: GraphQuestion,
  against: string | undefined,
  duration: string,
): Comparison {
  const before = useEndpoint('graph', { query: { ...question, at: against } }, { enabled: against !== undefined });
  const earlier = against === undefined ? undefined : before.data;
  return useMemo(() => {
    if (after === undefined || earlier === undefined)
      return { graph: after, differences: undefined, changes: undefined, ends: empty, nodes: empty };
    const differences = rankDifferences(earlier, after, secondsOf(duration));
    const now = new Set([...after.nodes, ...after.edges].map((one) => one.id));
    const graph: GraphResponse = {
      ...after,
      nodes: [...after.nodes, ...earlier.nodes.filter((node) => !now.has(node.id))],
      edges: [...after.edges, ...earlier.edges.filter((edge) => !now.has(edge.id))],
      notices: [...after.notices, ...earlier.notices.filter((one) => !after.notices.some((other) => other.source === one.source))],
    };
    return {
      graph,
      differences,
      changes: new Map(differences.toReversed().map((one) => [one.id, one])),
      ends: new Map(graph.edges.map((edge) => [edge.id, { source: edge.source, target: edge.target }])),
      nodes: new Map(graph.nodes.map((node) => [node.id, node])),
    };
  }, [after, earlier, duration]);
}
