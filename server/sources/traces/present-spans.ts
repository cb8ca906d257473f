import type { Span as ShownSpan, TraceSummary } from '@/lib/contract';
import { buildTraceTree, durationUs, groupByTrace, jaegerTags, plainValue, summarizeTrace } from '@/lib/traces';
import type { Attribute, Span } from '@/lib/traces';

/** Spans in the order of a time line: depth first, siblings by start; with their place in the tree. */
export function arrangeTrace(spans: readonly Span[]): ShownSpan[] {
  const tree = buildTraceTree(spans);
  const ids = uniqueIds(spans);
  return tree.order.flatMap((index): ShownSpan[] => {
    const span = spans[index];
    if (span === undefined) return [];
    const parent = tree.parents[index] ?? -1;
    return [
      {
        spanId: ids[index] ?? span.spanId,
        parentId: parent < 0 ? null : (ids[parent] ?? null),
        orphan: parent < 0 && span.parentSpanId !== '',
        service: span.resource.serviceName,
        operation: span.name,
        kind: span.kind,
        startUs: span.startUs,
        durationUs: durationUs(span),
        error: span.status === 'error',
        // What stands for kind and error is shown as itself.
        tags: jaegerTags(span)
          .filter((one) => one.key !== 'span.kind')
          .map(tagOf),
        processTags: span.resource.attributes.map(tagOf),
        events: span.events.map((event) => ({ atUs: event.timeUs, name: event.name, tags: event.attributes.map(tagOf) })),
        depth: tree.depths[index] ?? 0,
      },
    ];
  });
}

/** Both halves of a call may share an id (Zipkin); a page needs one for each. */
function uniqueIds(spans: readonly Span[]): string[] {
  const seen = new Map<string, number>();
  return spans.map((span) => {
    const count = seen.get(span.spanId) ?? 0;
    seen.set(span.spanId, count + 1);
    return count === 0 ? span.spanId : `${span.spanId}_${count}`;
  });
}

function tagOf(attribute: Attribute): ShownSpan['tags'][number] {
  const value = plainValue(attribute);
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { key: attribute.key, value: plain ? value : JSON.stringify(value) };
}

/** Summaries of the traces whose spans are given in one heap, newest first. */
export function summarizeSpans(spans: Iterable<Span>): TraceSummary[] {
  return newestFirst(
    groupByTrace(spans).map((trace) => {
      const { orphanCount: _orphans, ...summary } = summarizeTrace(trace);
      return summary;
    }),
  );
}

export function newestFirst(summaries: TraceSummary[]): TraceSummary[] {
  return summaries.toSorted((left, right) => right.startUs - left.startUs);
}
