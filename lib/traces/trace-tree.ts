import { spanEndUs, type Span } from './model';

/** The shape of a trace over the indexes of its spans. */
export interface TraceTree {
  spans: readonly Span[];
  /** Parent of each span, -1 for roots. */
  parents: Int32Array;
  /** Children of each span by start. */
  children: number[][];
  /** Spans without a parent in the trace, by start. */
  roots: number[];
  /** How many roots name a parent that is not there. */
  orphans: number;
  /** All spans, depth first, siblings by start: the order of a timeline. */
  order: number[];
  depths: Int32Array;
}

/**
 * Builds the tree. Two halves of a call that share one id (Zipkin) become parent (client) and child (server);
 * a cycle is cut where it is first noticed; nothing recurses, so depth costs nothing.
 */
export function buildTraceTree(spans: readonly Span[]): TraceTree {
  const holders = new Map<string, number[]>();
  spans.forEach((span, i) => holders.set(span.spanId, [...(holders.get(span.spanId) ?? []), i]));
  const parents = new Int32Array(spans.length).fill(-1);
  let orphans = 0;
  spans.forEach((span, i) => {
    const twin = callerTwin(spans, holders.get(span.spanId) ?? [], i);
    if (twin >= 0) {
      parents[i] = twin;
      return;
    }
    if (span.parentSpanId === '' || span.parentSpanId === span.spanId) return;
    const candidates = holders.get(span.parentSpanId);
    if (candidates === undefined) orphans++;
    else
      parents[i] =
        candidates.find((one) => candidates.length > 1 && sameService(spans[one] as Span, span)) ?? (candidates.at(-1) as number);
  });
  cutCycles(parents);
  const children: number[][] = spans.map(() => []);
  const roots: number[] = [];
  parents.forEach((parent, i) => (parent < 0 ? roots : (children[parent] as number[])).push(i));
  const byStart = (a: number, b: number): number => startOf(spans, a) - startOf(spans, b) || endOf(spans, b) - endOf(spans, a);
  roots.sort(byStart);
  for (const list of children) if (list.length > 1) list.sort(byStart);
  const { order, depths } = walk(roots, children, spans.length);
  return { spans, parents, children, roots, orphans, order, depths };
}

function startOf(spans: readonly Span[], i: number): number {
  return (spans[i] as Span).startUs;
}

function endOf(spans: readonly Span[], i: number): number {
  return spanEndUs(spans[i] as Span);
}

function sameService(a: Span, b: Span): boolean {
  return a.resource.serviceName === b.resource.serviceName;
}

/** The client half that shares its id with the server half `i`, else -1. */
function callerTwin(spans: readonly Span[], holders: readonly number[], i: number): number {
  if (holders.length < 2 || spans[i]?.kind !== 'server') return -1;
  return holders.find((one) => spans[one]?.kind === 'client') ?? -1;
}

function cutCycles(parents: Int32Array): void {
  // 0: not seen, otherwise the number of the walk that saw it.
  const seenIn = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    let at = start;
    while (at >= 0 && seenIn[at] === 0) {
      seenIn[at] = start + 1;
      const parent = parents[at] as number;
      if (parent >= 0 && seenIn[parent] === start + 1) parents[at] = -1;
      at = parents[at] as number;
    }
  }
}

function walk(roots: readonly number[], children: readonly number[][], count: number): { order: number[]; depths: Int32Array } {
  const order: number[] = [];
  const depths = new Int32Array(count);
  const stack = roots.toReversed();
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    order.push(at);
    const list = children[at] as number[];
    for (let i = list.length - 1; i >= 0; i--) {
      const child = list[i] as number;
      depths[child] = (depths[at] as number) + 1;
      stack.push(child);
    }
  }
  return { order, depths };
}
