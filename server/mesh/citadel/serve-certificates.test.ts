import { X509Certificate } from 'node:crypto';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { HeddleError } from '@/lib/errors';
import { decodeMessage, encodeMessage } from '@/lib/xds';
import 'reflect-metadata';
import { createCitadelMetrics } from './citadel-metrics';
import { createCertificateMethod } from './serve-certificates';
import type { CertificateMethod } from './serve-certificates';
import { createRoot, readAuthority } from './sign-certificates';
import { readReview } from './verify-token';

const { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } = await import('@peculiar/x509');

const now = new Date('2026-01-01T00:00:00Z');

async function csrAsking(uri: string): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const extensions = [new SubjectAlternativeNameExtension([{ type: 'url', value: uri }])];
  return (await Pkcs10CertificateRequestGenerator.create({ name: 'CN=admin', keys, signingAlgorithm: algorithm, extensions })).toString(
    'pem',
  );
}

let method: CertificateMethod;
const metrics = createCitadelMetrics();

beforeEach(async () => {
  const pair = await createRoot('cluster.local', now);
  const authority = await readAuthority({ ...pair, chainPem: '', rootPem: pair.certPem });
  method = createCertificateMethod({
    authority: () => authority,
    trustDomain: 'cluster.local',
    authenticate: async (token) => {
      if (token !== 'good') throw new HeddleError('unauthorized', 'The token is not valid.');
      return { namespace: 'default', serviceAccount: 'reviews', pod: 'reviews-1' };
    },
    metrics,
    logger: pino({ enabled: false }),
    now: () => now,
  });
});

/** One call: the chain, or the status that it ended with. */
function createCertificate(csr: string, token?: string): Promise<string[]> {
  const request = Buffer.from(encodeMessage('istio.v1.auth.IstioCertificateRequest', { csr, validity_duration: 3600 }));
  return new Promise((resolve, reject) => {
    let chain: string[] = [];
    const handler = method({
      peer: '127.0.0.1:1',
      header: (name) => (name === 'authorization' && token !== undefined ? `Bearer ${token}` : ''),
      send: (bytes) =>
        (chain = (decodeMessage('istio.v1.auth.IstioCertificateResponse', bytes)['cert_chain'] as string[] | undefined) ?? []),
      end: (failure) =>
        failure === undefined ? resolve(chain) : reject(Object.assign(new Error(failure.details), { code: failure.code })),
    });
    handler.onMessage(request);
    handler.onEnd();
  });
}

describe('CreateCertificate', () => {
  it('certifies who the token says, whatever name the request asks for', async () => {
    const chain = await createCertificate(await csrAsking('spiffe://cluster.local/ns/istio-system/sa/admin'), 'good');
    expect(chain).toHaveLength(2);
    const leaf = new X509Certificate(chain[0] ?? '');
    expect(leaf.subjectAltName).toBe('URI:spiffe://cluster.local/ns/default/sa/reviews');
    expect(leaf.subject ?? '').toBe('');
    expect(leaf.verify(new X509Certificate(chain[1] ?? '').publicKey)).toBe(true);
  });

  it('gives nothing to a caller without a token or with one that does not verify', async () => {
    const csr = await csrAsking('spiffe://cluster.local/ns/default/sa/reviews');
    await expect(createCertificate(csr)).rejects.toMatchObject({ code: 16 });
    await expect(createCertificate(csr, 'stolen')).rejects.toMatchObject({ code: 16 });
    expect(await metrics.registry.metrics()).toContain('citadel_server_authentication_failure_count 2');
  });

  it('answers an unreadable request with INVALID_ARGUMENT', async () => {
    await expect(createCertificate('nonsense', 'good')).rejects.toMatchObject({ code: 3 });
  });
});

describe('readReview', () => {
  const good = {
    authenticated: true,
    audiences: ['istio-ca'],
    user: { username: 'system:serviceaccount:default:reviews', extra: { 'authentication.kubernetes.io/pod-name': ['reviews-1'] } },
  };

  it('reads the account and the pod that the token is bound to', () => {
    expect(readReview({ status: good })).toEqual({ namespace: 'default', serviceAccount: 'reviews', pod: 'reviews-1' });
  });

  it('refuses a token for the API server, of a user, or one the server does not know', () => {
    expect(() => readReview({ status: { ...good, audiences: ['https://kubernetes.default.svc'] } })).toThrow('not meant for istio-ca');
    expect(() => readReview({ status: { ...good, user: { username: 'admin' } } })).toThrow('not that of a ServiceAccount');
    expect(() => readReview({ status: { authenticated: false, error: 'expired' } })).toThrow('expired');
    expect(() => readReview({})).toThrow('not valid');
  });
});
