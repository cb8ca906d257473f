'use client';

import { startTransition, useEffect, useState } from 'react';
import type { EndpointQuery, GraphDelta, GraphEdge, GraphNode, GraphResponse } from '@/lib/contract';
import type { ApiError } from './client';
import { useEndpoint } from './use-endpoint';

/** The graph's question, as `/graph` and `/events` take it. */
export type GraphQuestion = EndpointQuery<'graph'>;

export interface LiveGraph {
  data: GraphResponse | undefined;
  /** Only while there is nothing to show. */
  error: ApiError | null;
  retry: () => void;
}

interface Followed {
  key: string;
  graph: GraphResponse;
}

/** Rates could not be asked for: then what was known a moment ago is worth more than an empty picture. */
function withoutRates(notices: GraphResponse['notices']): boolean {
  return notices.some(({ source }) => source === 'prometheus' || source === 'prometheus/rps');
}

/** Puts a delta on a graph. What the delta does not name stays the very same object, so that nothing is drawn anew for it. */
function applyDelta(nodes: Map<string, GraphNode>, edges: Map<string, GraphEdge>, delta: GraphDelta): void {
  for (const id of delta.removedNodes) nodes.delete(id);
  for (const id of delta.removedEdges) edges.delete(id);
  for (const node of delta.nodes) nodes.set(node.id, node);
  for (const edge of delta.edges) edges.set(edge.id, edge);
}

/**
 * The graph, kept fresh: live it follows the server's events (only what changed comes over the wire), else it is asked for once.
 * Where events do not get through it asks again every few seconds.
 */
export function useLiveGraph(question: GraphQuestion, live: boolean, refreshMs: number): LiveGraph {
  const [followed, setFollowed] = useState<Followed>();
  const [deaf, setDeaf] = useState(false);
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(question))
    if (value !== undefined && value !== '' && name !== 'at') parameters.set(name, value);
  const key = parameters.toString();
  const follows = live && !deaf;

  useEffect(() => {
    if (!follows) return undefined;
    const nodes = new Map<string, GraphNode>();
    const edges = new Map<string, GraphEdge>();
    let queries: GraphResponse['queries'] = {};
    let started = false;
    const source = new EventSource(`/api/v1/events?${key}`);
    source.addEventListener('open', () => {
      // A new stream begins with everything.
      nodes.clear();
      edges.clear();
      started = false;
    });
    source.addEventListener('graph', (event: MessageEvent<string>) => {
      const delta = JSON.parse(event.data) as GraphDelta;
      applyDelta(nodes, edges, delta);
      if (Object.keys(delta.queries).length > 0) queries = delta.queries;
      started = true;
      const follow = (before: Followed | undefined): Followed => {
        const same = before?.key === key ? before.graph : undefined;
        if (same !== undefined && withoutRates(delta.notices)) return { key, graph: { ...same, notices: delta.notices } };
        // A list in which nothing differs stays the very same list.
        const sameNodes = same !== undefined && delta.nodes.length + delta.removedNodes.length === 0;
        const sameEdges = same !== undefined && delta.edges.length + delta.removedEdges.length === 0;
        const graph: GraphResponse = {
          at: delta.at,
          duration: parameters.get('duration') ?? '60s',
          graphType: (parameters.get('graphType') ?? 'workload') as GraphResponse['graphType'],
          nodes: sameNodes ? same.nodes : [...nodes.values()],
          edges: sameEdges ? same.edges : [...edges.values()],
          notices: delta.notices,
          queries,
        };
        return { key, graph };
      };
      // Drawing a large graph takes its time: what a hand does meanwhile goes first.
      startTransition(() => setFollowed(follow));
    });
    source.addEventListener('error', () => {
      // The browser tries again by itself unless the server said no.
      if (source.readyState === EventSource.CLOSED || !started) setDeaf(true);
    });
    return () => source.close();
    // `key` holds all that is read of the question.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key, follows]);

  const asked = useEndpoint('graph', { query: question }, { refreshMs: live && deaf ? refreshMs : false, enabled: !follows });
  if (follows) return { data: followed?.graph, error: null, retry: () => undefined };
  // Pausing keeps the picture that was there.
  const paused = question.at === undefined && !live && followed?.key === key;
  return {
    data: paused ? followed.graph : (asked.data ?? followed?.graph),
    error: asked.isError && asked.data === undefined ? asked.error : null,
    retry: () => void asked.refetch(),
  };
}
