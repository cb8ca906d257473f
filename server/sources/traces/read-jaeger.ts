import { z } from 'zod';
import type { RawSpan } from './trace-store';

const keyValue = z.looseObject({ key: z.string(), value: z.unknown() });
const jaegerTrace = z.looseObject({
  traceID: z.string(),
  spans: z.array(
    z.looseObject({
      traceID: z.string(),
      spanID: z.string(),
      operationName: z.string(),
      references: z.array(z.looseObject({ refType: z.string(), traceID: z.string(), spanID: z.string() })).nullish(),
      startTime: z.number(),
      duration: z.number(),
      tags: z.array(keyValue).nullish(),
      logs: z.array(z.looseObject({ timestamp: z.number(), fields: z.array(keyValue).nullish() })).nullish(),
      processID: z.string(),
    }),
  ),
  processes: z.record(z.string(), z.looseObject({ serviceName: z.string(), tags: z.array(keyValue).nullish() })),
});

type Tag = { key: string; value: string | number | boolean };

function tagsOf(list: z.infer<typeof keyValue>[] | null | undefined): Tag[] {
  return (list ?? []).map(({ key, value }) => ({
    key,
    value: typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : JSON.stringify(value ?? null),
  }));
}

/** Spans of Jaeger's own JSON: `data` of `/api/traces`, one list per trace. */
export function readJaeger(data: unknown): RawSpan[][] {
  const traces = z.array(jaegerTrace).safeParse(data);
  if (!traces.success) return [];
  return traces.data.map((trace) =>
    trace.spans.map((span): RawSpan => {
      const process = trace.processes[span.processID];
      const tags = tagsOf(span.tags);
      const kind = tags.find((tag) => tag.key === 'span.kind')?.value;
      const parent =
        span.references?.find((one) => one.refType === 'CHILD_OF' && one.traceID === span.traceID) ??
        span.references?.find((one) => one.traceID === span.traceID);
      return {
        traceId: trace.traceID,
        spanId: span.spanID,
        parentId: parent?.spanID ?? null,
        service: process?.serviceName ?? 'unknown',
        operation: span.operationName,
        kind: kinds.find((one) => one === kind) ?? 'unspecified',
        startUs: span.startTime,
        durationUs: span.duration,
        error: tags.some((tag) => tag.key === 'error' && (tag.value === true || tag.value === 'true')),
        tags: tags.filter((tag) => tag.key !== 'span.kind'),
        processTags: tagsOf(process?.tags),
        events: (span.logs ?? []).map((log) => {
          const fields = tagsOf(log.fields);
          const name = fields.find((field) => field.key === 'event')?.value ?? '';
          return { atUs: log.timestamp, name: String(name), tags: fields.filter((field) => field.key !== 'event') };
        }),
      };
    }),
  );
}

const kinds = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
