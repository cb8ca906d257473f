import { z } from 'zod';
import { graphEdge, graphNode, graphPercentiles, graphType } from '@/lib/graph';
import { durationText, flag, measured, moment, nameList, words } from './shared';

const percentileList = z
  .string()
  .default('50,95,99')
  .transform((text, refused) => {
    const words = text === 'none' ? [] : text.split(',').map((one) => one.trim());
    const known = graphPercentiles.filter((one) => words.includes(one));
    if (known.length < new Set(words).size) refused.addIssue({ code: 'custom', message: 'must be none, or some of 50, 90, 95, 99' });
    return known;
  });

/** Query of `GET /graph`, and of `GET /events` for the graph to follow. */
export const graphQuery = z.object({
  /** No namespace: the whole mesh. */
  namespaces: nameList,
  duration: durationText.default('60s'),
  graphType: graphType.default('workload'),
  /** Services as nodes of their own: workload → service → workload. */
  services: flag,
  /** Waypoints of ambient mode, and the hops through them, as nodes and edges. */
  waypoints: flag,
  /** Percentiles of latency to measure, joined by commas: of 50, 90, 95, 99. `none` measures none, which is fastest. */
  percentiles: percentileList,
  at: moment.optional(),
});
export type GraphQuery = z.infer<typeof graphQuery>;

/** `GET /graph` */
export const graphResponse = z.object({
  at: z.string(),
  duration: z.string(),
  graphType,
  nodes: z.array(graphNode),
  edges: z.array(graphEdge),
  ...measured,
});
export type GraphResponse = z.infer<typeof graphResponse>;

/** `event: graph` of `GET /events`: what differs from the answer (or event) before. Nodes and edges come whole; `queries` comes with the first event only. */
export const graphDelta = z.object({
  at: z.string(),
  nodes: z.array(graphNode),
  edges: z.array(graphEdge),
  removedNodes: z.array(z.string()),
  removedEdges: z.array(z.string()),
  ...measured,
});
export type GraphDelta = z.infer<typeof graphDelta>;

/** Query of `GET /services/…/flags`: Envoy's response flags, joined by commas. */
export const flagsQuery = z.object({ flags: nameList });
export type FlagsQuery = z.infer<typeof flagsQuery>;

/** `GET /services/{namespace}/{name}/flags`: facts that explain each flag, the likeliest first; none when nothing is known. */
export const flagsResponse = z.object({ flags: z.array(z.object({ flag: z.string(), facts: z.array(words) })), ...measured });
export type FlagsResponse = z.infer<typeof flagsResponse>;

/** `event: objects` of `GET /events`: kinds whose objects changed, at most once a second: ask again what you show of them. */
export const objectsEvent = z.object({ kinds: z.array(z.string()), namespaces: z.array(z.string()) });
export type ObjectsEvent = z.infer<typeof objectsEvent>;

/** `event: change` of `GET /events`: a change was applied, undone or has failed. */
export const changeEvent = z.object({ id: z.string(), status: z.string() });
export type ChangeEvent = z.infer<typeof changeEvent>;
