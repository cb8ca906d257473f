import { describe, expect, it } from 'vitest';
import type { DestinationRule } from '../destination-rule';
import { chooseTrafficObjects, describeRule, describeTrafficChange, readTraffic, trafficSettings } from '.';
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
      '10 % of them fail with status 500.',
      'A request fails after 2s.',
      'A failed request is tried again once, 1s each.',
    ]);
    expect(describeRule({ route: [to('v1', 1), to('v2', 3)] })[0]?.text).toBe('All requests are split: 25 % reviews v1, 75 % reviews v2.');
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
      'Requests to reviews: v1 from 100 % to 90 %.',
      'Requests to reviews: v2 from 0 % to 10 %.',
      '50 % of requests with end-user: jason to reviews fail with status 500.',
      'A request to reviews fails after 500ms.',
      'A failed request to reviews is not tried again.',
    ]);
    expect(describeTrafficChange('reviews', after, before)).toHaveLength(5);
    expect(describeTrafficChange('reviews', before, before)).toEqual([]);
  });
});
