import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface PemPair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** One certificate authority of the test's own, for the mesh's identities and for the outside server. */
export interface TestAuthority {
  readonly rootPem: string;
  issue(names: { readonly uri?: string; readonly dns?: string }): PemPair;
}

const DAY_MS = 24 * 3_600_000;

/** A root (ECDSA P-256) and leaves for both sides of TLS, as X.509 written out by hand: a day long, one alternative name. */
export function createAuthority(): TestAuthority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = sequence(der(0x31, sequence(oid('2.5.4.10'), der(0x0c, Buffer.from('cluster.local')))));
  const rootPem = certificate(1, { issuer, subject: issuer, key: keys.publicKey, signer: keys.privateKey }, [
    extension('2.5.29.19', sequence(der(0x01, Buffer.from([0xff])))),
  ]);
  let serial = 1;
  return {
    rootPem,
    issue({ uri, dns }) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      serial += 1;
      const name = uri === undefined ? der(0x82, Buffer.from(dns ?? '')) : der(0x86, Buffer.from(uri));
      const parties = { issuer, subject: sequence(), key: own.publicKey, signer: keys.privateKey };
      return {
        certPem: certificate(serial, parties, [extension('2.5.29.17', sequence(name))]),
        keyPem: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

interface Parties {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly key: KeyObject;
  readonly signer: KeyObject;
}

function certificate(serial: number, { issuer, subject, key, signer }: Parties, extensions: readonly Buffer[]): string {
  const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
  const life = sequence(time(-3_600_000), time(DAY_MS));
  const spki = key.export({ type: 'spki', format: 'der' });
  const versionThree = der(0xa0, der(0x02, Buffer.from([2])));
  const body = sequence(
    versionThree,
    der(0x02, Buffer.from([0x40, serial])),
    ecdsaWithSha256,
    issuer,
    life,
    subject,
    spki,
    der(0xa3, sequence(...extensions)),
  );
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, signer)])));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
}

/** One DER value: tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
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
