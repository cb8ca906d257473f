import type { AnyObject } from '@/lib/contract';

/** A draft for one service, and what it is for a reader of the report. */
export interface Draft {
  service: string;
  title: string;
  objects: AnyObject[];
}

/** Mulberry32: the same seed gives the same drafts. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const versions = ['v1', 'v2', 'v3'];

interface Rule {
  [field: string]: unknown;
}

function virtualService(service: string, http: Rule[]): AnyObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: service, namespace: 'default' },
    spec: { hosts: [service], http },
  };
}

const toSubset = (service: string, subset: string, weight?: number) => ({
  destination: { host: service, subset },
  ...(weight === undefined ? {} : { weight }),
});

function split(random: () => number): { title: string; route: Rule[] } {
  const first = Math.floor(random() * 101);
  const second = Math.floor(random() * (101 - first));
  const weights = [first, second, 100 - first - second];
  const order = versions.toSorted(() => random() - 0.5);
  const route = order.flatMap((version, at) => ((weights[at] ?? 0) > 0 ? [toSubset('reviews', version, weights[at])] : []));
  return { title: order.map((version, at) => `${version} ${weights[at]}`).join(' '), route };
}

/** What a path rule may be written as; the load asks for `/reviews/0`. */
const paths: [title: string, match: Rule, fits: boolean][] = [
  ['prefix /reviews', { uri: { prefix: '/reviews' } }, true],
  ['exact /reviews/0', { uri: { exact: '/reviews/0' } }, true],
  ['regex /reviews/[0-9]+', { uri: { regex: '/reviews/[0-9]+' } }, true],
  ['prefix /nowhere', { uri: { prefix: '/nowhere' } }, false],
  ['POST', { method: { exact: 'POST' } }, false],
  ['GET', { method: { exact: 'GET' } }, true],
  ['from v2 of somebody', { sourceLabels: { version: 'v2' } }, false],
  ['from productpage', { sourceLabels: { app: 'productpage' } }, true],
];

function reviewsDraft(random: () => number): Draft {
  const one = split(random);
  const kind = Math.floor(random() * 6);
  const [matchTitle, match] = paths[Math.floor(random() * paths.length)] ?? ['', {}, true];
  const draft = (title: string, http: Rule[]): Draft => ({ service: 'reviews', title, objects: [virtualService('reviews', http)] });
  if (kind <= 1) return draft(`split ${one.title}`, [{ route: one.route }]);
  if (kind === 2) {
    const other = split(random);
    return draft(`${matchTitle}: ${one.title}, else ${other.title}`, [{ match: [match], route: one.route }, { route: other.route }]);
  }
  if (kind === 3) return draft(`${matchTitle}: ${one.title}, else nothing`, [{ match: [match], route: one.route }]);
  if (kind === 4)
    return draft(`a subset that is not there, ${one.title}`, [{ route: [toSubset('reviews', 'v9', 30), toSubset('reviews', 'v1', 70)] }]);
  const percent = 5 + Math.floor(random() * 91);
  const fault = { abort: { httpStatus: 500, percentage: { value: percent } } };
  return draft(`abort ${percent} %, ${one.title}`, [{ fault, route: one.route }]);
}

function denial(service: string): AnyObject {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: `${service}-drill`, namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: service } },
      action: 'DENY',
      rules: [{ to: [{ operation: { methods: ['GET'] } }] }],
    },
  };
}

/** Drafts for services of one version: faults, matches by caller and path, redirects of nothing, direct answers, a policy. */
function plainDraft(service: string, random: () => number): Draft {
  const percent = 5 + Math.floor(random() * 91);
  const status = [400, 418, 500, 555][Math.floor(random() * 4)] ?? 500;
  const fault = { abort: { httpStatus: status, percentage: { value: percent } } };
  const route = [{ destination: { host: service } }];
  const draft = (title: string, http: Rule[]): Draft => ({ service, title, objects: [virtualService(service, http)] });
  switch (Math.floor(random() * 6)) {
    case 0:
      return draft(`abort ${percent} % with ${status}`, [{ fault, route }]);
    case 1:
      return draft(`abort ${percent} % from v2 alone`, [{ match: [{ sourceLabels: { version: 'v2' } }], fault, route }, { route }]);
    case 2:
      return draft('no rule for its path', [{ match: [{ uri: { prefix: '/nowhere' } }], route }]);
    case 3:
      return draft(`the proxy answers ${status}`, [{ directResponse: { status, body: { string: 'drill' } } }]);
    case 4:
      return { service, title: 'GET is denied', objects: [denial(service)] };
    default:
      return draft(`abort ${percent} % by path`, [{ match: [{ uri: { prefix: `/${service}` } }], fault, route }, { route }]);
  }
}

/** Rounds of drafts; those of one round are for different services, so that they can be live at the same time. */
export function drawRounds(count: number, seed: number): Draft[][] {
  const random = createRandom(seed);
  return Array.from({ length: Math.ceil(count / 3) }, () => [
    reviewsDraft(random),
    plainDraft('ratings', random),
    plainDraft('details', random),
  ]);
}
