import { createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { checkClaims, evaluateRequirement, findJwtRequirement, findTokens } from '@/lib/routing';
import type { CompiledJwt, CompiledJwtProvider, FoundToken, JwtStatus, RoutingRequest } from '@/lib/routing';
import type { JwtPerRoute, StructValue } from '@/lib/xds';
import { readText } from '../tls/secret-store';

type Claims = Record<string, StructValue>;

export interface VerifiedToken {
  readonly provider: CompiledJwtProvider;
  readonly found: FoundToken;
  readonly claims: Claims;
  /** Payload as it stands in the token (base64url). */
  readonly payload: string;
}

export interface JwtOutcome {
  readonly status: JwtStatus;
  readonly verified: readonly VerifiedToken[];
}

const passes: JwtOutcome = { status: 'ok', verified: [] };

/** Holds a request to the rules of a jwt_authn filter. Signatures are checked against inline keys. */
export function checkJwt(jwt: CompiledJwt, request: RoutingRequest, perRoute: JwtPerRoute | null, nowMs: number): JwtOutcome {
  const requirement = findJwtRequirement(jwt, request, perRoute);
  if (requirement === null) return passes;
  const verified: VerifiedToken[] = [];
  const status = evaluateRequirement(requirement, (name, audiences) => {
    const provider = jwt.providers.get(name);
    if (provider === undefined) return 'Jwt issuer is not configured';
    const tokens = findTokens(provider, request);
    let verdict: JwtStatus = 'Jwt is missing';
    for (const found of tokens) {
      const token = openToken(provider, found);
      verdict = typeof token === 'string' ? token : checkClaims(provider, token.claims, nowMs, audiences);
      if (verdict === 'ok' && typeof token !== 'string') verdict = checkSignature(provider, found.token);
      if (verdict === 'ok' && typeof token !== 'string') {
        verified.push(token);
        return verdict;
      }
    }
    return verdict;
  });
  return { status, verified };
}

function openToken(provider: CompiledJwtProvider, found: FoundToken): VerifiedToken | JwtStatus {
  const parts = found.token.split('.');
  if (parts.length !== 3) return 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections';
  const [head = '', payload = ''] = parts;
  if (!isBase64Url(head)) return 'Jwt header is an invalid Base64url encoded';
  if (readObject(head) === null) return 'Jwt header is an invalid JSON';
  if (!isBase64Url(payload)) return 'Jwt payload is an invalid Base64url encoded';
  const claims = readObject(payload);
  return claims === null ? 'Jwt payload is an invalid JSON' : { provider, found, claims, payload };
}

function isBase64Url(text: string): boolean {
  return /^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1;
}

/** A JSON object in base64url; null when it is none. */
function readObject(text: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : null;
  } catch {
    return null;
  }
}

interface Key {
  readonly id: string | undefined;
  readonly algorithm: string | undefined;
  readonly key: KeyObject;
}

const keySets = new Map<string, readonly Key[]>();

/** Keys of a JWK set, parsed once per text. */
function readKeys(text: string): readonly Key[] {
  const known = keySets.get(text);
  if (known !== undefined) return known;
  let keys: Key[] = [];
  try {
    const parsed = JSON.parse(text) as { keys?: (JsonWebKey & { kid?: string; alg?: string })[] };
    keys = (parsed.keys ?? []).flatMap((jwk) => {
      try {
        return [{ id: jwk.kid, algorithm: jwk.alg, key: createPublicKey({ key: jwk, format: 'jwk' }) }];
      } catch {
        return [];
      }
    });
  } catch {
    keys = [];
  }
  if (keySets.size > 64) keySets.clear();
  keySets.set(text, keys);
  return keys;
}

function checkSignature(provider: CompiledJwtProvider, token: string): JwtStatus {
  const [head, payload, signature] = token.split('.') as [string, string, string];
  let header: { alg?: unknown; kid?: unknown };
  try {
    header = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as typeof header;
  } catch {
    return 'Jwt verification fails';
  }
  const { alg, kid } = header;
  if (typeof alg !== 'string') return 'Jwt verification fails';
  const signed = Buffer.from(`${head}.${payload}`, 'latin1');
  const proof = Buffer.from(signature, 'base64url');
  for (const key of readKeys(readText(provider.config.local_jwks))) {
    if (typeof kid === 'string' && key.id !== undefined && key.id !== kid) continue;
    if (key.algorithm !== undefined && key.algorithm !== alg) continue;
    if (verifyWith(alg, key.key, signed, proof)) return 'ok';
  }
  return 'Jwt verification fails';
}

/** Asymmetric algorithms alone: a key set is public, so nothing symmetric can be proven with it. */
function verifyWith(alg: string, key: KeyObject, signed: Buffer, proof: Buffer): boolean {
  const family = alg.slice(0, 2);
  const hash = `sha${alg.slice(2)}`;
  const type = key.asymmetricKeyType;
  try {
    if (family === 'RS' && type === 'rsa') return verify(hash, signed, key, proof);
    if (family === 'PS' && type === 'rsa') return verify(hash, signed, { key, padding: 6, saltLength: Number(alg.slice(2)) / 8 }, proof);
    if (family === 'ES' && type === 'ec') return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, proof);
    if (alg === 'EdDSA' && (type === 'ed25519' || type === 'ed448')) return verify(null, signed, key, proof);
  } catch {
    return false;
  }
  return false;
}
