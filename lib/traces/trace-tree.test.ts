import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTraceTree, summarizeTrace, type Span } from './index';
import { makeSpan } from './testdata/make-span';

/** The tree as lines, indented by depth. */
function outline(spans: readonly Span[]): string[] {
  const tree = buildTraceTree(spans);
  return tree.order.map((i) => '-'.repeat(tree.depths[i]!) + spans[i]!.name);
}

describe('buildTraceTree', () => {
  it('orders siblings by start, longer first', () => {
    expect(
      outline([
        makeSpan('c', 'r', 5, 6),
        makeSpan('b', 'r', 5, 9),
        makeSpan('r', '', 0, 10),
        makeSpan('a', 'r', 1, 2),
        makeSpan('aa', 'a', 1, 2),
      ]),
    ).toEqual(['r', '-a', '--aa', '-b', '-c']);
  });
  it('makes spans without their parent roots, and counts them', () => {
    const spans = [makeSpan('x', 'lost', 5, 6), makeSpan('r', '', 0, 10)];
    expect(outline(spans)).toEqual(['r', 'x']);
    expect(buildTraceTree(spans).orphans).toBe(1);
  });
  it('cuts cycles', () => {
    expect(outline([makeSpan('self', 'self', 0, 1)])).toEqual(['self']);
    expect(outline([makeSpan('a', 'c', 0, 1), makeSpan('b', 'a', 1, 2), makeSpan('c', 'b', 2, 3)])).toHaveLength(3);
  });
  it('puts the server half of a shared id below the client half, and what it calls below the server half', () => {
    const client = makeSpan('s', '', 0, 10, { kind: 'client', service: 'front', name: 'client' });
    const server = makeSpan('s', '', 1, 9, { kind: 'server', service: 'back', name: 'server' });
    const next = makeSpan('n', 's', 2, 3, { kind: 'client', service: 'back', name: 'next' });
    expect(outline([server, next, client])).toEqual(['client', '-server', '--next']);
  });
  it('takes chains and fans of any size', () => {
    const chain = Array.from({ length: 50_000 }, (_, i) => makeSpan(String(i), i === 0 ? '' : String(i - 1), i, 100_000));
    expect(buildTraceTree(chain).depths[49_999]).toBe(49_999);
    const fan = Array.from({ length: 50_000 }, (_, i) => makeSpan(String(i), i === 0 ? '' : '0', i, i + 1));
    expect(buildTraceTree(fan).order).toHaveLength(50_000);
  });
  it('holds each span once, whatever the parents are', () => {
    const id = fc.integer({ min: 0, max: 12 }).map(String);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(id, id, fc.integer({ min: 0, max: 50 }), fc.constantFrom('client', 'server', 'internal')), { maxLength: 15 }),
        (rows) => {
          const spans = rows.map(([spanId, parent, start, kind]) =>
            makeSpan(spanId, parent, start, start + 5, { kind: kind as Span['kind'] }),
          );
          const tree = buildTraceTree(spans);
          expect([...tree.order].sort((a, b) => a - b)).toEqual(spans.map((_, i) => i));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('summarizeTrace', () => {
  it('counts spans, errors and services', () => {
    const trace = {
      traceId: 't',
      spans: [
        makeSpan('x', 'lost', 50, 60, { service: 'late' }),
        makeSpan('r', '', 10, 100, { service: 'front', name: 'GET /' }),
        makeSpan('c', 'r', 20, 120, { service: 'back', status: 'error' }),
      ],
    };
    expect(summarizeTrace(trace)).toEqual({
      traceId: 't',
      rootService: 'front',
      rootOperation: 'GET /',
      startUs: 10,
      durationUs: 110,
      spanCount: 3,
      errorCount: 1,
      orphanCount: 1,
      services: [
        { name: 'front', spanCount: 1, errorCount: 0 },
        { name: 'back', spanCount: 1, errorCount: 1 },
        { name: 'late', spanCount: 1, errorCount: 0 },
      ],
    });
  });
});
