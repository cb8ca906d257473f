import { X509Certificate, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Identity, IdentitySource } from '../config-source';

export interface TestAuthority {
  readonly rootPem: string;
  issue(names: { uri?: string; dns?: string }): Identity;
  /** A list (PEM) that revokes these certificates. */
  revoke(...certPems: readonly string[]): string;
}

/** A certificate authority of a test's own: P-256, one root, leaves for both sides of TLS. */
export function createAuthority(): TestAuthority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid('2.5.4.10'), der(0x0c, Buffer.from('test')))));
  const constraints = extension('2.5.29.19', sequence(der(0x01, Buffer.from([0xff]))));
  const rootPem = certificate(1, name, name, keys.publicKey, keys.privateKey, [constraints]);
  let serial = 1;
  return {
    rootPem,
    issue({ uri, dns }) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = sequence(...(uri === undefined ? [] : [der(0x86, Buffer.from(uri))]), ...(dns === undefined ? [] : [der(0x82, Buffer.from(dns))]));
      return {
        certPem: certificate(++serial, name, sequence(), own.publicKey, keys.privateKey, [extension('2.5.29.17', names)]),
        keyPem: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        rootsPem: rootPem,
      };
    },
    revoke: (...certPems) => revocationList(name, keys.privateKey, certPems),
  };
}

function certificate(serial: number, issuer: Buffer, subject: Buffer, key: KeyObject, signer: KeyObject, extensions: Buffer[]): string {
  const ecdsaSha256 = sequence(oid('1.2.840.10045.4.3.2'));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([serial])),
    ecdsaSha256,
    issuer,
    sequence(time(-60_000), time(3_600_000)),
    subject,
    key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, signer);
  const whole = sequence(body, ecdsaSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return `-----BEGIN CERTIFICATE-----\n${(whole.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
}

function revocationList(issuer: Buffer, signer: KeyObject, certPems: readonly string[]): string {
  const ecdsaSha256 = sequence(oid('1.2.840.10045.4.3.2'));
  const revoked = certPems.map((pem) =>
    sequence(der(0x02, Buffer.from([Number.parseInt(new X509Certificate(pem).serialNumber, 16)])), time(-30_000)),
  );
  const body = sequence(
    der(0x02, Buffer.from([1])),
    ecdsaSha256,
    issuer,
    time(-60_000),
    time(3_600_000),
    ...(revoked.length === 0 ? [] : [sequence(...revoked)]),
  );
  const whole = sequence(body, ecdsaSha256, der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, signer)])));
  return `-----BEGIN X509 CRL-----\n${(whole.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END X509 CRL-----\n`;
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function set(...parts: Buffer[]): Buffer {
  return der(0x31, Buffer.concat(parts));
}

function extension(id: string, content: Buffer): Buffer {
  return sequence(oid(id), der(0x01, Buffer.from([0xff])), der(0x04, content));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 127];
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 127) | 128);
    bytes.push(...digits);
  }
  return der(0x06, Buffer.from(bytes));
}

function time(offsetMs: number): Buffer {
  const text = new Date(Date.now() + offsetMs).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return der(0x18, Buffer.from(text));
}

/** An identity that can be replaced. */
export function identitySource(first: Identity): IdentitySource & { rotate(next: Identity): void } {
  let current = first;
  const listeners: (() => void)[] = [];
  return {
    current: () => current,
    onRotate: (callback) => void listeners.push(callback),
    rotate: (next) => {
      current = next;
      for (const listener of listeners) listener();
    },
  };
}
