import type { Draw } from './draw';

/** A piece of a route in `spec.http[]`. */
export type RoutePart = Record<string, unknown>;

const requestNames = ['x-added', 'x-tier', 'end-user', 'x-gone'];
const responseNames = ['x-reply', 'x-internal', 'x-added'];

export interface Destination {
  readonly host: string;
  readonly subsets: readonly string[];
  readonly ports: readonly number[];
}

/** Where a route may lead: hosts as the VirtualService's namespace knows them. */
export function drawDestination(draw: Draw, destinations: readonly Destination[]): RoutePart {
  const chosen = draw.pick(destinations);
  const subset = chosen.subsets.length > 0 && draw.chance(0.7) ? { subset: draw.pick(chosen.subsets) } : {};
  const port = chosen.ports.length > 1 || draw.chance(0.3) ? { port: { number: draw.pick(chosen.ports) } } : {};
  return { host: chosen.host, ...port, ...subset };
}

/** `route`: one destination, or several with weights. */
export function drawRoute(draw: Draw, destinations: readonly Destination[]): RoutePart {
  const count = draw.weighted([
    [6, 1],
    [3, 2],
    [1, 3],
  ]);
  if (count === 1) {
    const weight = draw.weighted([
      [5, {}],
      [1, { weight: 100 }],
      [1, { weight: 7 }],
    ]);
    return { route: [{ destination: drawDestination(draw, destinations), ...weight, ...drawDestinationHeaders(draw) }] };
  }
  const weights = draw.pick([
    [100, 0, 0],
    [0, 100, 0],
    [50, 50, 10],
    [1, 3, 1],
    [0, 1, 1],
  ]);
  const route = weights.slice(0, count).map((weight) => ({
    destination: drawDestination(draw, destinations),
    weight,
    ...drawDestinationHeaders(draw),
  }));
  return { route };
}

function drawDestinationHeaders(draw: Draw): RoutePart {
  return draw.chance(0.12) ? { headers: drawHeaderOperations(draw) } : {};
}

export function drawRedirect(draw: Draw): RoutePart {
  const path = draw.weighted<RoutePart>([
    [3, { uri: draw.pick(['/new', '/new?fixed=1', '/']) }],
    [3, { prefixRewrite: draw.pick(['/moved', '/']) }],
    [2, {}],
  ]);
  const port = draw.weighted<RoutePart>([
    [4, {}],
    [1, { port: 8443 }],
    [1, { port: 80 }],
    [2, { derivePort: 'FROM_PROTOCOL_DEFAULT' }],
    [2, { derivePort: 'FROM_REQUEST_PORT' }],
  ]);
  return {
    redirect: {
      ...path,
      ...(draw.chance(0.5) ? { authority: draw.pick(['other.example.com', 'reviews.example.com:9000']) } : {}),
      ...port,
      ...(draw.chance(0.4) ? { scheme: draw.pick(['https', 'http']) } : {}),
      ...(draw.chance(0.6) ? { redirectCode: draw.pick([301, 302, 303, 307, 308]) } : {}),
    },
  };
}

export function drawDirectResponse(draw: Draw): RoutePart {
  const body = draw.weighted<RoutePart>([
    [2, {}],
    [2, { body: { string: draw.pick(['gone fishing', '{"a":1}']) } }],
    [2, { body: { bytes: Buffer.from(draw.pick(['raw', 'bytes and more'])).toString('base64') } }],
  ]);
  return { directResponse: { status: draw.pick([200, 201, 404, 429, 503, 599]), ...body } };
}

function drawRewrite(draw: Draw): RoutePart {
  const path = draw.weighted<RoutePart>([
    [4, { uri: draw.pick(['/', '/b', '/rewritten/', '/x?y=1']) }],
    [
      3,
      {
        uriRegexRewrite: draw.pick([
          { match: '^/([^/?]*)/(.*)$', rewrite: '/\\2/\\1' },
          { match: '/a', rewrite: '/z' },
          { match: '[0-9]+', rewrite: 'n' },
        ]),
      },
    ],
    [2, {}],
  ]);
  const authority =
    Object.keys(path).length === 0 || draw.chance(0.4) ? { authority: draw.pick(['inner.example.com', 'ratings.shop', 'a:81']) } : {};
  return { rewrite: { ...path, ...authority } };
}

function drawRetries(draw: Draw): RoutePart {
  return {
    retries: {
      attempts: draw.pick([0, 1, 2, 3]),
      ...(draw.chance(0.3) ? { perTryTimeout: draw.pick(['0.8s', '10s']) } : {}),
      ...(draw.chance(0.7)
        ? {
            retryOn: draw.pick([
              '5xx',
              'gateway-error',
              'retriable-4xx',
              '503',
              'connect-failure,429',
              'gateway-error,connect-failure,refused-stream',
              'reset,500',
              'unavailable',
            ]),
          }
        : {}),
      ...(draw.chance(0.4) ? { backoff: draw.pick(['0.005s', '10ms']) } : {}),
      ...(draw.chance(0.3) ? { retryRemoteLocalities: draw.chance(0.5) } : {}),
      ...(draw.chance(0.3) ? { retryIgnorePreviousHosts: draw.chance(0.5) } : {}),
    },
  };
}

