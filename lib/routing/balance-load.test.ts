import { describe, expect, it } from 'vitest';
import type { Cluster, ClusterLoadAssignment } from '@/lib/xds';
import { readHosts } from './balance-hosts';
import type { LbHost } from './balance-hosts';
import { anyHost, createBalancer } from './balance-load';
import { spreadOverPriorities } from './balance-priorities';
import { compileCluster } from './compile-cluster';
import { xxHash64 } from './xxhash64';

interface Group {
  count: number;
  priority?: number;
  zone?: string;
  weight?: number;
  weights?: number[];
  ejected?: number;
}

function assignment(groups: Group[]): ClusterLoadAssignment {
  let next = 0;
  return {
    cluster_name: 'c',
    endpoints: groups.map(({ count, priority = 0, zone = 'z', weight, weights = [] }) => ({
      priority,
      locality: { region: 'r', zone },
      ...(weight === undefined ? {} : { load_balancing_weight: { value: weight } }),
      lb_endpoints: Array.from({ length: count }, (_, at) => ({
        endpoint: { address: { socket_address: { address: `10.0.0.${++next}`, port_value: 80 } } },
        ...(weights[at] === undefined ? {} : { load_balancing_weight: { value: weights[at] } }),
      })),
    })),
  };
}

function hostsOf(groups: Group[]): LbHost[] {
  const { hosts } = readHosts(assignment(groups));
  let from = 0;
  for (const { count, ejected = 0 } of groups) {
    for (const host of hosts.slice(from, from + ejected)) host.ejected = true;
    from += count;
  }
  return [...hosts];
}

function balancer(cluster: Partial<Cluster>, hosts: LbHost[]) {
  return createBalancer(compileCluster({ name: 'c', ...cluster }).balancer, { hosts, overprovisioning: 1.4 }, () => 0);
}

