import { describe, expect, it } from 'vitest';
import type { DestinationRule, VirtualService } from '@/lib/kinds';
import { explainFlag } from '.';
import type { FlagFacts } from '.';

const rule = (spec: Partial<DestinationRule['spec']> = {}): DestinationRule => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'reviews', namespace: 'default' },
  spec: { host: 'reviews', subsets: [{ name: 'v2', labels: { version: 'v2' } }], ...spec },
});
const routes = (http: VirtualService['spec']['http']): VirtualService => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'reviews', namespace: 'default' },
  spec: { hosts: ['reviews'], http },
});
const toV2 = [{ destination: { host: 'reviews', subset: 'v2' } }];
const facts: FlagFacts = {
  host: 'reviews.default.svc.cluster.local',
  service: 'reviews',
  endpoints: [
    { labels: { version: 'v1' }, ready: true },
    { labels: { version: 'v2' }, ready: true },
    { labels: { version: 'v2' }, ready: true },
  ],
  virtualServices: [routes([{ route: toV2 }])],
  destinationRules: [rule()],
  ejected: new Map(),
  policies: ['AuthorizationPolicy default/deny'],
};
const say = (flag: string, more: Partial<FlagFacts> = {}): string[] => explainFlag(flag, { ...facts, ...more }).map((one) => one.text);

describe('facts behind a response flag', () => {
  it.each<[string, Partial<FlagFacts>, string[]]>([
    ['UH', { ejected: new Map([['v2', 2]]) }, ['All 2 endpoints of subset v2 of reviews are ejected by outlier detection.']],
    ['UH', { ejected: new Map([['v2', 1]]) }, ['1 of 2 endpoints of subset v2 of reviews is ejected by outlier detection.']],
    ['UH', { ejected: new Map([['', 2]]) }, []],
    ['UH', { virtualServices: [], ejected: new Map([['', 3]]) }, ['All 3 endpoints of reviews are ejected by outlier detection.']],
    [
      'UH',
      { endpoints: facts.endpoints.map((one) => ({ ...one, ready: false })) },
      ['None of the 2 endpoints of subset v2 of reviews is ready.'],
    ],
    ['UH', { endpoints: [] }, ['No pod has the labels of subset v2 of reviews: version=v2.']],
    ['UH', { endpoints: [], virtualServices: [] }, ['No pod stands behind reviews.']],
    [
      'UF',
      { endpoints: [...facts.endpoints, { labels: { version: 'v3' }, ready: false }] },
      ['Only 3 of 4 endpoints of reviews are ready.'],
    ],
    [
      'UC',
      { destinationRules: [rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } })] },
      ['DestinationRule reviews asks for TLS mode DISABLE: servers that demand mutual TLS close such connections.'],
    ],
    [
      'UO',
      {
        destinationRules: [
          rule({ trafficPolicy: { connectionPool: { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 1 } } } }),
        ],
      },
      ['DestinationRule reviews allows maxConnections 1, http1MaxPendingRequests 1.'],
    ],
    [
      'UT',
      { virtualServices: [routes([{ name: 'slow', timeout: '500ms', route: toV2 }])] },
      ['VirtualService reviews, slow: a request fails after 500ms.'],
    ],
    [
      'URX',
      { virtualServices: [routes([{ retries: { attempts: 3 }, route: toV2 }])] },
      ['VirtualService reviews, http[0]: up to 3 retries.'],
    ],
    [
      'FI',
      { virtualServices: [routes([{ fault: { abort: { httpStatus: 500, percentage: { value: 50 } } }, route: toV2 }])] },
      ['VirtualService reviews, http[0]: 50 % are aborted with 500.'],
    ],
    [
      'DI',
      { virtualServices: [routes([{ fault: { delay: { fixedDelay: '2s', percentage: { value: 10 } } }, route: toV2 }])] },
      ['VirtualService reviews, http[0]: 10 % wait 2s.'],
    ],
    [
      'NR',
      { virtualServices: [routes([{ match: [{ uri: { prefix: '/a' } }], route: toV2 }])] },
      ['VirtualService reviews has one rule, with a condition: what matches none has no route.'],
    ],
    ['NR', {}, []],
    ['NC', { destinationRules: [] }, ['No DestinationRule defines subset v2 of reviews.']],
    ['RBAC', {}, ['AuthorizationPolicy default/deny acts on it.']],
    ['DC', {}, []],
  ])('%s with %o', (flag, more, expected) => expect(say(flag, more)).toEqual(expected));
});
