import { describe, expect, it } from 'vitest';
import type { Span } from '@/lib/contract';
import { parents, visibleSpans } from './visible-spans';

const span = (spanId: string, depth: number, parentId: string | null): Span => ({
  spanId,
  parentId,
  depth,
  orphan: false,
  service: 's',
  operation: 'o',
  kind: 'server',
  startUs: 0,
  durationUs: 1,
  error: false,
  tags: [],
  processTags: [],
  events: [],
});

const tree = [span('a', 0, null), span('b', 1, 'a'), span('c', 2, 'b'), span('d', 1, 'a'), span('e', 2, 'd')];
const ids = (folded: string[]): string[] => visibleSpans(tree, new Set(folded)).map((one) => one.spanId);

describe('folding', () => {
  it('shows everything when nothing is folded', () => expect(ids([])).toEqual(['a', 'b', 'c', 'd', 'e']));
  it('hides what a span caused, not its siblings', () => expect(ids(['b'])).toEqual(['a', 'b', 'd', 'e']));
  it('hides everything below the root', () => expect(ids(['a'])).toEqual(['a']));
  it('stays hidden when an inner one is folded too', () => expect(ids(['a', 'b'])).toEqual(['a']));
});

it('knows who caused others', () => expect([...parents(tree)]).toEqual(['a', 'b', 'd']));
