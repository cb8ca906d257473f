import type { Span, TraceSummary } from '@/lib/contract';
import type { RawSpan } from './trace-store';

/** Spans in the order of a time line: depth first, siblings by their start. Lost parents and circles become roots. */
export function arrangeTrace(raw: readonly RawSpan[]): Span[] {
  const spans = splitShared(raw);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const children = new Map<string | null, RawSpan[]>();
  for (const span of spans) {
    const parent = span.parentId !== null && byId.has(span.parentId) && span.parentId !== span.spanId ? span.parentId : null;
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const placed = new Set<RawSpan>();
  const ordered: Span[] = [];
  const place = (first: RawSpan, orphan: boolean) => {
    const stack: { span: RawSpan; depth: number; parentId: string | null; orphan: boolean }[] = [
      { span: first, depth: 0, parentId: null, orphan },
    ];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (placed.has(top.span)) continue;
      placed.add(top.span);
      const { traceId: _trace, ...span } = top.span;
      ordered.push({ ...span, parentId: top.parentId, orphan: top.orphan, depth: top.depth });
      for (const child of (children.get(span.spanId) ?? []).toSorted((left, right) => right.startUs - left.startUs)) {
        stack.push({ span: child, depth: top.depth + 1, parentId: span.spanId, orphan: false });
      }
    }
  };
  for (const root of (children.get(null) ?? []).toSorted(byStart)) place(root, root.parentId !== null);
  for (const span of spans.toSorted(byStart)) if (!placed.has(span)) place(span, true);
  return ordered;
}

function byStart(left: RawSpan, right: RawSpan): number {
  return left.startUs - right.startUs;
}

/** Zipkin lets both halves of a call share one id: the server's half becomes a child of the client's, and takes the children it made. */
function splitShared(raw: readonly RawSpan[]): RawSpan[] {
  const groups = new Map<string, RawSpan[]>();
  for (const span of raw) groups.set(span.spanId, [...(groups.get(span.spanId) ?? []), span]);
  const renamed = new Map<string, string>();
  const spans = [...groups.values()].flatMap((group) => {
    if (group.length === 1) return group;
    const client = group.find((span) => span.kind === 'client' || span.kind === 'producer') ?? group[0];
    return group.map((span, index) => {
      if (span === client) return span;
      const spanId = `${span.spanId}_${index}`;
      if (span.kind === 'server' || span.kind === 'consumer') renamed.set(span.spanId, spanId);
      return { ...span, spanId, parentId: span.spanId };
    });
  });
  return spans.map((span) => {
    const owner = span.parentId === null ? undefined : renamed.get(span.parentId);
    return owner === undefined || owner === span.spanId || span.spanId.startsWith(`${span.parentId ?? ''}_`)
      ? span
      : { ...span, parentId: owner };
  });
}

/** What a list shows of a trace; `null` without spans. */
export function summarizeTrace(spans: readonly RawSpan[]): TraceSummary | null {
  const ids = new Set(spans.map((span) => span.spanId));
  const earliest = [...spans].toSorted(byStart);
  const root = earliest.find((span) => span.parentId === null) ?? earliest.find((span) => !ids.has(span.parentId ?? '')) ?? earliest[0];
  if (root === undefined) return null;
  const startUs = Math.min(...spans.map((span) => span.startUs));
  const endUs = spans.reduce((latest, span) => Math.max(latest, span.startUs + span.durationUs), startUs);
  const services = new Map<string, { name: string; spanCount: number; errorCount: number }>();
  for (const span of spans) {
    const entry = services.get(span.service) ?? { name: span.service, spanCount: 0, errorCount: 0 };
    entry.spanCount += 1;
    if (span.error) entry.errorCount += 1;
    services.set(span.service, entry);
  }
  return {
    traceId: root.traceId,
    rootService: root.service,
    rootOperation: root.operation,
    startUs,
    durationUs: endUs - startUs,
    spanCount: spans.length,
    errorCount: spans.filter((span) => span.error).length,
    services: [...services.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1)),
  };
}

/** Summaries of traces, newest first. */
export function summarizeTraces(traces: readonly (readonly RawSpan[])[]): TraceSummary[] {
  return newestFirst(traces.flatMap((spans) => summarizeTrace(spans) ?? []));
}

export function newestFirst(summaries: TraceSummary[]): TraceSummary[] {
  return summaries.toSorted((left, right) => right.startUs - left.startUs);
}
