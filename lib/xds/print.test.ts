import { describe, expect, it } from 'vitest';
import { encodeBase64 } from './print-base64';
import { printDuration, printXds } from './print';
import type { Cluster, Listener, RouteConfiguration } from './types';
import { typeUrls } from './types';

describe('printXds', () => {
  it('unwraps wrappers, prints durations, leaves defaults out and keeps structs as they are', () => {
    const cluster: Cluster = {
      name: 'outbound|9080||reviews.default.svc.cluster.local',
      type: 'STATIC',
      lb_policy: 'ROUND_ROBIN',
      connect_timeout: { seconds: 10 },
      circuit_breakers: { thresholds: [{ priority: 'DEFAULT', max_connections: { value: 5 }, track_remaining: false }] },
      common_lb_config: { healthy_panic_threshold: { value: 0 } },
      ring_hash_lb_config: { minimum_ring_size: { value: 1024 } },
      transport_socket_matches: [
        { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transport_socket: { name: 'envoy.transport_sockets.tls' } },
      ],
      metadata: { filter_metadata: { 'heddle.dev': { object: 'Service default/reviews', value: 0, empty: '' } } },
    };
    expect(printXds(cluster)).toEqual({
      name: 'outbound|9080||reviews.default.svc.cluster.local',
      type: 'STATIC',
      connect_timeout: '10s',
      circuit_breakers: { thresholds: [{ max_connections: 5 }] },
      common_lb_config: { healthy_panic_threshold: {} },
      ring_hash_lb_config: { minimum_ring_size: '1024' },
      transport_socket_matches: [
        { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transport_socket: { name: 'envoy.transport_sockets.tls' } },
      ],
      metadata: { filter_metadata: { 'heddle.dev': { object: 'Service default/reviews', value: 0, empty: '' } } },
    });
  });

  it('prints members of a oneof that hold their default', () => {
    const config: RouteConfiguration = {
      name: '9080',
      virtual_hosts: [
        {
          name: 'a',
          domains: ['*'],
          routes: [
            {
              match: { prefix: '/', headers: [{ name: 'x', present_match: false, invert_match: false }] },
              direct_response: { status: 503 },
            },
            { match: { prefix: '/', case_sensitive: { value: false } }, route: { cluster: 'c', timeout: { seconds: 0 } } },
          ],
        },
      ],
    };
    expect(printXds(config)).toEqual({
      name: '9080',
      virtual_hosts: [
        {
          name: 'a',
          domains: ['*'],
          routes: [
            { match: { prefix: '/', headers: [{ name: 'x', present_match: false }] }, direct_response: { status: 503 } },
            { match: { prefix: '/', case_sensitive: false }, route: { cluster: 'c', timeout: '0s' } },
          ],
        },
      ],
    });
  });

  it('prints what is inside an Any beside its type, and what it does not know as base64', () => {
    const listener: Listener = {
      name: 'l',
      filter_chains: [
        {
          filters: [
            {
              name: 'hcm',
              typed_config: {
                '@type': typeUrls.httpConnectionManager,
                stat_prefix: 'x',
                tracing: { random_sampling: { value: 100 }, custom_tags: [{ tag: 't', literal: { value: 'v' } }] },
              },
            },
            {
              name: 'odd',
              typed_config: { '@type': 'heddle.dev/opaque', type_url: 'type.googleapis.com/a.B', value: new Uint8Array([1, 2]) },
            },
          ],
        },
      ],
    };
    expect(printXds(listener)).toEqual({
      name: 'l',
      filter_chains: [
        {
          filters: [
            {
              name: 'hcm',
              typed_config: {
                '@type': typeUrls.httpConnectionManager,
                stat_prefix: 'x',
                tracing: { random_sampling: { value: 100 }, custom_tags: [{ tag: 't', literal: { value: 'v' } }] },
              },
            },
            { name: 'odd', typed_config: { '@type': 'type.googleapis.com/a.B', value: 'AQI=' } },
          ],
        },
      ],
    });
  });
});

describe('printDuration', () => {
  it.each([
    [{ seconds: 7 }, '7s'],
    [{ seconds: 0, nanos: 25_000_000 }, '0.025s'],
    [{ seconds: 1, nanos: 500_000 }, '1.000500s'],
    [{ seconds: 1, nanos: 1 }, '1.000000001s'],
    [{ seconds: -1, nanos: -500_000_000 }, '-1.500s'],
  ])('%j', (duration, text) => {
    expect(printDuration(duration)).toBe(text);
  });
});

describe('encodeBase64', () => {
  it.each(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'])('agrees with Node on %j', (text) => {
    expect(encodeBase64(new TextEncoder().encode(text))).toBe(Buffer.from(text).toString('base64'));
  });
});
