import { X509Certificate, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isHeddleError } from '@/lib/errors';
import { createRoot, issueServerPair, readAuthority, signRequest } from './sign-certificates';

/** As a sidecar makes it: ECDSA P-256, empty subject, no extensions. */
const sidecarCsr = `-----BEGIN CERTIFICATE REQUEST-----
MIG6MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMI2aEGY3i8wIZpG
K9+jpFa0g0rmm8W/UpP3ieYkVtQJzkcng/EokJy5xRRr/H63OR3MfAyyIQxYKTxR
Tj9Y2VKgADAKBggqhkjOPQQDAgNIADBFAiEAyE1uW8jP2NKtsjMMzw73NdQVnQLs
xXfMhHTbP8LbAT8CIAweDnhqPABIOas3APVLAb/9iIMF9q3QwBKBKyPJq7fF
-----END CERTIFICATE REQUEST-----
`;

const now = new Date('2026-01-01T00:00:00Z');
const subject = { trustDomain: 'cluster.local', namespace: 'default', serviceAccount: 'bookinfo-reviews' };

async function makeAuthority() {
  const pair = await createRoot('cluster.local', now);
  return { pair, authority: await readAuthority({ ...pair, chainPem: '', rootPem: pair.certPem }) };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return isHeddleError(error) ? error.code : String(error);
  }
  return 'no error';
}

describe('signRequest', () => {
  it('names the caller in one URI, critical because the subject is empty, for 24 hours', async () => {
    const { pair, authority } = await makeAuthority();
    const leaf = new X509Certificate(await signRequest(authority, sidecarCsr, subject, 86_400, now));
    expect(leaf.subjectAltName).toBe('URI:spiffe://cluster.local/ns/default/sa/bookinfo-reviews');
    expect(leaf.subject ?? '').toBe('');
    expect(leaf.ca).toBe(false);
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(leaf.validToDate.toISOString()).toBe('2026-01-02T00:00:00.000Z');
    expect(leaf.verify(new X509Certificate(pair.certPem).publicKey)).toBe(true);
    // Extension subjectAltName (2.5.29.17) followed by BOOLEAN TRUE.
    expect(leaf.raw.includes(Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x11, 0x01, 0x01, 0xff]))).toBe(true);
  });

  it('gives no longer life than is allowed, nor beyond its own', async () => {
    const { authority } = await makeAuthority();
    const long = new X509Certificate(await signRequest(authority, sidecarCsr, subject, 10 * 365 * 86_400, now));
    expect(long.validToDate.getTime() - now.getTime()).toBe(90 * 86_400_000);
    const late = new Date(authority.certificate.notAfter.getTime() - 3_600_000);
    const last = new X509Certificate(await signRequest(authority, sidecarCsr, subject, 86_400, late));
    expect(last.validToDate).toEqual(authority.certificate.notAfter);
  });

  it('refuses what is no request, and one whose signature is not by its key', async () => {
    const { authority } = await makeAuthority();
    expect(await codeOf(signRequest(authority, 'not a request', subject, 0, now))).toBe('bad_request');
    const bytes = Buffer.from(sidecarCsr.replace(/-----.*-----|\n/g, ''), 'base64');
    const forged = Buffer.from(bytes);
    // A bit of the public key: the signature no longer fits.
    forged.writeUInt8((forged[60] ?? 0) ^ 1, 60);
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${forged.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    expect(await codeOf(signRequest(authority, pem, subject, 0, now))).toBe('bad_request');
  });
});

describe('issueServerPair', () => {
  it('serves the names of the control plane', async () => {
    const { pair, authority } = await makeAuthority();
    const server = await issueServerPair(authority, ['istiod.istio-system.svc'], ['127.0.0.1'], now);
    const certificate = new X509Certificate(server.certPem);
    expect(certificate.checkHost('istiod.istio-system.svc')).toBe('istiod.istio-system.svc');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIssued(new X509Certificate(pair.certPem))).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(server.keyPem))).toBe(true);
  });
});

describe('readAuthority', () => {
  it('refuses a key that belongs to another certificate, and a certificate that may not sign', async () => {
    const { pair, authority } = await makeAuthority();
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(await codeOf(readAuthority({ certPem: pair.certPem, keyPem: other, chainPem: '', rootPem: pair.certPem }))).toBe(
      'invalid_config',
    );
    const leaf = await issueServerPair(authority, ['x'], [], now);
    expect(await codeOf(readAuthority({ ...leaf, chainPem: '', rootPem: pair.certPem }))).toBe('invalid_config');
    expect(createPublicKey(pair.certPem).asymmetricKeyType).toBe('ec');
  });
});
