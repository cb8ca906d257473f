import 'reflect-metadata';
import type { JsonGeneralName, X509Certificate as Certificate } from '@peculiar/x509';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { HeddleError, isHeddleError } from '@/lib/errors';
import { spiffeId } from '@/lib/model';

/** Imported late: in a bundle that leaves packages outside, a static import would run before the line above. */
const {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} = await import('@peculiar/x509');

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 24 * 3600 * 1000;
/** Certificates begin this much earlier, for machines whose clocks differ. */
const backdate = 2 * 60 * 1000;
const rootLife = 3650 * day;
/** The control plane makes itself a new one whenever it starts. */
const serverLife = 365 * day;

/** Longest life that a workload may ask for, as Istio's default. */
export const maxWorkloadSeconds = 90 * 24 * 3600;
export const defaultWorkloadSeconds = 24 * 3600;

/** A certificate authority: who signs, and the chain from there to the root. */
export interface Authority {
  certificate: Certificate;
  key: webcrypto.CryptoKey;
  /** Certificates between the signer and the root, signer first; empty when the signer is the root. */
  chainPem: string;
  rootPem: string;
}

export interface PemPair {
  certPem: string;
  keyPem: string;
}

/** A new self-signed root, ECDSA P-256, ten years. */
export async function createRoot(trustDomain: string, now: Date): Promise<PemPair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `O=${trustDomain}`,
    keys,
    notBefore: new Date(now.getTime() - backdate),
    notAfter: new Date(now.getTime() + rootLife),
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: pemOf(certificate), keyPem: await exportKey(keys.privateKey) };
}

/**
 * Reads an authority from PEM files.
 * @throws HeddleError `invalid_config` when certificate and key are unreadable, do not belong together, or are no authority
 */
export async function readAuthority(files: { certPem: string; keyPem: string; chainPem: string; rootPem: string }): Promise<Authority> {
  try {
    const certificate = new X509Certificate(files.certPem);
    const key = await importKey(files.keyPem);
    if (certificate.getExtension(BasicConstraintsExtension)?.ca !== true) throw new Error('it is not the certificate of an authority');
    const probe = Buffer.from('probe');
    const signature = await webcrypto.subtle.sign(algorithm, key, probe);
    const publicKey = await certificate.publicKey.export();
    if (!(await webcrypto.subtle.verify(algorithm, publicKey, signature, probe)))
      throw new Error('the key does not belong to the certificate');
    return { certificate, key, chainPem: files.chainPem, rootPem: files.rootPem };
  } catch (cause) {
    if (isHeddleError(cause)) throw cause;
    throw new HeddleError(
      'invalid_config',
      `The certificate authority cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** Whom a workload's certificate names. */
export interface WorkloadSubject {
  trustDomain: string;
  namespace: string;
  serviceAccount: string;
}

/**
 * Certifies the key of a request for a ServiceAccount: one URI SAN, critical because the subject is empty (RFC 5280 §4.2.1.6). Everything else in
 * the request, above all the names that it asks for, is ignored.
 * @returns the leaf, PEM
 * @throws HeddleError `bad_request` when the request is unreadable or its signature is not by its key
 */
export async function signRequest(
  authority: Authority,
  csrPem: string,
  subject: WorkloadSubject,
  seconds: number,
  now: Date,
): Promise<string> {
  const publicKey = await readRequestKey(csrPem);
  const life = Math.min(seconds > 0 ? seconds : defaultWorkloadSeconds, maxWorkloadSeconds) * 1000;
  const uri = spiffeId(subject.namespace, subject.serviceAccount, subject.trustDomain);
  return pemOf(await issue(authority, publicKey, '', [{ type: 'url', value: uri }], now, life));
}

/** A key and certificate for the control plane's own TLS ports. */
export async function issueServerPair(
  authority: Authority,
  dnsNames: readonly string[],
  addresses: readonly string[],
  now: Date,
): Promise<PemPair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names: JsonGeneralName[] = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const leaf = await issue(authority, keys.publicKey, '', names, now, serverLife);
  return { certPem: pemOf(leaf) + authority.chainPem, keyPem: await exportKey(keys.privateKey) };
}

async function issue(
  authority: Authority,
  publicKey: webcrypto.CryptoKey,
  subject: string,
  names: JsonGeneralName[],
  now: Date,
  lifeMs: number,
): Promise<Certificate> {
  return X509CertificateGenerator.create({
    issuer: authority.certificate.subject,
    subject,
    publicKey,
    signingKey: authority.key,
    notBefore: new Date(now.getTime() - backdate),
    notAfter: new Date(Math.min(now.getTime() + lifeMs, authority.certificate.notAfter.getTime())),
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      await AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      new SubjectAlternativeNameExtension(names, subject === ''),
    ],
  });
}

async function readRequestKey(csrPem: string): Promise<webcrypto.CryptoKey> {
  try {
    const request = new Pkcs10CertificateRequest(csrPem);
    if (!(await request.verify())) throw new Error('its signature is not by its key');
    return await request.publicKey.export();
  } catch (cause) {
    throw new HeddleError(
      'bad_request',
      `The certificate request cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function pemOf(certificate: Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${(bytes.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const bytes = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']);
}
