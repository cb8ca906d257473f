import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DestinationRule } from '../destination-rule';
import { chooseTrafficObjects, describeRule, describeTrafficChange, readTraffic, toPercentages, trafficSettings, writeTraffic } from '.';
import type { HttpRule, TrafficSettings, TrafficSource, VirtualService } from '.';

const service = { namespace: 'default', name: 'reviews' };
const versions = ['v1', 'v2', 'v3'].map((version) => ({ version, labels: { version } }));

function virtualService(http: HttpRule[], more: Partial<VirtualService['spec']> = {}, name = 'reviews'): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1beta1',
    kind: 'VirtualService',
    metadata: { name, namespace: 'default', resourceVersion: '7', labels: { team: 'a' } },
    spec: { hosts: ['reviews'], http, ...more },
  };
}

const destinationRule: DestinationRule = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'reviews', namespace: 'default', resourceVersion: '5' },
  spec: {
    host: 'reviews',
    trafficPolicy: { loadBalancer: { simple: 'RANDOM' } },
    subsets: versions.map(({ version }) => ({ name: version, labels: { version } })),
  },
};

const to = (subset: string, weight?: number) => ({ destination: { host: 'reviews', subset }, ...(weight === undefined ? {} : { weight }) });
const jason: HttpRule = { match: [{ headers: { 'end-user': { exact: 'jason' } } }], route: [to('v2')] };

function source(vs: VirtualService | null, dr: DestinationRule | null = destinationRule): TrafficSource {
  return { service, virtualService: vs, destinationRule: dr, versions };
}

function weights(settings: TrafficSettings): Record<string, number> {
  return Object.fromEntries(settings.destinations.map((one) => [one.subset ?? '', one.weight]));
}

function shifted(settings: TrafficSettings, wanted: Record<string, number>): TrafficSettings {
  return { ...settings, destinations: settings.destinations.map((one) => ({ ...one, weight: wanted[one.subset ?? ''] ?? 0 })) };
}

/** What the settings are after the change is written and read again. */
function roundTrip(from: TrafficSource, settings: TrafficSettings): { after: TrafficSettings; source: TrafficSource } {
  const written = writeTraffic(from, settings);
  const next: TrafficSource = {
    ...from,
    virtualService: written.find((one): one is VirtualService => one.kind === 'VirtualService') ?? from.virtualService,
    destinationRule: written.find((one): one is DestinationRule => one.kind === 'DestinationRule') ?? from.destinationRule,
  };
  return { after: readTraffic(next), source: next };
}

describe('readTraffic', () => {
  it('shows even shares while no rule decides', () => {
    const settings = readTraffic(source(null));
    expect(settings).toMatchObject({ configured: false, fault: null, timeoutMs: null, retries: null, rulePath: null });
    expect(weights(settings)).toEqual({ v1: 34, v2: 33, v3: 33 });
    expect(trafficSettings.safeParse(settings).success).toBe(true);
  });

  it('reads split, timeout, retries and fault of the rule without conditions', () => {
    const rule: HttpRule = {
      route: [to('v1', 80), to('v3', 20)],
      timeout: '1.5s',
      retries: { attempts: 3, perTryTimeout: '250ms', retryOn: '5xx' },
      fault: { delay: { fixedDelay: '2s', percentage: { value: 12.5 } }, abort: { httpStatus: 503, percentage: { value: 1 } } },
    };
    const settings = readTraffic(source(virtualService([jason, rule])));
    expect(weights(settings)).toEqual({ v1: 80, v3: 20, v2: 0 });
    expect(settings).toMatchObject({
      configured: true,
      rulePath: 'spec.http[1]',
      timeoutMs: 1500,
      retries: { attempts: 3, perTryTimeoutMs: 250, retryOn: '5xx' },
      fault: { delay: { ms: 2000, percent: 12.5 }, abort: { status: 503, percent: 1 }, header: null },
      conditioned: [{ path: 'spec.http[0]' }],
    });
  });

  it('makes percentages of weights that do not sum to 100', () => {
    expect(weights(readTraffic(source(virtualService([{ route: [to('v1', 1), to('v2', 1), to('v3', 1)] }]))))).toEqual({
      v1: 34,
      v2: 33,
      v3: 33,
    });
  });

  it('finds a fault for one header on the rule above', () => {
    const fault = { abort: { httpStatus: 500, percentage: { value: 100 } } };
    const settings = readTraffic(source(virtualService([{ ...jason, fault }, { route: [to('v1')] }])));
    expect(settings.fault).toEqual({ delay: null, abort: { status: 500, percent: 100 }, header: { name: 'end-user', value: 'jason' } });
  });
});

