import { X509Certificate, createHash } from 'node:crypto';
import { once } from 'node:events';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CertificateValidationContext } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { createAuthority } from '../testdata/certificates';
import { httpListener, request, startProxy, staticCluster } from '../testdata/harness';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const authority = createAuthority();
const identity = authority.issue({ dns: 'server.test' });
const certificate = new X509Certificate(identity.certPem);
const spki = createHash('sha256')
  .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
  .digest('base64');
const hash = certificate.fingerprint256.toLowerCase();
const other = 'A'.repeat(43) + '=';

/** The status of a request to a TLS server that is checked in this way. */
async function call(validation: CertificateValidationContext): Promise<number> {
  const server = https.createServer({ cert: identity.certPem, key: identity.keyPem }, (_incoming, response) => response.end('ok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const context = { trusted_ca: { inline_string: authority.rootPem }, ...validation };
  const cluster = staticCluster('server', [(server.address() as AddressInfo).port], {
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: { '@type': typeUrls.upstreamTls, sni: 'server.test', common_tls_context: { validation_context: context } },
    },
  });
  const proxy = await startProxy({
    clusters: [cluster],
    listeners: [httpListener([{ match: { prefix: '/' }, route: { cluster: 'server' } }])],
  });
  cleanups.push(
    proxy.stop,
    () => void server.close(),
    () => server.closeAllConnections(),
  );
  return (await request(proxy.port())).status;
}

describe('a peer', () => {
  it.each<[string, CertificateValidationContext, number]>([
    ['by its key', { verify_certificate_spki: [spki] }, 200],
    ['by another key', { verify_certificate_spki: [other] }, 503],
    ['by its certificate', { verify_certificate_hash: [hash] }, 200],
    ['by another certificate', { verify_certificate_hash: ['aa'] }, 503],
    ['by one of both kinds', { verify_certificate_hash: ['aa'], verify_certificate_spki: [other, spki] }, 200],
  ])('may be pinned %s', async (_name, validation, status) => {
    expect(await call(validation)).toBe(status);
  });

  it('is refused when its certificate is revoked, or the list of those that are is missing', async () => {
    expect(await call({ crl: { inline_string: authority.revoke() } })).toBe(200);
    expect(await call({ crl: { inline_string: authority.revoke(identity.certPem) } })).toBe(503);
    expect(await call({ crl: { filename: '/nowhere/crl.pem' } })).toBe(503);
  });
});
