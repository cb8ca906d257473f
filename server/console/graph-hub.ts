import { durationMs } from '@/lib/contract';
import type { GraphDelta, GraphQuery, GraphResponse, ObjectsEvent } from '@/lib/contract';
import { buildGraph, compareGraphs, emptyContext } from '@/lib/graph';
import type { GraphMetrics, GraphPercentile, GraphRemarks, MeshContext, Sample } from '@/lib/graph';
import { askGraph } from './ask-graph';
import type { Measured } from './ask-metrics';
import type { Console } from './console-state';
import { rememberHealth } from './remember-health';
import type { HealthMemory } from './remember-health';
import { createRemarker } from './remark-graph';
import type { Cluster } from './watch-cluster';

/** What `/events` tells. */
export type HubEvent =
  | { event: 'graph'; data: GraphDelta }
  | { event: 'objects'; data: ObjectsEvent }
  | { event: 'change'; data: { id: string; status: string } };

/** One computation of graphs for all who look: answers are shared while they are fresh, and so are the ticks of live graphs. */
export interface GraphHub {
  graph(query: GraphAsked): Promise<GraphResponse>;
  /** What was said of the health of things a moment ago, so that no page flickers and none disagrees. */
  readonly health: HealthMemory;
  /** Sends the whole graph first, then what changes. Without a query only objects and changes. Returns the way to stop. */
  subscribe(query: GraphQuery | null, send: (event: HubEvent) => void): () => void;
  announce(change: { id: string; status: string }): void;
  follow(cluster: Cluster): void;
  stop(): void;
}

/** A graph's query; what is only for a page may be left out. */
export type GraphAsked = Omit<GraphQuery, 'waypoints' | 'percentiles'> & Partial<Pick<GraphQuery, 'waypoints' | 'percentiles'>>;

const usualPercentiles: GraphPercentile[] = ['50', '95', '99'];
const mostMade = 8;
const freshMs = 2000;
const slowMs = 1000;
const staleMs = 15_000;
const tickMs = 5000;
const objectsMs = 1000;

/** Answers of Prometheus, the moment they are of, and when they were there. */
interface Taken {
  measured: Measured<Sample>;
  atMs: number;
  endedMs: number;
}

/** A graph, with all that it was made of. */
interface Made {
  taken: Taken;
  context: MeshContext | null;
  findings: GraphRemarks['findings'] | undefined;
  /** Changes, rollouts and notices, which are few. */
  stamp: string;
  response: GraphResponse;
}

interface LiveGraph {
  query: GraphQuery;
  listeners: Set<(event: HubEvent) => void>;
  timer: NodeJS.Timeout;
  last: GraphResponse | null;
}

