import type { Span } from '@/lib/contract';

/** Spans in timeline order without those under a folded one. The input is depth first, so whatever is deeper than the folded span follows it. */
export function visibleSpans(spans: readonly Span[], folded: ReadonlySet<string>): Span[] {
  const shown: Span[] = [];
  let hideBelow = Number.POSITIVE_INFINITY;
  for (const span of spans) {
    if (span.depth > hideBelow) continue;
    hideBelow = folded.has(span.spanId) ? span.depth : Number.POSITIVE_INFINITY;
    shown.push(span);
  }
  return shown;
}

/** Ids of spans that caused others. */
export function parents(spans: readonly Span[]): Set<string> {
  return new Set(spans.map((span) => span.parentId).filter((id): id is string => id !== null));
}
