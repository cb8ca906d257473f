import { z } from 'zod';
import { durationText, measured, moment, nameList, notice } from './shared';

/** Window and resolution of a chart. Without `step` about 120 points are made. */
export const seriesQuery = z.object({ duration: durationText.default('15m'), step: durationText.optional(), at: moment.optional() });
export type SeriesQuery = z.infer<typeof seriesQuery>;

/** The two ends are ids of graph nodes. */
export const edgeSeriesQuery = seriesQuery.extend({
  source: z.string().min(1),
  target: z.string().min(1),
  protocol: z.enum(['http', 'grpc', 'tcp']).default('http'),
});
export type EdgeSeriesQuery = z.infer<typeof edgeSeriesQuery>;

/** Workloads are names within the one namespace that is given. */
export const groupSeriesQuery = seriesQuery.extend({ namespaces: nameList, workloads: nameList });
export type GroupSeriesQuery = z.infer<typeof groupSeriesQuery>;

const line = z.array(z.number().nullable());

/** RED of one version (or of one edge or workload) over time: each line has one value per entry of `times`, `null` without traffic. */
export const seriesGroup = z.object({
  /** What the lines are of: the version, or `all`. */
  key: z.string(),
  rps: line,
  errorRatio: line,
  p50Ms: line,
  p95Ms: line,
  p99Ms: line,
});
export type SeriesGroup = z.infer<typeof seriesGroup>;

/**
 * A mark on a time line at `time` (seconds since 1970): a `change` of the configuration, a step or a turn of a guarded `shift`, or the
 * rollout of a `deployment`.
 */
export const timeMark = z.object({
  time: z.number(),
  kind: z.enum(['change', 'shift', 'deployment']),
  /** The change in the history, or the shift. */
  changeId: z.string().optional(),
  rolloutId: z.string().optional(),
  text: z.string(),
});
export type TimeMark = z.infer<typeof timeMark>;

export const marksQuery = z.object({ duration: durationText.default('15m'), at: moment.optional() });
export type MarksQuery = z.infer<typeof marksQuery>;

/** `GET /marks`, oldest first. Of a kind those that fall together are one. */
export const marksResponse = z.object({ at: z.string(), marks: z.array(timeMark), notices: z.array(notice) });
export type MarksResponse = z.infer<typeof marksResponse>;

/** `GET /services/…/series`, `/workloads/…/series`, `/edges/series` */
export const seriesResponse = z.object({
  at: z.string(),
  stepSeconds: z.number(),
  /** Seconds since 1970. */
  times: z.array(z.number()),
  groups: z.array(seriesGroup),
  marks: z.array(timeMark),
  ...measured,
});
export type SeriesResponse = z.infer<typeof seriesResponse>;
