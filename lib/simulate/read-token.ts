import type { Struct, StructValue } from '@/lib/xds';
import type { CompiledJwt, JwtStatus, RoutingRequest } from '@/lib/routing';
import { checkClaims, evaluateRequirement, findJwtRequirement, findTokens } from '@/lib/routing';
import type { JwtPerRoute } from '@/lib/xds';

interface TokenOutcome {
  readonly status: JwtStatus;
  /** Dynamic metadata the filter would leave, by key. */
  readonly metadata: Readonly<Record<string, StructValue>>;
}

/**
 * What the JWT filter would say of a request. Signatures are taken to be right: a simulation asks what the rules do with a token, and needs
 * no key for it.
 */
export function judgeTokens(jwt: CompiledJwt, request: RoutingRequest, perRoute: JwtPerRoute | null, nowMs: number): TokenOutcome {
  const requirement = findJwtRequirement(jwt, request, perRoute);
  if (requirement === null) return { status: 'ok', metadata: {} };
  const metadata: Record<string, StructValue> = {};
  const status = evaluateRequirement(requirement, (name, audiences) => {
    const provider = jwt.providers.get(name);
    const token = provider && findTokens(provider, request)[0];
    if (provider === undefined || token === undefined) return 'Jwt is missing';
    const payload = readPayload(token.token);
    if (payload === null) return 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections';
    const verdict = checkClaims(provider, payload, nowMs, audiences);
    if (verdict === 'ok')
      metadata[provider.config.payload_in_metadata ?? 'payload'] = normalize(
        payload,
        provider.config.normalize_payload_in_metadata?.space_delimited_claims ?? [],
      );
    return verdict;
  });
  return { status, metadata };
}

/** The claims of a token; null when it is not one. */
function readPayload(token: string): Struct | null {
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  try {
    // A head that cannot be read is as bad as a payload; what it says only matters to signatures.
    decodeBase64Url(parts[0] ?? '');
    const parsed: unknown = JSON.parse(decodeBase64Url(parts[1] ?? ''));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Struct) : null;
  } catch {
    return null;
  }
}

/** Claims such as `scope` hold several values, separated by blanks. */
function normalize(payload: Struct, claims: readonly string[]): Struct {
  const normalized: Struct = { ...payload };
  for (const claim of claims) {
    const value = normalized[claim];
    if (typeof value === 'string') normalized[claim] = value.split(' ');
  }
  return normalized;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Text of base64url (UTF-8 inside). Throws on anything else. */
function decodeBase64Url(text: string): string {
  let bits = 0;
  let held = 0;
  let encoded = '';
  for (const char of text) {
    const value = alphabet.indexOf(char);
    if (value === -1) throw new Error('not base64url');
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      encoded += `%${((held >> bits) & 0xff).toString(16).padStart(2, '0')}`;
    }
  }
  return decodeURIComponent(encoded);
}
