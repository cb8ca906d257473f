import { describe, expect, it } from 'vitest';
import { contextAt, insertYaml, joinDocuments, moveYaml, readYaml, removeYaml, setYaml, splitDocuments, writeYamlValue } from '.';

const route = `# Reviews, by hand.
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews   # the name
spec:
  hosts: [ reviews, "reviews.example.com" ]
  http:
  # testers
  - match:
    - headers:
        end-user:
          exact: jason
    route:
    - destination: { host: reviews, subset: v2 }

  # everybody
  - route: # all
    - destination:
        host: reviews
        subset: 'v1'
      weight: 90
    unknownField: kept
    timeout: 3s
`;

/** The lines that two texts do not share: `-` gone, `+` new. */
function difference(before: string, after: string): string[] {
  const left = before.split('\n');
  const right = after.split('\n');
  let start = 0;
  while (start < left.length && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < left.length - start && end < right.length - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  return [
    ...left.slice(start, left.length - end).map((line) => `-${line}`),
    ...right.slice(start, right.length - end).map((line) => `+${line}`),
  ];
}

describe('setYaml', () => {
  it.each<[string, (string | number)[], unknown, string[]]>([
    ['a number', ['spec', 'http', 1, 'route', 0, 'weight'], 10, ['-      weight: 90', '+      weight: 10']],
    [
      'a quoted text in its quotes',
      ['spec', 'http', 1, 'route', 0, 'destination', 'subset'],
      'v3',
      ["-        subset: 'v1'", "+        subset: 'v3'"],
    ],
    ['what has a comment', ['metadata', 'name'], 'other', ['-  name: reviews   # the name', '+  name: other   # the name']],
    ['a new field at the end', ['spec', 'http', 1, 'name'], 'main', ['+    name: main']],
    [
      'new ancestors',
      ['spec', 'http', 1, 'fault', 'delay', 'fixedDelay'],
      '7s',
      ['+    fault:', '+      delay:', '+        fixedDelay: 7s'],
    ],
    [
      'in braces',
      ['spec', 'http', 0, 'route', 0, 'destination', 'port', 'number'],
      80,
      ['-    - destination: { host: reviews, subset: v2 }', '+    - destination: { host: reviews, subset: v2, port: { number: 80 } }'],
    ],
    [
      'a scalar in place of a map',
      ['spec', 'http', 0, 'match', 0, 'headers'],
      'x',
      ['-    - headers:', '-        end-user:', '-          exact: jason', '+    - headers: x'],
    ],
    ['a map in place of a scalar', ['spec', 'http', 1, 'timeout'], { a: 1 }, ['-    timeout: 3s', '+    timeout:', '+      a: 1']],
    [
      'an item of a list in brackets',
      ['spec', 'hosts', 2],
      'c',
      ['-  hosts: [ reviews, "reviews.example.com" ]', '+  hosts: [ reviews, "reviews.example.com", c ]'],
    ],
  ])('%s', (_name, path, value, expected) => {
    const edited = setYaml(route, path, value);
    expect(difference(route, edited)).toEqual(expected);
    let found: unknown = readYaml(edited).value();
    for (const part of path) found = (found as Record<string | number, unknown>)[part];
    expect(found).toEqual(value);
  });

  it('puts a new field where the usual order has it', () => {
    const order = ['name', 'match', 'route', 'timeout'];
    const options = { orderOf: () => order };
    expect(setYaml(route, ['spec', 'http', 1, 'match'], [{ port: 80 }], options)).toContain(
      '  # everybody\n  - match:\n    - port: 80\n    route: # all\n',
    );
    expect(setYaml('a:\n  route: 1\n  timeout: 2\n', ['a', 'match'], 0, options)).toBe('a:\n  match: 0\n  route: 1\n  timeout: 2\n');
  });

  it('begins empty and unfinished texts', () => {
    expect(setYaml('', ['spec', 'hosts', 0], 'a')).toBe('spec:\n  hosts:\n  - a\n');
    expect(setYaml('# only a comment\n', ['kind'], 'Gateway')).toBe('# only a comment\nkind: Gateway\n');
    expect(setYaml('spec:\n', ['spec', 'host'], 'a')).toBe('spec:\n  host: a\n');
    expect(setYaml('spec: {}', ['spec', 'host'], 'a')).toBe('spec:\n  host: a');
    expect(setYaml('spec:\n  host: a', ['spec', 'port'], 1)).toBe('spec:\n  host: a\n  port: 1');
  });

  it('keeps to the habits of the text', () => {
    expect(setYaml('a:\n    b:\n        - 1\n', ['c', 'd'], [2])).toBe('a:\n    b:\n        - 1\nc:\n    d:\n        - 2\n');
  });

  it('writes texts of several lines, and replaces them', () => {
    const once = setYaml('spec:\n  a: x\n  b: 1\n', ['spec', 'a'], 'one\ntwo\n');
    expect(once).toBe('spec:\n  a: |\n    one\n    two\n  b: 1\n');
    expect(setYaml(once, ['spec', 'a'], 'x')).toBe('spec:\n  a: x\n  b: 1\n');
  });
});

describe('removeYaml', () => {
  it.each<[string, (string | number)[], string[]]>([
    ['a field', ['spec', 'http', 1, 'unknownField'], ['-    unknownField: kept']],
    [
      'the first field behind a dash',
      ['spec', 'http', 0, 'match'],
      ['-  - match:', '-    - headers:', '-        end-user:', '-          exact: jason', '-    route:', '+  - route:'],
    ],
    ['the last part of a map', ['metadata', 'name'], ['-metadata:', '-  name: reviews   # the name', '+metadata: {}   # the name']],
    ['what is not there', ['spec', 'tls', 3], []],
    ['an item in brackets', ['spec', 'hosts', 0], ['-  hosts: [ reviews, "reviews.example.com" ]', '+  hosts: [ "reviews.example.com" ]']],
  ])('%s', (_name, path, expected) => {
    const edited = removeYaml(route, path);
    expect(difference(route, edited)).toEqual(expected);
    expect(readYaml(edited).problems).toEqual([]);
  });

  it('takes the comments that belong to an item', () => {
    expect(removeYaml(route, ['spec', 'http', 1])).toBe(route.slice(0, route.indexOf('  # everybody')));
  });
});

describe('lists', () => {
  it('insert at any place', () => {
    const at = (index: number) => insertYaml(route, ['spec', 'http'], index, { route: [{ weight: 1 }] });
    expect(at(0)).toContain('  http:\n  - route:\n    - weight: 1\n  # testers\n  - match:');
    expect(at(1)).toContain('subset: v2 }\n\n  - route:\n    - weight: 1\n  # everybody\n');
    expect(at(2)).toBe(`${route}  - route:\n    - weight: 1\n`);
    expect(insertYaml('a: [ 1, 2 ]\n', ['a'], 1, 9)).toBe('a: [ 1, 9, 2 ]\n');
    expect(insertYaml('a: []\n', ['a'], 0, { b: 1 })).toBe('a:\n- b: 1\n');
    expect(insertYaml('- - 1\n', [0], 0, 0)).toBe('- - 0\n  - 1\n');
  });

  it('move items with their comments', () => {
    const moved = moveYaml(route, ['spec', 'http'], 1, 0);
    expect(moved.indexOf('# everybody')).toBeLessThan(moved.indexOf('# testers'));
    expect(moveYaml(moved, ['spec', 'http'], 0, 1)).toBe(route);
    expect(moveYaml('a: [1, {b: 2}, 3]', ['a'], 0, 2)).toBe('a: [{b: 2}, 3, 1]');
    expect(moveYaml('a:\n- 1\n- 2', ['a'], 0, 1)).toBe('a:\n- 2\n- 1');
  });
});

describe('writeYamlValue', () => {
  it('changes what differs and nothing else', () => {
    const value = readYaml(route).value() as { spec: { http: { timeout?: string; route: { weight?: number }[] }[] } };
    const [testers, everybody] = value.spec.http;
    if (testers === undefined || everybody === undefined) throw new Error('two rules');
    const next = {
      ...value,
      spec: { ...value.spec, http: [testers, { match: [{ port: 1 }], route: [] }, { ...everybody, timeout: '9s' }] },
    };
    const text = writeYamlValue(route, [], next);
    expect(readYaml(text).value()).toEqual(next);
    expect(text).toContain('# testers');
    expect(text).toContain('# everybody');
    expect(text).toContain("subset: 'v1'");
    expect(writeYamlValue(route, [], value)).toBe(route);
  });

  it('agrees with the value for any pair of lists', () => {
    const lists = [[], [1], [2, 1], [1, 2, 3], [3, 1], [{ a: 1 }, { b: [1] }], [{ b: [2] }], [[1], [2, 3]]];
    for (const before of lists) {
      for (const after of lists) {
        const text = writeYamlValue('x: 1\n', [], { x: before });
        expect(readYaml(writeYamlValue(text, [], { x: after, y: 1 })).value()).toEqual({ x: after, y: 1 });
      }
    }
  });
});

describe('places', () => {
  it('are found by path, and paths by place', () => {
    const source = readYaml(route);
    const path = ['spec', 'http', 1, 'route', 0, 'destination', 'subset'];
    const place = source.placeOf(path);
    expect(route.slice(place?.value.from, place?.value.to)).toBe("'v1'");
    expect(source.pathAt(place?.value.from ?? 0)).toEqual({ document: 0, path, inKey: false });
    expect(source.pathAt(place?.key?.from ?? 0)).toEqual({ document: 0, path, inKey: true });
    expect(source.positionOf([...path.slice(0, 4), 'nothing', 'there'])).toEqual({
      offset: route.indexOf('route: # all'),
      line: 18,
      column: 5,
    });
  });

  it('are counted through all documents', () => {
    const text = 'a: 1\n---\nb:\n  c: 2\n';
    const source = readYaml(text);
    expect(source.positionOf(['b', 'c'], 1)).toMatchObject({ line: 4, column: 3 });
    expect(source.pathAt(text.indexOf('2'))).toEqual({ document: 1, path: ['b', 'c'], inKey: false });
    expect(setYaml(text, ['b', 'c'], 3, { document: 1 })).toBe('a: 1\n---\nb:\n  c: 3\n');
  });

  it('are split and joined', () => {
    const text = '# head\na: 1\n---\n# second\nb: 2\n---\n---\nc: 3\n';
    const parts = splitDocuments(text);
    expect(parts).toEqual(['# head\na: 1\n', '# second\nb: 2\n', 'c: 3\n']);
    expect(joinDocuments(parts)).toBe('# head\na: 1\n---\n# second\nb: 2\n---\nc: 3\n');
  });
});

describe('contextAt', () => {
  const at = (text: string) => contextAt(text.replace('|', ''), text.indexOf('|'));
  it.each<[string, string, (string | number)[], string, string[]]>([
    ['spec:\n  ho|', 'key', ['spec'], 'ho', []],
    ['spec:\n  hosts: [a]\n  |\n  tls: []\n', 'key', ['spec'], '', ['hosts', 'tls']],
    ['spec:\n  http:\n  - match: []\n    ti|', 'key', ['spec', 'http', 0], 'ti', ['match']],
    ['spec:\n  http:\n  - match: []\n  - ro|', 'key', ['spec', 'http', 1], 'ro', []],
    ['spec:\n  http:\n  - match: []\n  ga|', 'key', ['spec'], 'ga', ['http']],
    [
      'spec:\n  http:\n    - route:\n        - destination:\n            host: re|',
      'value',
      ['spec', 'http', 0, 'route', 0, 'destination', 'host'],
      're',
      [],
    ],
    ['a:\n- b\n- |', 'key', ['a', 1], '', []],
    ['ki|', 'key', [], 'ki', []],
    ['a: 1\n---\nb:\n  |', 'key', ['b'], '', []],
  ])('%j', (text, kind, path, word, siblings) => {
    expect(at(text)).toMatchObject({ kind, path, word, siblings });
  });
});
