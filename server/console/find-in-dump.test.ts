import { describe, expect, it } from 'vitest';
import { findInDump } from './find-in-dump';

const metadata = (name: string) => ({
  filterMetadata: { istio: { config: `/apis/networking.istio.io/v1/namespaces/default/virtual-service/${name}` } },
});

const cluster = (subset: string) => `outbound|9080|${subset}|reviews.default.svc.cluster.local`;

/** A dump as istiod prints it, with one weighted and one plain route of `reviews`, and one of another object. */
function dump(v1: number, v2: number): unknown {
  return {
    configs: [
      { '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump' },
      {
        '@type': 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump',
        dynamicRouteConfigs: [
          {
            routeConfig: {
              name: '9080',
              virtualHosts: [
                {
                  routes: [
                    { metadata: metadata('reviews'), route: { cluster: cluster('v3') } },
                    {
                      metadata: metadata('reviews'),
                      route: {
                        weightedClusters: {
                          clusters: [
                            { name: cluster('v1'), weight: v1 },
                            { name: cluster('v2'), weight: v2 },
                          ],
                        },
                      },
                    },
                    { metadata: metadata('ratings'), route: { cluster: 'outbound|9080||ratings.default.svc.cluster.local' } },
                  ],
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

const to = (subset: string, weight?: number) => ({ destination: { host: 'reviews', subset }, ...(weight === undefined ? {} : { weight }) });
const reviews = (v1: number, v2: number) => ({
  namespace: 'default',
  name: 'reviews',
  spec: { hosts: ['reviews'], http: [{ route: [to('v3')] }, { route: [to('v1', v1), to('v2', v2)] }] },
});

describe('findInDump', () => {
  it('sees the routes as they were written, whatever the sum of weights', () => {
    expect(findInDump(dump(90, 10), reviews(90, 10))).toBe('as_written');
    expect(findInDump(dump(9, 1), reviews(90, 10))).toBe('as_written');
  });

  it('sees other shares, and other destinations', () => {
    expect(findInDump(dump(90, 10), reviews(80, 20))).toBe('others');
    expect(findInDump(dump(90, 10), { ...reviews(90, 10), spec: { hosts: ['reviews'], http: [{ route: [to('v2')] }] } })).toBe('others');
  });

  it('tells an object that is not there, and one that is gone', () => {
    expect(findInDump(dump(90, 10), { ...reviews(90, 10), name: 'reviews-more' })).toBe('none');
    expect(findInDump(dump(90, 10), { ...reviews(90, 10), spec: null })).toBe('others');
    expect(findInDump({ configs: [] }, { ...reviews(90, 10), spec: null })).toBe('as_written');
  });

  it('reads the names of fields as Envoy prints them, too', () => {
    const printed: unknown = JSON.parse(JSON.stringify(dump(90, 10)).replace('"weightedClusters"', '"weighted_clusters"'));
    expect(findInDump(printed, reviews(90, 10))).toBe('as_written');
  });
});
