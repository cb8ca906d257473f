import { spanEndUs, type Span } from './model';
import type { TraceTree } from './trace-tree';

/** A stretch of the critical path: the time a trace would be shorter by, were this part of the span faster. Microseconds. */
export interface CriticalSection {
  /** Index of the span. */
  span: number;
  startUs: number;
  endUs: number;
}

interface Frame {
  span: number;
  /** Children by end, latest last. */
  pending: number[];
  /** The path is known from here on. */
  untilUs: number;
  endUs: number;
}

/**
 * The critical path of the tree of a root: from its end backwards, at each moment the child that finished last before
 * what is already on the path. Children of messages (producer → consumer) block nobody. Sections come from late to early.
 * O(n log n), no recursion.
 */
export function criticalPath(tree: TraceTree, root: number): CriticalSection[] {
  const sections: CriticalSection[] = [];
  const emit = (span: number, startUs: number, endUs: number): void => {
    if (endUs > startUs) sections.push({ span, startUs, endUs });
  };
  const stack: Frame[] = [openFrame(tree, root, spanEndUs(spanAt(tree, root)))];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const child = frame.pending.pop();
    if (child === undefined) {
      emit(frame.span, spanAt(tree, frame.span).startUs, frame.untilUs);
      stack.pop();
      continue;
    }
    const { startUs } = spanAt(tree, child);
    // A child that outlives its parent blocks it only until the parent's end.
    const endUs = Math.min(spanEndUs(spanAt(tree, child)), frame.endUs);
    if (endUs > frame.untilUs || startUs >= frame.untilUs || startUs < spanAt(tree, frame.span).startUs) continue;
    emit(frame.span, endUs, frame.untilUs);
    frame.untilUs = startUs;
    stack.push(openFrame(tree, child, endUs));
  }
  return sections;
}

function openFrame(tree: TraceTree, span: number, endUs: number): Frame {
  const { kind } = spanAt(tree, span);
  const blocking = (tree.children[span] ?? []).filter((child) => !(kind === 'producer' && spanAt(tree, child).kind === 'consumer'));
  const pending = blocking.sort((a, b) => Math.min(spanEndUs(spanAt(tree, a)), endUs) - Math.min(spanEndUs(spanAt(tree, b)), endUs));
  return { span, pending, untilUs: endUs, endUs };
}

function spanAt(tree: TraceTree, i: number): Span {
  return tree.spans[i] as Span;
}
