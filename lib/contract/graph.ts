import { z } from 'zod';
import { graphEdge, graphNode, graphType } from '@/lib/graph';
import { durationText, flag, measured, moment, nameList } from './shared';

/** Query of `GET /graph`, and of `GET /events` for the graph to follow. */
export const graphQuery = z.object({
  /** No namespace: the whole mesh. */
  namespaces: nameList,
  duration: durationText.default('60s'),
  graphType: graphType.default('workload'),
  /** Services as nodes of their own: workload → service → workload. */
  services: flag,
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

/** `event: objects` of `GET /events`: kinds whose objects changed, at most once a second: ask again what you show of them. */
export const objectsEvent = z.object({ kinds: z.array(z.string()), namespaces: z.array(z.string()) });
export type ObjectsEvent = z.infer<typeof objectsEvent>;

/** `event: change` of `GET /events`: a change was applied, undone or has failed. */
export const changeEvent = z.object({ id: z.string(), status: z.string() });
export type ChangeEvent = z.infer<typeof changeEvent>;
