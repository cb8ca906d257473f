import { z } from 'zod';
import { healthReason, healthStatus } from '@/lib/health';

/** A failed part of an answer: the rest stands. `source` is the name of a source in `/meta` or a part of it, such as `prometheus/latency`. */
export const notice = z.object({ source: z.string(), code: z.string(), message: z.string() });
export type Notice = z.infer<typeof notice>;

/** Wire form of every error (`lib/errors` makes it). */
export const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), path: z.string().optional(), hint: z.string().optional() }),
});

/** The "why" of a number: what was asked of whom, over which window, by which reporter's metrics. */
export const queryWhy = z.object({ promql: z.string(), window: z.string(), reporter: z.string(), source: z.string() });
export type QueryWhy = z.infer<typeof queryWhy>;

/** What every answer made of measurements carries. `queries` is keyed by the field that the query fills, such as `rps` or `p95Ms`. */
export const measured = {
  notices: z.array(notice),
  queries: z.record(z.string(), queryWhy),
};

/** A sentence about a configuration: `code` is a message of the catalogue (`words.CODE`), `values` fill it, `text` is its English form. */
export const words = z.object({
  code: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
  text: z.string(),
});
export type Words = z.infer<typeof words>;

/** Names one object. `group` is empty for Kubernetes' core kinds (in paths: `core`), `namespace` for cluster-wide kinds (in paths: `-`). */
export const objectRef = z.object({
  group: z.string(),
  version: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
});
export type ObjectRef = z.infer<typeof objectRef>;

/** Any Kubernetes object: only what all have in common is checked, the rest passes through unchanged. */
export const kubernetesObject = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({
    name: z.string().min(1),
    namespace: z.string().optional(),
    resourceVersion: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});
export type AnyObject = z.infer<typeof kubernetesObject>;

/** RED of anything over the window. `null` is "no traffic". */
export const red = {
  rps: z.number().nullable(),
  errorRatio: z.number().nullable(),
  p95Ms: z.number().nullable(),
};

export const healthFields = { health: healthStatus, healthReasons: z.array(healthReason) };

const durationPattern = /^\d+(ms|s|m|h|d)$/;

/** A window or step as Prometheus writes it, one unit: `60s`, `5m`, `1h`. */
export const durationText = z.string().regex(durationPattern, 'must be a duration such as 60s, 5m or 1h');

/** Names joined by commas; nothing or an empty text means all. */
export const nameList = z
  .string()
  .optional()
  .transform((text) =>
    (text ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );

/** `true` or `false` in a query string. */
export const flag = z
  .enum(['true', 'false'])
  .optional()
  .transform((text) => text === 'true');

/** A moment as RFC 3339 (`2026-01-31T08:00:00Z`). */
export const moment = z.iso.datetime({ offset: true });

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a `durationText`. */
export function durationMs(text: string): number {
  const unit = /[a-z]+$/.exec(text)?.[0] ?? 's';
  return Number.parseInt(text, 10) * (unit in unitMs ? unitMs[unit as keyof typeof unitMs] : 1000);
}