export function createGraphHub(console: () => Console): GraphHub {
  const answers = new Map<string, { last: Taken | null; next: Promise<Taken> | null }>();
  const made = new Map<string, Made>();
  const live = new Map<string, LiveGraph>();
  const others = new Set<(event: HubEvent) => void>();
  let changed = { kinds: new Set<string>(), namespaces: new Set<string>() };
  let telling: NodeJS.Timeout | undefined;
  const remarker = createRemarker();
  const health = rememberHealth();

  /** All namespaces at once: whoever looks at which of them shares the same answer. */
  async function measure({ graphType: type, duration, percentiles = usualPercentiles }: GraphAsked, atMs: number | null): Promise<Taken> {
    const state = console();
    const take = async (): Promise<Taken> => {
      const startedMs = state.now();
      const measured = await askGraph(state.prometheus, { type, duration, percentiles }, atMs ?? startedMs);
      return { measured, atMs: atMs ?? startedMs, endedMs: state.now() };
    };
    if (atMs !== null) return take();
    const key = `${type} ${duration} ${percentiles.join()}`;
    const known = answers.get(key) ?? { last: null, next: null };
    answers.set(key, known);
    const now = state.now();
    if (known.last !== null && now - known.last.endedMs < freshMs) return known.last;
    known.next ??= take()
      .then((taken) => (known.last = taken))
      .finally(() => (known.next = null));
    // Where asking takes long, what was known a moment ago is told while it is asked for anew; `at` says from when it is.
    const slow = known.last !== null && known.last.endedMs - known.last.atMs > slowMs;
    if (known.last === null || !slow || now - known.last.endedMs > staleMs) return known.next;
    known.next.catch((error: unknown) => state.log.warn({ error: String(error) }, 'the graph could not be measured anew'));
    return known.last;
  }

  async function graph(query: GraphAsked): Promise<GraphResponse> {
    const state = console();
    const atMs = query.at === undefined ? null : Date.parse(query.at);
    const taken = await measure(query, atMs);
    const { answers: rows, notices, queries } = taken.measured;
    const cluster = state.clusterOrNull();
    const context = cluster?.context() ?? null;
    const remarks =
      cluster === null ? undefined : remarker.remark(state, cluster, { endMs: taken.atMs, duration: query.duration, live: atMs === null });
    const failed = state.clusterError();
    const clusterNotices =
      cluster?.notices() ?? (failed === null ? [] : [{ source: 'kubernetes', code: failed.code, message: failed.message }]);
    const key = JSON.stringify(query);
    const stamp = JSON.stringify([[...(remarks?.changes ?? [])], [...(remarks?.rollouts ?? [])], clusterNotices]);
    const known = made.get(key);
    // Nothing that it is made of has changed: whoever looks a moment later sees the same graph.
    if (known?.taken === taken && known.context === context && known.findings === remarks?.findings && known.stamp === stamp)
      return known.response;
    const metrics: GraphMetrics = rows;
    const built = buildGraph(metrics, {
      graphType: query.graphType,
      services: query.services,
      waypoints: query.waypoints ?? false,
      namespaces: query.namespaces,
      windowSeconds: durationMs(query.duration) / 1000,
      context: context ?? emptyContext(state.config.clusterName),
      ...(remarks === undefined ? {} : { remarks }),
    });
    if (atMs === null) {
      const kept = health.of(`${query.graphType} ${query.duration} ${query.services}`, state.now());
      for (const item of [...built.nodes, ...built.edges]) kept.settle(item);
    }
    const response: GraphResponse = {
      at: new Date(taken.atMs).toISOString(),
      duration: query.duration,
      graphType: query.graphType,
      ...built,
      notices: [...notices, ...clusterNotices],
      queries,
    };
    if (atMs === null) {
      const [oldest] = made.keys();
      made.delete(key);
      if (made.size >= mostMade && oldest !== undefined) made.delete(oldest);
      made.set(key, { taken, context, findings: remarks?.findings, stamp, response });
    }
    return response;
  }

  function wholeDelta(response: GraphResponse): GraphDelta {
    const { at, nodes, edges, notices, queries } = response;
    return { at, nodes, edges, removedNodes: [], removedEdges: [], notices, queries };
  }

  async function tick(entry: LiveGraph): Promise<void> {
    try {
      const next = await graph(entry.query);
      const before = entry.last;
      entry.last = next;
      // The questions stay the same as long as the view does.
      const delta = before === null ? wholeDelta(next) : { ...wholeDelta(next), ...compareGraphs(before, next), queries: {} };
      for (const listener of entry.listeners) listener({ event: 'graph', data: delta });
    } catch (error) {
      console().log.error({ error: error instanceof Error ? error.message : String(error) }, 'the live graph could not be made');
    }
  }

  function subscribe(query: GraphQuery | null, send: (event: HubEvent) => void): () => void {
    others.add(send);
    if (query === null) return () => others.delete(send);
    const key = JSON.stringify(query);
    let entry = live.get(key);
    if (entry === undefined) {
      const fresh: LiveGraph = { query, listeners: new Set(), timer: setInterval(() => void tick(fresh), tickMs), last: null };
      fresh.timer.unref();
      live.set(key, fresh);
      entry = fresh;
      entry.listeners.add(send);
      void tick(entry);
    } else {
      // Before the first tick has ended the newcomer gets the whole graph with everyone else.
      if (entry.last !== null) send({ event: 'graph', data: wholeDelta(entry.last) });
      entry.listeners.add(send);
    }
    const joined = entry;
    return () => {
      others.delete(send);
      joined.listeners.delete(send);
      if (joined.listeners.size > 0) return;
      clearInterval(joined.timer);
      live.delete(key);
    };
  }

  return {
    graph,
    health,
    subscribe,
    announce(change) {
      for (const send of others) send({ event: 'change', data: change });
    },
    follow(cluster) {
      cluster.informer.onChange((changes) => {
        for (const { object } of changes) {
          changed.kinds.add(object.kind);
          if (object.metadata.namespace !== undefined) changed.namespaces.add(object.metadata.namespace);
        }
        telling ??= setTimeout(() => {
          telling = undefined;
          const data = { kinds: [...changed.kinds].toSorted(), namespaces: [...changed.namespaces].toSorted() };
          changed = { kinds: new Set(), namespaces: new Set() };
          for (const send of others) send({ event: 'objects', data });
        }, objectsMs);
        telling.unref();
      });
    },
    stop() {
      clearTimeout(telling);
      for (const entry of live.values()) clearInterval(entry.timer);
      live.clear();
      others.clear();
    },
  };
}
