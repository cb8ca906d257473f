import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeddleError } from '@/lib/errors';
import { decodeMessage, encodeMessage, knowsMessage } from './codec';

const clusterType = 'envoy.config.cluster.v3.Cluster';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isHeddleError(error) ? `${error.code} ${error.path ?? ''}`.trim() : String(error);
  }
  return 'no error';
}

describe('encodeMessage', () => {
  it('keeps the default of a field that is set: prefix "" and {value: 0} are not "absent"', () => {
    const route = {
      match: { prefix: '', case_sensitive: { value: false } },
      route: { timeout: { seconds: 0 }, retry_policy: { num_retries: { value: 0 } } },
    };
    expect(decodeMessage('envoy.config.route.v3.Route', encodeMessage('envoy.config.route.v3.Route', route))).toEqual(route);
  });

  it('reads what a peer that drops defaults means', () => {
    // case_sensitive (4), an empty BoolValue; timeout is an empty Duration in the same way.
    expect(decodeMessage('envoy.config.route.v3.RouteMatch', Uint8Array.from([0x22, 0x00]))).toEqual({ case_sensitive: { value: false } });
  });

  it('names the field that the wire table lacks or that has the wrong type', () => {
    const bad = (cluster: object) => codeOf(() => encodeMessage(clusterType, cluster));
    expect(bad({ name: 'a', circuit_breakers: { thresholds: [{}, { max_conections: { value: 1 } }] } })).toBe(
      'invalid_config circuit_breakers.thresholds.1.max_conections',
    );
    expect(bad({ name: 5 })).toBe('invalid_config name');
    expect(bad({ type: 'NO_SUCH' })).toBe('invalid_config type');
    expect(bad({ connect_timeout: { seconds: 1.5 } })).toBe('invalid_config connect_timeout.seconds');
    expect(bad({ max_requests_per_connection: { value: -1 } })).toBe('invalid_config max_requests_per_connection.value');
    expect(bad({ transport_socket_matches: {} })).toBe('invalid_config transport_socket_matches');
    expect(bad({ transport_socket: { name: 'x', typed_config: { '@type': 'type.googleapis.com/no.Such' } } })).toBe(
      'invalid_config transport_socket.typed_config.@type',
    );
    expect(codeOf(() => encodeMessage('no.Such', {}))).toBe('not_supported');
  });

  it('takes messages that are encoded already, so that one encoding is shared', () => {
    const resource = { name: 'a', version: '1', resource: { '@type': `type.googleapis.com/${clusterType}`, name: 'a' } };
    const bytes = encodeMessage('envoy.service.discovery.v3.Resource', resource);
    const type = 'envoy.service.discovery.v3.DeltaDiscoveryResponse';
    expect(encodeMessage(type, { nonce: 'n', resources: [bytes, bytes] })).toEqual(
      encodeMessage(type, { nonce: 'n', resources: [resource, resource] }),
    );
  });

  it('leaves out what is undefined', () => {
    expect(encodeMessage(clusterType, { name: undefined, alt_stat_name: undefined })).toEqual(new Uint8Array());
  });
});

describe('Any', () => {
  it('keeps a type that the table lacks as it came', () => {
    const config = { '@type': 'heddle.dev/opaque', type_url: 'type.googleapis.com/stats.PluginConfig', value: Uint8Array.from([8, 1]) };
    const filter = { name: 'istio.stats', typed_config: config };
    const type = 'envoy.config.listener.v3.Filter';
    expect(decodeMessage(type, encodeMessage(type, filter))).toEqual(filter);
  });

  it('takes a type URL for a message name', () => {
    expect(encodeMessage(`type.googleapis.com/${clusterType}`, { name: 'a' })).toEqual(encodeMessage(clusterType, { name: 'a' }));
    expect(knowsMessage(clusterType)).toBe(true);
    expect(knowsMessage('constructor')).toBe(false);
  });
});

describe('decodeMessage', () => {
  it('refuses what is cut or is no protobuf, and never reads past the end', () => {
    const whole = encodeMessage(clusterType, { name: 'reviews', connect_timeout: { seconds: 300 }, alt_stat_name: 'x'.repeat(300) });
    // The last field is cut at every place inside it.
    for (let cut = whole.length - 1; cut > whole.length - 300; cut--) {
      expect(codeOf(() => decodeMessage(clusterType, whole.subarray(0, cut)))).toBe('bad_request');
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(['bad_request', 'no error']).toContain(codeOf(() => decodeMessage(clusterType, bytes)));
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it('bounds how deep a message may nest', () => {
    // Principal.not_id (8) inside itself, 2000 times.
    let bytes: Uint8Array = new Uint8Array();
    for (let depth = 0; depth < 2000; depth++) bytes = encodeMessage('envoy.config.rbac.v3.Principal', { not_id: bytes });
    expect(codeOf(() => decodeMessage('envoy.config.rbac.v3.Principal', bytes))).toBe('bad_request');
  });

  it('treats __proto__ from the wire as a key like any other', () => {
    const metadata = { fields: JSON.parse('{"__proto__": {"polluted": true}}') as object };
    const bytes = encodeMessage('envoy.config.core.v3.Node', { metadata: metadata.fields });
    const node = decodeMessage('envoy.config.core.v3.Node', bytes);
    expect(Object.keys(node['metadata'] as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('carries any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 9000 }), (text) => {
        expect(decodeMessage(clusterType, encodeMessage(clusterType, { name: text }))).toEqual({ name: text });
      }),
      { seed: 7, numRuns: 200 },
    );
    expect(decodeMessage(clusterType, encodeMessage(clusterType, { name: 'a\uD800b' }))).toEqual({ name: 'a\uFFFDb' });
    expect(decodeMessage(clusterType, Uint8Array.from([0x0a, 2, 0xc3, 0x28]))).toEqual({ name: '\uFFFD(' });
  });
});