/** Faults of 0 and 100 %: what chance decides is a matter of statistics. */
function drawFault(draw: Draw): RoutePart {
  const share = (): RoutePart =>
    draw.weighted<RoutePart>([
      [6, { percentage: { value: 100 } }],
      [2, { percentage: { value: 0 } }],
      [1, {}],
    ]);
  const delay = { delay: { fixedDelay: draw.pick(['0.05s', '0.08s']), ...(draw.chance(0.35) ? { percent: 100 } : share()) } };
  const abort = {
    abort: {
      ...(draw.chance(0.8)
        ? { httpStatus: draw.pick([400, 418, 500, 503, 555]) }
        : { grpcStatus: draw.pick(['UNAVAILABLE', 'NOT_FOUND', 'INTERNAL']) }),
      ...share(),
    },
  };
  return {
    fault: draw.weighted<RoutePart>([
      [3, delay],
      [4, abort],
      [2, { ...delay, ...abort }],
    ]),
  };
}

function drawMirror(draw: Draw, destinations: readonly Destination[]): RoutePart {
  const share = draw.weighted<RoutePart>([
    [3, {}],
    [2, { mirrorPercentage: { value: 100 } }],
    [1, { mirrorPercentage: { value: 0 } }],
    [2, { mirrorPercent: draw.pick([0, 100]) }],
  ]);
  if (draw.chance(0.6)) return { mirror: drawDestination(draw, destinations), ...share };
  const mirrors = Array.from({ length: 1 + draw.int(2) }, () => ({
    destination: drawDestination(draw, destinations),
    ...(draw.chance(0.6) ? { percentage: { value: draw.pick([0, 100, 100]) } } : {}),
  }));
  return { mirrors };
}

export const origins = ['https://shop.example.com', 'https://other.example.com', 'http://localhost:3000'];

function drawCors(draw: Draw): RoutePart {
  const matches = [
    { exact: origins[0] },
    { prefix: 'https://' },
    { regex: 'https?://(localhost|other\\.example\\.com).*' },
    { exact: '*' },
  ];
  return {
    corsPolicy: {
      ...(draw.chance(0.8) ? { allowOrigins: draw.some(matches, 1 + draw.int(2)) } : { allowOrigin: [origins[1]] }),
      ...(draw.chance(0.6) ? { allowMethods: draw.pick([['GET'], ['GET', 'POST']]) } : {}),
      ...(draw.chance(0.5) ? { allowHeaders: ['x-one', 'x-two'] } : {}),
      ...(draw.chance(0.5) ? { exposeHeaders: ['x-reply'] } : {}),
      ...(draw.chance(0.5) ? { maxAge: draw.pick(['24h', '600s']) } : {}),
      ...(draw.chance(0.5) ? { allowCredentials: draw.chance(0.6) } : {}),
      ...(draw.chance(0.3) ? { unmatchedPreflights: draw.pick(['FORWARD', 'IGNORE']) } : {}),
    },
  };
}

export function drawHeaderOperations(draw: Draw): RoutePart {
  const operations = (names: readonly string[], own: boolean): RoutePart => {
    const set = draw.chance(0.6)
      ? { set: Object.fromEntries(draw.some(names, 1 + draw.int(2)).map((name) => [name, draw.pick(['one', 'two words', '100%%'])])) }
      : {};
    const add = draw.chance(0.5) ? { add: { [draw.pick(names)]: draw.pick(['more', 'jason']) } } : {};
    const remove = draw.chance(0.4) ? { remove: draw.some(names, 1) } : {};
    const host = own && draw.chance(0.12) ? { set: { host: 'set.example.com' } } : {};
    return { ...set, ...add, ...remove, ...host };
  };
  return {
    ...(draw.chance(0.75) ? { request: operations(requestNames, true) } : {}),
    ...(draw.chance(0.5) ? { response: operations(responseNames, false) } : {}),
  };
}

/** What a forwarding route may have beside its destinations. */
export function drawModifiers(draw: Draw, destinations: readonly Destination[]): RoutePart {
  const parts: RoutePart = {};
  if (draw.chance(0.3)) Object.assign(parts, drawRewrite(draw));
  if (draw.chance(0.2)) Object.assign(parts, { timeout: draw.pick(['0.8s', '20s', '0s']) });
  if (draw.chance(0.3)) Object.assign(parts, drawRetries(draw));
  if (draw.chance(0.25)) Object.assign(parts, drawFault(draw));
  if (draw.chance(0.2)) Object.assign(parts, drawMirror(draw, destinations));
  if (draw.chance(0.22)) Object.assign(parts, drawCors(draw));
  if (draw.chance(0.3)) Object.assign(parts, { headers: drawHeaderOperations(draw) });
  return parts;
}
