import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spiffeId } from '@/lib/model';
import type { Secret } from '@/lib/xds';
import type { Token } from '../generate';
import type { PemPair, TestAuthority } from './write-certificate';

const identities = ['client/web', 'shop/curl', 'shop/reviews', 'shop/ratings', 'client/ratings', 'istio-system/gateway'];

/** The secrets of all worlds: one certificate per service account, and the mesh's root. */
export function meshSecrets(authority: TestAuthority): Secret[] {
  const root: Secret = { name: 'ROOTCA', validation_context: { trusted_ca: { inline_string: authority.rootPem } } };
  const own = identities.map((identity): Secret => {
    const [namespace = '', account = ''] = identity.split('/');
    const { certPem, keyPem } = authority.issue({ uri: spiffeId(namespace, account) });
    return {
      name: `default@${identity}`,
      tls_certificate: { certificate_chain: { inline_string: certPem }, private_key: { inline_string: keyPem } },
    };
  });
  return [root, ...own];
}

/** Files that DestinationRules name, and the outside server's own pair. */
export interface OutsideFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly server: PemPair;
}

export function writeOutsideFiles(authority: TestAuthority, folder: string): OutsideFiles {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const client = authority.issue({ dns: 'client.example.com' });
  return {
    ca: write('ca.pem', authority.rootPem),
    certificate: write('client.pem', client.certPem),
    key: write('client.key', client.keyPem),
    server: authority.issue({ dns: 'ext.example.com' }),
  };
}

/** Signs tokens; `jwks` is the public half. */
export interface TokenIssuer {
  readonly jwks: string;
  sign(token: Token): string;
}

export function createTokenIssuer(): TokenIssuer {
  const known = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = JSON.stringify({ keys: [{ ...known.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' }] });
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    jwks,
    sign({ claims, expiresIn, signer }) {
      if (signer === 'none') return 'no.token-at-all';
      const now = Math.floor(Date.now() / 1000);
      const content = `${encode({ alg: 'ES256', kid: 'one', typ: 'JWT' })}.${encode({ ...claims, iat: now - 7200, exp: now + expiresIn })}`;
      const key = signer === 'issuer' ? known.privateKey : stranger.privateKey;
      return `${content}.${sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    },
  };
}
