import type { AnyObject } from '@/lib/contract';

/** A whole configuration of Bookinfo's inner services, as a set of objects; `deny` adds a policy at ratings. */
export interface DraftCase {
  title: string;
  objects: AnyObject[];
  denies: AnyObject | null;
  /** A header that is traced decides: shares then also carry the error of the sample of traces. */
  byHeader: boolean;
}

const istio = 'networking.istio.io/v1';
const namespace = 'default';
const mobile = '.*Mobile.*';

export const subsets: AnyObject = {
  apiVersion: istio,
  kind: 'DestinationRule',
  metadata: { name: 'reviews', namespace },
  // v9 selects nobody.
  spec: { host: 'reviews', subsets: ['v1', 'v2', 'v3', 'v9'].map((name) => ({ name, labels: { version: name } })) },
};

export const deny: AnyObject = {
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name: 'ratings-deny', namespace },
  spec: {
    selector: { matchLabels: { app: 'ratings' } },
    action: 'DENY',
    rules: [{ from: [{ source: { principals: ['cluster.local/ns/default/sa/bookinfo-reviews'] } }], to: [{ operation: { methods: ['GET'] } }] }],
  },
};

type Rule = Record<string, unknown>;

function routes(name: string, http: Rule[]): AnyObject {
  return { apiVersion: istio, kind: 'VirtualService', metadata: { name, namespace }, spec: { hosts: [name], http } };
}

/** mulberry32: the same drafts for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Configurations that differ in weights, empty subsets, faults, traced headers, paths, and policies. */
export function draftCases(count: number, seed: number): DraftCase[] {
  const random = randomOf(seed);
  const whole = (most: number) => Math.floor(random() * (most + 1));
  const chance = (share: number) => random() < share;

  function split(names: readonly string[]): Rule[] {
    const weights = names.map(() => whole(10));
    const total = weights.reduce((sum, one) => sum + one, 0);
    const percents = weights.map((one) => (total === 0 ? 0 : Math.floor((one / total) * 100)));
    percents[0] = (percents[0] ?? 0) + 100 - percents.reduce((sum, one) => sum + one, 0);
    return names.flatMap((subset, index) =>
      percents[index] === 0 ? [] : [{ destination: { host: 'reviews', subset }, weight: percents[index] }],
    );
  }

  function fault(): Rule {
    if (!chance(0.35)) return {};
    const percentage = { value: [1, 10, 25, 50, 100][whole(4)] };
    return { fault: { abort: { httpStatus: [400, 418, 500, 503][whole(3)], percentage } } };
  }

  return Array.from({ length: count }, (_, index) => {
    const byHeader = chance(0.2);
    const withHole = chance(0.2);
    const names = withHole ? ['v1', 'v2', 'v3', 'v9'] : ['v1', 'v2', 'v3'];
    const first: Rule[] = byHeader ? [{ match: [{ headers: { 'user-agent': { regex: mobile } } }], ...fault(), route: split(names) }] : [];
    // Sometimes nothing is left for a path.
    const lost = chance(0.1);
    const last: Rule = { ...(lost ? { match: [{ uri: { prefix: '/nowhere' } }] } : {}), ...fault(), route: split(names) };
    const plain = (name: string): AnyObject => routes(name, [{ ...fault(), route: [{ destination: { host: name } }] }]);
    return {
      title: `${index}`,
      byHeader,
      denies: chance(0.15) ? deny : null,
      objects: [routes('reviews', [...first, last]), plain('ratings'), plain('details')],
    };
  });
}
