import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphEdge, GraphNode } from '@/lib/graph';
import { completeFind, findOperands, matchFind, parseFind } from '.';
import type { FindContext } from '.';
import cases from './testdata/find-cases.json';

const node: GraphNode = {
  id: '',
  kind: 'workload',
  cluster: 'east',
  namespace: '',
  name: '',
  health: 'idle',
  healthReasons: [],
  rpsIn: null,
  rpsOut: null,
  errorRatio: null,
  services: [],
  badges: [],
};
const edge: GraphEdge = {
  id: '',
  source: '',
  target: '',
  protocol: 'http',
  rps: null,
  errorRatio: null,
  p50Ms: null,
  p90Ms: null,
  p95Ms: null,
  p99Ms: null,
  avgMs: null,
  mtlsShare: null,
  codes: {},
  flags: {},
  hosts: {},
  reporter: 'source',
  share: null,
  sentBytesPerSecond: null,
  receivedBytesPerSecond: null,
  health: 'idle',
  healthReasons: [],
};
const graph: FindContext = {
  namespaces: cases.namespaces,
  nodes: cases.nodes.map((one) => ({ ...node, ...one }) as GraphNode),
  edges: cases.edges.map((one) => ({ ...edge, ...one }) as unknown as GraphEdge),
};

describe('find', () => {
  it.each(cases.finds as [string, string[], string[]][])('%s', (text, nodes, edges) => {
    const parsed = parseFind(text);
    if (parsed?.expression === undefined) throw new Error(`${parsed?.error?.code} ${parsed?.error?.word}`);
    const found = matchFind(parsed.expression, graph);
    expect([[...found.nodes].toSorted(), [...found.edges].toSorted()]).toEqual([nodes.toSorted(), edges.toSorted()]);
  });

  it.each(cases.errors as [string, string, string][])('refuses %s: %s', (text, code, word) => {
    const error = parseFind(text)?.error;
    expect(error?.code).toBe(code);
    expect(text.slice(error?.from, error?.to)).toBe(word);
  });

  it('takes nothing for no expression', () => expect(parseFind('  ')).toBeUndefined());

  it('has a case for every operand', () => {
    const all = (cases.finds as [string, string[], string[]][]).map(([text]) => text).join(' ');
    const missing = findOperands.filter((operand) => ![operand.name, ...operand.also].some((name) => all.includes(name)));
    expect(missing.map((operand) => operand.name)).toEqual([]);
  });

  it('never throws, and names a place inside the text', () => {
    const word = fc.constantFrom(
      'name',
      '=',
      '!',
      '(',
      ')',
      'AND',
      'or',
      'web',
      '"',
      '~',
      '[',
      '>',
      '5ms',
      'not',
      'reaches:',
      'label:a',
      '%err',
      'is',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (text) => {
          const parsed = parseFind(text);
          if (parsed?.error) expect(parsed.error.to).toBeLessThanOrEqual(text.length);
          if (parsed?.expression) matchFind(parsed.expression, graph);
          completeFind(text, text.length, graph);
        },
      ),
    );
  });
});

describe('completion', () => {
  it.each([
    ['na', ['name', 'namespace']],
    ['name ', ['!=', '=', '~', 'contains', 'endswith', 'startswith']],
    ['httpin ', ['!=', '<', '<=', '=', '>', '>=']],
    ['name = ca', ['cart', 'cart-v1', 'cart-v2']],
    ['ns contains sh', ['shop']],
    ['healthy ', ['AND', 'OR']],
    ['name = web ', ['AND', 'OR']],
    ['name = web AND circ', ['circuitbreaker', 'circuitopen']],
    ['reaches:d', ['reaches:db', 'reaches:old']],
    ['code = 5', ['503']],
    ['NOT (ver', ['version']],
    ['label:tier = b', ['"back end"']],
  ])('%s', (text, offered) => {
    const texts = completeFind(text, text.length, graph).map((one) => one.text);
    expect(texts.filter((one) => offered.includes(one)).toSorted()).toEqual(offered.toSorted());
  });

  it('takes the place of what is being typed', () => {
    const [first] = completeFind('name = web AND vers', 19, graph);
    expect(first).toEqual({ text: 'version', from: 15, to: 19, kind: 'operand' });
  });
});
