import { webcrypto } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as X509 from '@peculiar/x509';

/** What the server needs to be trusted, and to know its administrator. PEM. */
export interface Pki {
  ca: string;
  serverCert: string;
  serverKey: string;
  adminCert: string;
  adminKey: string;
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 86_400_000;

/**
 * The CA of a data directory (`pki/ca.crt`, `ca.key`), made once and kept, and fresh certificates for the server and its administrator
 * (CN=heddle-admin, O=system:masters): those are made at every start, so that they never run out.
 */
export async function createPki(folder: string, hosts: readonly string[], now: Date): Promise<Pki> {
  const x509 = await loadX509();
  await mkdir(folder, { recursive: true });
  const ca = await openCa(x509, folder, now);
  const server = await issue(x509, ca, now, `CN=kube-apiserver`, [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(
      [
        ...new Set([
          'localhost',
          '127.0.0.1',
          '::1',
          'kubernetes',
          'kubernetes.default',
          'kubernetes.default.svc',
          'kubernetes.default.svc.cluster.local',
          ...hosts,
        ]),
      ].map((host) => ({ type: isAddress(host) ? 'ip' : 'dns', value: host })),
    ),
  ]);
  const admin = await issue(x509, ca, now, 'CN=heddle-admin, O=system:masters', [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
  ]);
  return { ca: ca.certificate.toString('pem'), serverCert: server.cert, serverKey: server.key, adminCert: admin.cert, adminKey: admin.key };
}

type Library = typeof X509;

/** Loaded late and in this order: once the code is bundled, static imports may run in another. */
async function loadX509(): Promise<Library> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

interface Ca {
  certificate: X509.X509Certificate;
  key: webcrypto.CryptoKey;
}

async function openCa(x509: Library, folder: string, now: Date): Promise<Ca> {
  const [certPath, keyPath] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
  try {
    const certificate = new x509.X509Certificate(await readFile(certPath, 'utf8'));
    const key = await importKey(await readFile(keyPath, 'utf8'));
    if (certificate.notAfter.getTime() > now.getTime() + 30 * day) return { certificate, key };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const keys = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=heddle-kubernetes-ca',
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + 3650 * day),
    signingAlgorithm: ecdsa,
    keys: keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  await writePrivate(keyPath, await exportKey(keys.privateKey));
  await writeFile(certPath, `${certificate.toString('pem')}\n`);
  return { certificate, key: keys.privateKey };
}

async function issue(
  x509: Library,
  ca: Ca,
  now: Date,
  subject: string,
  extensions: X509.Extension[],
): Promise<{ cert: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject,
    issuer: ca.certificate.subject,
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + 365 * day),
    signingAlgorithm: ecdsa,
    publicKey: keys.publicKey,
    signingKey: ca.key,
    extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true), ...extensions],
  });
  return { cert: `${certificate.toString('pem')}\n`, key: await exportKey(keys.privateKey) };
}

function serial(): string {
  // The first bit stays clear: serial numbers are positive.
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return Buffer.from(bytes).toString('hex');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return await webcrypto.subtle.importKey('pkcs8', der, ecdsa, false, ['sign']);
}

const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.includes(':');

/** A file that only its owner reads. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  await chmod(path, 0o600);
}
