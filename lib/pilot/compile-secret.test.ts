import { describe, expect, it } from 'vitest';
import { compileSecret } from './compile-secret';
import { buildMeshState, proxyNodeOfPod } from './index';
import type { KubernetesResource, Pod } from '@/lib/model';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function secret(name: string, data: Record<string, string>, type = 'Opaque', namespace = 'edge'): KubernetesResource {
  const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type, data: encoded } as KubernetesResource;
}

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'gw', namespace: 'edge', labels: { istio: 'ingressgateway' } },
  spec: { containers: [{ name: 'istio-proxy' }] },
  status: { podIP: '127.64.0.1' },
} as Pod;

const state = buildMeshState([
  pod,
  secret('typed', { 'tls.crt': 'chain', 'tls.key': 'key', 'ca.crt': 'own-ca' }, 'kubernetes.io/tls'),
  secret('opaque', { cert: 'chain', key: 'key', cacert: 'own-ca', crl: 'list' }),
  secret('alone', { 'tls.crt': 'chain', 'tls.key': 'key' }, 'kubernetes.io/tls'),
  secret('alone-cacert', { cacert: 'sibling-ca', crl: 'sibling-list' }),
  secret('half', { 'tls.crt': 'chain' }),
  secret('foreign', { cert: 'chain', key: 'key' }, 'Opaque', 'elsewhere'),
]);

/** The secret with its bytes as text. */
function read(name: string): unknown {
  const found = compileSecret(state, proxyNodeOfPod(pod, undefined), name)?.resource;
  return found === undefined
    ? undefined
    : JSON.parse(
        JSON.stringify(found, (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value)),
      );
}

describe('Gateway §1.3: the Secrets that credential names mean', () => {
  it.each(['typed', 'opaque', 'alone'])('hold certificate and key under the names of either form: %s', (name) => {
    expect(read(`kubernetes://${name}`)).toMatchObject({
      tls_certificate: { certificate_chain: { inline_bytes: 'chain' }, private_key: { inline_bytes: 'key' } },
    });
  });

  it('hold the authority for clients, or have a sibling that does', () => {
    expect(read('kubernetes://typed-cacert')).toMatchObject({ validation_context: { trusted_ca: { inline_bytes: 'own-ca' } } });
    expect(read('kubernetes://opaque-cacert')).toMatchObject({
      validation_context: { trusted_ca: { inline_bytes: 'own-ca' }, crl: { inline_bytes: 'list' } },
    });
    expect(read('kubernetes://alone-cacert')).toMatchObject({
      validation_context: { trusted_ca: { inline_bytes: 'sibling-ca' }, crl: { inline_bytes: 'sibling-list' } },
    });
  });

  it('are of the gateway’s own namespace, and whole', () => {
    expect(read('kubernetes://half')).toBeUndefined();
    expect(read('kubernetes://foreign')).toBeUndefined();
    expect(read('kubernetes://elsewhere/foreign')).toBeUndefined();
    expect(read('kubernetes-gateway://elsewhere/foreign')).toBeUndefined();
  });
});