/** A generator with a seed: the same picks in every run. */
function seeded(): () => number {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

function count(pick: () => LbHost | null, times: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let at = 0; at < times; at++) {
    const key = pick()?.address ?? 'none';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

describe('spreadOverPriorities', () => {
  it.each<[string, Group[], number[]]>([
    ['all healthy', [{ count: 10 }, { count: 10, priority: 1 }], [100, 0]],
    [
      '72 % healthy is still enough',
      [
        { count: 100, ejected: 28 },
        { count: 10, priority: 1 },
      ],
      [100, 0],
    ],
    [
      'half healthy takes 70 %',
      [
        { count: 10, ejected: 5 },
        { count: 10, priority: 1 },
      ],
      [70, 30],
    ],
    [
      'both ill are scaled up',
      [
        { count: 10, ejected: 8 },
        { count: 10, priority: 1, ejected: 8 },
      ],
      [50, 50],
    ],
    [
      'the first is gone',
      [
        { count: 2, ejected: 2 },
        { count: 2, priority: 1 },
      ],
      [0, 100],
    ],
    [
      'a gap in the priorities',
      [
        { count: 2, ejected: 2 },
        { count: 2, priority: 2 },
      ],
      [0, 0, 100],
    ],
  ])('%s', (_, groups, percents) => {
    expect(spreadOverPriorities(hostsOf(groups), 1.4, 0).map((level) => level.percent)).toEqual(percents);
  });

  it('ignores health below the panic threshold, but only when the priorities together cannot take everything', () => {
    expect(spreadOverPriorities(hostsOf([{ count: 4, ejected: 3 }]), 1.4, 50)).toMatchObject([{ panic: true, percent: 100 }]);
    expect(
      spreadOverPriorities(
        hostsOf([
          { count: 4, ejected: 3 },
          { count: 4, priority: 1 },
        ]),
        1.4,
        50,
      ),
    ).toMatchObject([
      { panic: false, percent: 35 },
      { panic: false, percent: 65 },
    ]);
    expect(
      spreadOverPriorities(
        hostsOf([
          { count: 3, ejected: 3 },
          { count: 1, priority: 1, ejected: 1 },
        ]),
        1.4,
        50,
      ),
    ).toMatchObject([
      { panic: true, percent: 75 },
      { panic: true, percent: 25 },
    ]);
  });
});

describe('createBalancer', () => {
  it('goes round', () => {
    const { pick } = balancer({}, hostsOf([{ count: 3 }]));
    expect(count(() => pick(Math.random), 9)).toEqual({ '10.0.0.1': 3, '10.0.0.2': 3, '10.0.0.3': 3 });
  });

  it('goes round by weight', () => {
    const { pick } = balancer({}, hostsOf([{ count: 3, weights: [1, 2, 5] }]));
    expect(count(() => pick(Math.random), 80)).toEqual({ '10.0.0.1': 10, '10.0.0.2': 20, '10.0.0.3': 50 });
  });

  it('prefers hosts with fewer requests on their way', () => {
    const hosts = hostsOf([{ count: 2 }]);
    if (hosts[0]) hosts[0].activeRequests = 5;
    const counts = count(
      (
        (pick, random) => () =>
          pick(random)
      )(balancer({ lb_policy: 'LEAST_REQUEST' }, hosts).pick, seeded()),
      1000,
    );
    // The busy one is only taken when both draws fall on it.
    expect(counts['10.0.0.1']).toBeGreaterThan(180);
    expect(counts['10.0.0.1']).toBeLessThan(320);
  });

  it('returns no host when none may be used and panic is off', () => {
    const cluster: Partial<Cluster> = { common_lb_config: { healthy_panic_threshold: { value: 0 } } };
    expect(balancer(cluster, hostsOf([{ count: 2, ejected: 2 }])).pick(Math.random)).toBeNull();
    expect(balancer({}, hostsOf([{ count: 2, ejected: 2 }])).pick(Math.random)).not.toBeNull();
    expect(balancer({}, []).pick(Math.random)).toBeNull();
  });

  it('splits between localities by weight where the cluster wants it', () => {
    const groups = [
      { count: 1, zone: 'a', weight: 70 },
      { count: 1, zone: 'b', weight: 20 },
      { count: 1, zone: 'c', weight: 10 },
      { count: 1, zone: 'd' },
    ];
    const { pick } = balancer({ common_lb_config: { locality_weighted_lb_config: {} } }, hostsOf(groups));
    const random = seeded();
    const counts = count(() => pick(random), 10_000);
    expect(counts['10.0.0.1']).toBeGreaterThan(6800);
    expect(counts['10.0.0.1']).toBeLessThan(7200);
    expect(counts['10.0.0.3']).toBeLessThan(1150);
    expect(counts['10.0.0.4']).toBeUndefined();
  });

  it.each(['RING_HASH', 'MAGLEV'] as const)('%s keeps a key on its host, and nearly all keys when another host goes', (lb_policy) => {
    const hosts = hostsOf([{ count: 5 }]);
    const before = balancer({ lb_policy }, hosts);
    const after = balancer({ lb_policy }, hosts.slice(0, 4));
    const pickFor = (from: typeof before, key: string) => from.pick(seeded(), { ...anyHost, hash: xxHash64(key) });
    let moved = 0;
    const used = new Set<LbHost | null>();
    for (let at = 0; at < 1000; at++) {
      const first = pickFor(before, `user-${at}`);
      used.add(first);
      expect(pickFor(before, `user-${at}`)).toBe(first);
      if (first !== hosts[4] && pickFor(after, `user-${at}`) !== first) moved++;
    }
    expect(used.size).toBe(5);
    // A smaller ring gives the others more points, so a few keys do move.
    expect(moved).toBeLessThan(150);
  });

  it('leaves out hosts already tried while there are others', () => {
    const hosts = hostsOf([{ count: 2 }]);
    const { pick } = balancer({ lb_policy: 'RING_HASH' }, hosts);
    const hash = xxHash64('key');
    const first = pick(Math.random, { hash, avoid: [], attempts: 1 });
    const second = pick(Math.random, { hash, avoid: first ? [first] : [], attempts: 50 });
    expect(second).not.toBe(first);
    expect(pick(Math.random, { hash, avoid: hosts, attempts: 5 })).not.toBeNull();
  });
});

describe('readHosts', () => {
  it('keeps the state of hosts that stay', () => {
    const { hosts } = readHosts(assignment([{ count: 2 }]));
    const [first] = hosts;
    if (!first) throw new Error('no host');
    first.activeRequests = 3;
    first.ejected = true;
    const next = readHosts(assignment([{ count: 3, priority: 1 }]), hosts);
    expect(next.hosts[0]).toBe(first);
    expect(first).toMatchObject({ activeRequests: 3, ejected: true, priority: 1, locality: 'r/z', key: '10.0.0.1:80' });
  });
});