describe('writeTraffic', () => {
  it('writes nothing when nothing changes', () => {
    for (const vs of [null, virtualService([jason, { route: [to('v1', 90), to('v2', 10)] }])]) {
      expect(writeTraffic(source(vs), readTraffic(source(vs)))).toEqual([]);
    }
  });

  it('creates the VirtualService, and the subsets that are missing', () => {
    const written = writeTraffic(source(null, null), shifted(readTraffic(source(null, null)), { v1: 90, v2: 10 }));
    expect(written).toEqual([
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: { name: 'reviews', namespace: 'default' },
        spec: {
          host: 'reviews',
          subsets: [
            { name: 'v1', labels: { version: 'v1' } },
            { name: 'v2', labels: { version: 'v2' } },
          ],
        },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'reviews', namespace: 'default' },
        spec: { hosts: ['reviews'], http: [{ route: [to('v1', 90), to('v2', 10)] }] },
      },
    ]);
  });

  it('leaves an undivided route undivided until weights are set, and then keeps its headers', () => {
    const headers = { response: { remove: ['server'] } };
    const whole = { destination: { host: 'reviews', port: { number: 9080 } }, headers };
    const from = source(virtualService([{ route: [whole] }]));
    expect(readTraffic(from)).toMatchObject({ configured: false, rulePath: 'spec.http[0]' });
    const timed = roundTrip(from, { ...readTraffic(from), timeoutMs: 100 });
    expect(timed.source.virtualService?.spec.http).toEqual([{ route: [whole], timeout: '100ms' }]);
    const split = roundTrip(from, { ...readTraffic(from), configured: true });
    expect(split.source.virtualService?.spec.http?.[0]?.route).toEqual(
      [34, 33, 33].map((weight, index) => ({
        destination: { host: 'reviews', subset: `v${index + 1}`, port: { number: 9080 } },
        weight,
        headers,
      })),
    );
  });

  it('leaves everything else as it was', () => {
    const headers = { request: { set: { 'x-a': 'b' } } };
    const before = virtualService(
      [jason, { name: 'main', corsPolicy: { allowMethods: ['GET'] }, route: [{ ...to('v1', 100), headers }], timeout: '9s' }],
      { exportTo: ['.'], tcp: [{ route: [to('v1')] }] },
    );
    const frozen = JSON.stringify(before);
    const [after] = writeTraffic(source(before), shifted(readTraffic(source(before)), { v1: 0, v3: 100 }));
    expect(after).toEqual({
      ...before,
      spec: { ...before.spec, http: [jason, { ...before.spec.http?.[1], route: [{ ...to('v1', 0), headers }, to('v3', 100)] }] },
    });
    expect(JSON.stringify(before)).toBe(frozen);
  });

  it('puts a fault for one header on a rule of its own, keeps it in step and takes it away again', () => {
    const from = source(virtualService([{ route: [to('v1', 100)] }]));
    const fault = { delay: { ms: 7000, percent: 100 }, abort: null, header: { name: 'end-user', value: 'jason' } };
    const first = roundTrip(from, { ...readTraffic(from), fault });
    expect(first.source.virtualService?.spec.http).toEqual([
      {
        name: 'heddle-fault',
        match: [{ headers: { 'end-user': { exact: 'jason' } } }],
        route: [to('v1', 100)],
        fault: { delay: { fixedDelay: '7s', percentage: { value: 100 } } },
      },
      { route: [to('v1', 100)] },
    ]);
    expect(first.after).toMatchObject({ fault, conditioned: [] });
    const second = roundTrip(first.source, shifted(first.after, { v1: 50, v2: 50 }));
    expect(second.source.virtualService?.spec.http?.map((rule) => rule.route)).toEqual([
      [to('v1', 50), to('v2', 50)],
      [to('v1', 50), to('v2', 50)],
    ]);
    const third = roundTrip(second.source, { ...second.after, fault: null });
    expect(third.source.virtualService?.spec.http).toEqual([{ route: [to('v1', 50), to('v2', 50)] }]);
  });

  it("puts a header's fault on the rule that has this header already, and leaves that rule when the fault ends", () => {
    const from = source(virtualService([jason, { route: [to('v1')] }]));
    const fault = { delay: null, abort: { status: 500, percent: 50 }, header: { name: 'end-user', value: 'jason' } };
    const set = roundTrip(from, { ...readTraffic(from), fault });
    expect(set.source.virtualService?.spec.http?.[0]).toEqual({
      ...jason,
      fault: { abort: { httpStatus: 500, percentage: { value: 50 } } },
    });
    expect(roundTrip(set.source, { ...set.after, fault: null }).source.virtualService?.spec.http).toEqual([jason, { route: [to('v1')] }]);
  });

  it('does not remove faults it cannot show', () => {
    const fault = { abort: { grpcStatus: 'UNAVAILABLE' } };
    const from = source(virtualService([{ route: [to('v1')], fault }]));
    const set = roundTrip(from, { ...readTraffic(from), fault: { delay: { ms: 100, percent: 5 }, abort: null, header: null } });
    expect(set.source.virtualService?.spec.http?.[0]?.fault).toMatchObject(fault);
    expect(roundTrip(set.source, { ...set.after, fault: null }).source.virtualService?.spec.http?.[0]?.fault).toEqual(fault);
  });

  it('is read back as it was set, whatever is set', () => {
    const percent = fc.integer({ min: 1, max: 100 });
    const settings = fc.record({
      split: fc.array(fc.nat(100), { minLength: 3, maxLength: 3 }),
      fault: fc.option(
        fc.record({
          delay: fc.option(fc.record({ ms: fc.integer({ min: 1, max: 90_000 }), percent })),
          abort: fc.option(fc.record({ status: fc.integer({ min: 200, max: 599 }), percent })),
          header: fc.option(fc.record({ name: fc.constantFrom('end-user', 'x-b'), value: fc.string() })),
        }),
      ),
      timeoutMs: fc.option(fc.integer({ min: 1, max: 100_000 })),
      retries: fc.option(
        fc.record({
          attempts: fc.nat(9),
          perTryTimeoutMs: fc.option(fc.integer({ min: 1, max: 9999 })),
          retryOn: fc.option(fc.constant('5xx')),
        }),
      ),
    });
    const starts = [source(null, null), source(null), source(virtualService([jason, { route: [to('v1')] }]))];
    fc.assert(
      fc.property(fc.constantFrom(...starts), settings, settings, (from, one, two) => {
        let current = from;
        for (const wanted of [one, two]) {
          const read = readTraffic(current);
          const split = toPercentages(wanted.split);
          const fault = wanted.fault?.delay === null && wanted.fault.abort === null ? null : wanted.fault;
          const destinations = read.destinations.map((destination) => ({
            ...destination,
            weight: split[versions.findIndex(({ version }) => version === destination.subset)] ?? 0,
          }));
          const set: TrafficSettings = {
            ...read,
            configured: true,
            destinations,
            fault,
            timeoutMs: wanted.timeoutMs,
            retries: wanted.retries,
          };
          const { after, source: next } = roundTrip(current, set);
          expect({ ...weights(after) }).toEqual(weights(set));
          expect([after.fault, after.timeoutMs, after.retries]).toEqual([set.fault, set.timeoutMs, set.retries]);
          current = next;
        }
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});

describe('chooseTrafficObjects', () => {
  const choose = (virtualServices: VirtualService[]) =>
    chooseTrafficObjects(service, { virtualServices, destinationRules: [destinationRule], httpRoutes: [] });

  it('takes the one that owns the host in the mesh, in any spelling', () => {
    for (const host of ['reviews', 'reviews.default', 'reviews.default.svc.cluster.local']) {
      const chosen = choose([
        virtualService([{ route: [to('v1')] }], { hosts: [host] }),
        virtualService([], { hosts: ['ratings'] }, 'ratings'),
      ]);
      expect([chosen.virtualService?.metadata.name, chosen.destinationRule?.metadata.name, chosen.whyNot]).toEqual([
        'reviews',
        'reviews',
        null,
      ]);
    }
  });

  it("takes a gateway's rule when the mesh has none", () => {
    const atGateway = virtualService(
      [{ match: [{ uri: { exact: '/x' } }], route: [to('v1')] }],
      { hosts: ['*'], gateways: ['gw'] },
      'edge',
    );
    expect(choose([atGateway])).toMatchObject({ virtualService: { metadata: { name: 'edge' } }, whyNot: null });
  });

  it.each([
    ['several_virtual_services', [virtualService([{ route: [to('v1')] }]), virtualService([{ route: [to('v1')] }], {}, 'other')]],
    ['no_http_rule', [virtualService([], { tcp: [{ route: [to('v1')] }] })]],
    ['delegated', [virtualService([{ delegate: { name: 'x' } }])]],
    ['no_destination', [virtualService([{ redirect: { uri: '/' } }])]],
  ])('says why not: %s', (code, virtualServices) => expect(choose(virtualServices).whyNot?.code).toBe(code));
});

describe('words', () => {
  it('says what a rule does', () => {
    const rule: HttpRule = {
      ...jason,
      fault: { abort: { httpStatus: 500, percentage: { value: 10 } } },
      timeout: '2s',
      retries: { attempts: 1, perTryTimeout: '1s' },
    };
    expect(describeRule(rule).map((one) => one.text)).toEqual([
      'Requests where header end-user is jason go to reviews v2.',
      '10% of them fail with status 500.',
      'A request fails after 2s.',
      'A failed request is tried again once, 1s each.',
    ]);
    expect(describeRule({ route: [to('v1', 1), to('v2', 3)] })[0]?.text).toBe('All requests are split: 25% reviews v1, 75% reviews v2.');
  });

  it('says what a change does', () => {
    const before = readTraffic(source(virtualService([{ route: [to('v1', 100)] }])));
    const after: TrafficSettings = {
      ...shifted(before, { v1: 90, v2: 10 }),
      timeoutMs: 500,
      retries: { attempts: 0, perTryTimeoutMs: null, retryOn: null },
      fault: { delay: null, abort: { status: 500, percent: 50 }, header: { name: 'end-user', value: 'jason' } },
    };
    expect(describeTrafficChange('reviews', before, after).map((one) => one.text)).toEqual([
      'Requests to reviews: v1 from 100% to 90%.',
      'Requests to reviews: v2 from 0% to 10%.',
      '50% of requests with end-user: jason to reviews will fail with status 500.',
      'A request to reviews will fail after 500ms.',
      'A failed request to reviews will not be tried again.',
    ]);
    expect(describeTrafficChange('reviews', after, before)).toHaveLength(5);
    expect(describeTrafficChange('reviews', before, before)).toEqual([]);
  });
});
