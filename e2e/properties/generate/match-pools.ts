import type { Draw } from './draw';

/** What is being put together for one request. */
export interface RequestDraft {
  method: string;
  path: string;
  authority: string | null;
  port: number | null;
  headers: Record<string, string>;
}

export type StringMatch = { exact: string } | { prefix: string } | { regex: string } | Record<string, never>;

/** A condition of a match, and how a request comes to fulfil it. */
export interface Condition {
  readonly field: string;
  readonly spec: unknown;
  fulfil(request: RequestDraft): void;
}

const exactPaths = ['/', '/a', '/a/b', '/reviews/1', '/API/v1', '/files/report.pdf', '/a%20b'];
const prefixes = ['/', '/a', '/a/', '/api', '/reviews/', '/files', '/API'];
const rests = ['', 'x', '/x', '/b', 'b?x=1', '/b/c?v=2'];
/** RE2, full match, with a path that fits. */
const pathRegexes: readonly (readonly [regex: string, example: string])[] = [
  ['/reviews/\\d+', '/reviews/12'],
  ['.*', '/any/thing'],
  ['/(a|b)/.*', '/b/z'],
  ['/a[^/]*', '/abc'],
  ['/v[12]/items', '/v2/items'],
  ['.+\\.pdf', '/files/x.pdf'],
  ['/[a-z]{1,3}', '/abc'],
  ['(?i)/API/.*', '/api/q'],
];

/** Paths for requests that follow no match. */
export const loosePaths = [
  ...exactPaths,
  '/api/v1/x',
  '/a/b/c',
  '/a?v=1',
  '/a?v=2&debug',
  '/A/B',
  '/health',
  '/reviews/12',
  '/a//b',
  '/b/../a',
  '/x;p=1',
];

const headerValues: readonly (readonly [match: StringMatch, example: string])[] = [
  [{ exact: 'jason' }, 'jason'],
  [{ exact: 'Jason' }, 'Jason'],
  [{ prefix: 'ja' }, 'jam'],
  [{ regex: '(jason|bob)' }, 'bob'],
  [{ regex: '^j.*n$' }, 'jon'],
  [{ regex: '.*son' }, 'mason'],
  [{ regex: '[0-9]+' }, '42'],
  [{}, 'whatever'],
  [{ regex: '*' }, 'there'],
];

export const looseHeaderValues = ['jason', 'Jason', 'bob', 'jam', 'jon', 'mason', '42', '', 'x'];
export const headerNames = ['end-user', 'x-canary', 'x-tier', 'cookie'];

const queryValues: readonly (readonly [match: StringMatch, example: string])[] = [
  [{ exact: '1' }, '1'],
  [{ exact: '2' }, '2'],
  [{ prefix: 'ab' }, 'abc'],
  [{ regex: '[0-9]+' }, '77'],
  [{ regex: '.*' }, 'any'],
  [{ exact: '' }, ''],
];
const queryNames = ['v', 'debug', 'x'];

/** Conditions on the path. */
export function drawUri(draw: Draw): { match: StringMatch; ignoreCase: boolean; fulfil: (request: RequestDraft) => void } {
  const kind = draw.weighted([
    [3, 'exact'],
    [4, 'prefix'],
    [3, 'regex'],
  ] as const);
  const ignoreCase = kind !== 'regex' && draw.chance(0.25);
  const recase = (path: string): string =>
    ignoreCase && draw.chance(0.7) ? (draw.chance(0.5) ? path.toUpperCase() : path.toLowerCase()) : path;
  if (kind === 'exact') {
    const path = draw.pick(exactPaths);
    return { match: { exact: path }, ignoreCase, fulfil: (request) => (request.path = recase(path) + (draw.chance(0.2) ? '?q=1' : '')) };
  }
  if (kind === 'prefix') {
    const path = draw.pick(prefixes);
    return { match: { prefix: path }, ignoreCase, fulfil: (request) => (request.path = recase(path) + draw.pick(rests)) };
  }
  const [regex, path] = draw.pick(pathRegexes);
  return { match: { regex }, ignoreCase: false, fulfil: (request) => (request.path = path) };
}

/** A condition on a header, `headers` or `withoutHeaders`. */
export function drawHeader(draw: Draw, inverted: boolean): Condition {
  const name = draw.pick(headerNames);
  const [match, example] = draw.pick(headerValues);
  return {
    field: inverted ? 'withoutHeaders' : 'headers',
    spec: { [name]: match },
    fulfil(request) {
      if (!inverted) request.headers[name] = example;
      else if (draw.chance(0.5)) delete request.headers[name];
      else request.headers[name] = draw.pick(looseHeaderValues);
    },
  };
}

/** A condition on a query parameter. */
export function drawQuery(draw: Draw): Condition {
  const name = draw.pick(queryNames);
  const [match, example] = draw.pick(queryValues);
  return {
    field: 'queryParams',
    spec: { [name]: match },
    fulfil: (request) => (request.path += `${request.path.includes('?') ? '&' : '?'}${name}=${example}`),
  };
}

/** Conditions on method, scheme and authority. `hosts` are names the request may use. */
export function drawPseudoHeader(draw: Draw, hosts: readonly string[]): Condition {
  const field = draw.weighted([
    [5, 'method'],
    [2, 'scheme'],
    [3, 'authority'],
  ] as const);
  if (field === 'method') {
    const [match, example] = draw.pick([
      [{ exact: 'POST' }, 'POST'],
      [{ exact: 'GET' }, 'GET'],
      [{ prefix: 'P' }, 'PUT'],
      [{ regex: 'GET|HEAD' }, 'GET'],
    ] as const);
    return { field, spec: match, fulfil: (request) => (request.method = example) };
  }
  if (field === 'scheme') {
    const match = draw.pick([{ exact: 'http' }, { exact: 'https' }, { prefix: 'http' }, { regex: 'https?' }]);
    return { field, spec: match, fulfil: () => {} };
  }
  const host = draw.pick(hosts);
  const match = draw.pick([
    { exact: host },
    { prefix: host.slice(0, 5) },
    { regex: `${host.replaceAll('.', '\\.')}(:\\d+)?` },
    { exact: `${host}:9080` },
  ]);
  return { field, spec: match, fulfil: (request) => (request.authority = host) };
}
