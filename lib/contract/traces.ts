import { z } from 'zod';
import { moment, notice } from './shared';

const numeric = z.coerce.number().nonnegative().optional();

/** Query of `GET /traces`. `tags` are `key=value` pairs joined by blanks; values with blanks in double quotes. */
export const tracesQuery = z.object({
  service: z.string().min(1),
  operation: z.string().optional(),
  minDurationMs: numeric,
  maxDurationMs: numeric,
  tags: z.string().optional(),
  start: moment.optional(),
  end: moment.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(20),
});
export type TracesQuery = z.infer<typeof tracesQuery>;

/** One trace in a list. Times in µs since 1970. */
export const traceSummary = z.object({
  traceId: z.string(),
  rootService: z.string(),
  rootOperation: z.string(),
  startUs: z.number(),
  durationUs: z.number(),
  spanCount: z.int(),
  errorCount: z.int(),
  services: z.array(z.object({ name: z.string(), spanCount: z.int(), errorCount: z.int() })),
});
export type TraceSummary = z.infer<typeof traceSummary>;

/** `GET /traces`, newest first. `store` is the kind of trace store that answered. */
export const tracesResponse = z.object({ store: z.string().nullable(), traces: z.array(traceSummary), notices: z.array(notice) });
export type TracesResponse = z.infer<typeof tracesResponse>;

export const tagValue = z.union([z.string(), z.number(), z.boolean()]);
export const spanTag = z.object({ key: z.string(), value: tagValue });

/** One span. `parentId` is `null` for roots, and for spans whose parent is not in the trace (`orphan`). */
export const span = z.object({
  spanId: z.string(),
  parentId: z.string().nullable(),
  orphan: z.boolean(),
  service: z.string(),
  operation: z.string(),
  kind: z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']),
  startUs: z.number(),
  durationUs: z.number(),
  error: z.boolean(),
  tags: z.array(spanTag),
  processTags: z.array(spanTag),
  events: z.array(z.object({ atUs: z.number(), name: z.string(), tags: z.array(spanTag) })),
  /** Depth in the tree, 0 for roots. */
  depth: z.int(),
});
export type Span = z.infer<typeof span>;

/** `GET /traces/{id}`: spans in the order of a timeline (depth first, siblings by start). */
export const traceResponse = z.object({
  store: z.string(),
  traceId: z.string(),
  startUs: z.number(),
  durationUs: z.number(),
  services: z.array(z.string()),
  spans: z.array(span),
  notices: z.array(notice),
});
export type TraceResponse = z.infer<typeof traceResponse>;

export const operationsQuery = z.object({ service: z.string().min(1) });

/** `GET /traces/services`, `GET /traces/operations` */
export const traceNamesResponse = z.object({ store: z.string().nullable(), names: z.array(z.string()), notices: z.array(notice) });
export type TraceNamesResponse = z.infer<typeof traceNamesResponse>;
