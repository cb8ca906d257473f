import { describe, expect, it } from 'vitest';
import type { RouteConfiguration } from '@/lib/xds';
import { compileRouteConfiguration } from './compile-route-configuration';
import { decide } from './decide';
import { explain } from './explain';
import { plainRequest } from './routing-request';

const configuration: RouteConfiguration = {
  name: '9080',
  ignore_port_in_host_matching: true,
  virtual_hosts: [
    {
      name: 'reviews',
      domains: ['reviews', 'reviews.default.svc.cluster.local'],
      routes: [
        {
          name: 'jason',
          match: { prefix: '/', headers: [{ name: 'end-user', string_match: { exact: 'jason' } }] },
          route: { cluster: 'v2' },
        },
        {
          name: 'split',
          match: { prefix: '/' },
          route: {
            weighted_clusters: {
              clusters: [
                { name: 'v1', weight: { value: 80 } },
                { name: 'v3', weight: { value: 20 } },
              ],
            },
          },
        },
      ],
    },
    { name: 'wide', domains: ['*.example.com'], routes: [{ match: { path: '/only' }, direct_response: { status: 204 } }] },
    { name: 'wider', domains: ['*-x.example.com'], routes: [] },
    { name: 'any', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'PassthroughCluster' } }] },
  ],
};
const table = compileRouteConfiguration(configuration);
const never = (): number => {
  throw new Error('nothing is to be drawn here');
};

describe('decide', () => {
  it('takes the first route whose conditions hold', () => {
    const request = plainRequest({ path: '/reviews/1?x=1', authority: 'Reviews:9080', headers: { 'End-User': 'jason' } });
    expect(decide(table, request, never).cluster).toBe('v2');
  });

  it('draws between weighted clusters by the running sums', () => {
    const request = plainRequest({ path: '/', authority: 'reviews' });
    expect([0, 0.799, 0.8, 0.999].map((point) => decide(table, request, () => point).cluster)).toEqual(['v1', 'v1', 'v3', 'v3']);
  });

  it('prefers exact hosts, then the longest wildcard, then the catch-all', () => {
    const hostOf = (authority: string) => explain(table, plainRequest({ path: '/only', authority }), never).host;
    expect(hostOf('a.example.com')).toMatchObject({ name: 'wide', kind: 'suffix wildcard', domain: '*.example.com' });
    expect(hostOf('a-x.example.com')).toMatchObject({ name: 'wider' });
    expect(hostOf('.example.com')).toMatchObject({ name: 'any', kind: 'catch-all' });
    expect(hostOf('example.com')).toMatchObject({ name: 'any' });
    expect(hostOf('')).toBeNull();
  });

  it('hands out the same object for the same outcome', () => {
    const request = plainRequest({ path: '/only', authority: 'a.example.com' });
    expect(decide(table, request, never)).toBe(decide(table, request, never));
  });

  it('says what is missing', () => {
    expect(decide(table, plainRequest({ path: '/other', authority: 'a.example.com' }), never).kind).toBe('no_route');
    expect(decide(compileRouteConfiguration({ name: 'x' }), plainRequest({ path: '/', authority: 'a' }), never).kind).toBe('no_host');
  });

  it('refuses what Envoy refuses', () => {
    const twice = {
      name: 'x',
      virtual_hosts: [
        { name: 'a', domains: ['a'] },
        { name: 'b', domains: ['A'] },
      ],
    };
    expect(() => compileRouteConfiguration(twice)).toThrow(/appears twice/);
  });
});

describe('explain', () => {
  it('names each route that lost and the condition that failed', () => {
    const request = plainRequest({ path: '/', authority: 'reviews' });
    const { decision, tried, outcomes } = explain(table, request, () => 0);
    expect(decision).toBe(decide(table, request, () => 0));
    expect(tried).toEqual([{ route: 'jason', index: 0, provenance: null, failed: 'header end-user is "jason"' }]);
    expect(outcomes.map((outcome) => [outcome.cluster, outcome.percent])).toEqual([
      ['v1', 80],
      ['v3', 20],
    ]);
  });
});
