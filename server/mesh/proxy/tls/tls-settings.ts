import { createHash } from 'node:crypto';
import tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { CertificateValidationContext, CommonTlsContext, DataSource, SubjectAltNameMatcher, TlsProtocol } from '@/lib/xds';
import type { PeerTls } from '../io/connection';
import { compileStringMatcher, testString } from '@/lib/routing';
import type { StringTest } from '@/lib/routing';
import type { KeyPair, SecretStore } from './secret-store';
import { inlineKeyPair, readText } from './secret-store';

/** What both directions of TLS have in common: key pairs, roots, names to accept. */
export interface TlsMaterial {
  readonly pairs: readonly KeyPair[];
  /** PEM roots; empty: the other side is not checked. */
  readonly roots: string;
  readonly altNames: readonly { readonly type: SubjectAltNameMatcher['san_type']; readonly test: StringTest }[];
  /** SHA-256 of certificates (hex) and of public keys (base64), one of which the peer must have. */
  readonly hashes: readonly string[];
  readonly keyHashes: readonly string[];
  /** PEM revocation lists. */
  readonly revoked: string;
  readonly acceptUntrusted: boolean;
}

/** Names the secrets a TLS context waits for. */
export function wantSecrets(common: CommonTlsContext | undefined, secrets: SecretStore): void {
  for (const config of common?.tls_certificate_sds_secret_configs ?? []) secrets.want(config.name);
  if (common?.validation_context_sds_secret_config !== undefined) secrets.want(common.validation_context_sds_secret_config.name);
  const combined = common?.combined_validation_context;
  if (combined !== undefined) secrets.want(combined.validation_context_sds_secret_config.name);
}

/** Gathers the material; undefined while a secret (or a file) is missing. */
export function gatherMaterial(common: CommonTlsContext | undefined, secrets: SecretStore): TlsMaterial | undefined {
  const pairs: KeyPair[] = [];
  for (const certificate of common?.tls_certificates ?? []) {
    const [certPem, keyPem] = [readText(certificate.certificate_chain), readText(certificate.private_key)];
    if (certPem === '' || keyPem === '') return undefined;
    pairs.push(inlineKeyPair(certPem, keyPem));
  }
  for (const config of common?.tls_certificate_sds_secret_configs ?? []) {
    const pair = secrets.keyPair(config.name);
    if (pair === undefined) return undefined;
    pairs.push(pair);
  }
  const contexts: CertificateValidationContext[] = [];
  if (common?.validation_context !== undefined) contexts.push(common.validation_context);
  if (common?.validation_context_sds_secret_config !== undefined) {
    const found = secrets.validation(common.validation_context_sds_secret_config.name);
    if (found === undefined) return undefined;
    contexts.push(found);
  }
  const combined = common?.combined_validation_context;
  if (combined !== undefined) {
    const found = secrets.validation(combined.validation_context_sds_secret_config.name);
    if (found === undefined) return undefined;
    contexts.push(combined.default_validation_context, found);
  }
  // Roots that are named but not there must not turn into "trust everyone", nor a missing list into "none is revoked".
  const isMissing = (source: DataSource | undefined): boolean => source !== undefined && readText(source) === '';
  if (contexts.some(({ trusted_ca, crl }) => isMissing(trusted_ca) || isMissing(crl))) return undefined;
  return {
    pairs,
    roots: contexts
      .map((context) => readText(context.trusted_ca) || (context.system_root_certs === undefined ? '' : tls.rootCertificates.join('\n')))
      .join('\n')
      .trim(),
    altNames: contexts.flatMap((context) => [
      ...(context.match_typed_subject_alt_names ?? []).map((entry) => ({
        type: entry.san_type,
        test: compileStringMatcher(entry.matcher),
      })),
      ...(context.match_subject_alt_names ?? []).map((matcher) => ({
        type: 'SAN_TYPE_UNSPECIFIED' as const,
        test: compileStringMatcher(matcher),
      })),
    ]),
    hashes: contexts.flatMap((context) => context.verify_certificate_hash ?? []).map((hash) => hash.replaceAll(':', '').toLowerCase()),
    keyHashes: contexts.flatMap((context) => context.verify_certificate_spki ?? []),
    revoked: contexts
      .map(({ crl }) => readText(crl))
      .join('\n')
      .trim(),
    acceptUntrusted: contexts.some((context) => context.trust_chain_verification === 'ACCEPT_UNTRUSTED'),
  };
}

/** Options of a secure context: certificates, roots, versions, ciphers. */
export function secureContextOptions(common: CommonTlsContext | undefined, material: TlsMaterial): tls.SecureContextOptions {
  const params = common?.tls_params;
  const ciphers = params?.cipher_suites ?? [];
  const [first] = material.pairs;
  return {
    ...(first === undefined ? {} : { cert: material.pairs.map((pair) => pair.certPem), key: material.pairs.map((pair) => pair.keyPem) }),
    ...(material.roots === '' ? {} : { ca: splitPem(material.roots) }),
    ...(material.revoked === '' ? {} : { crl: material.revoked }),
    minVersion: tlsVersion(params?.tls_minimum_protocol_version, 'TLSv1.2'),
    maxVersion: tlsVersion(params?.tls_maximum_protocol_version, 'TLSv1.3'),
    ...(ciphers.length === 0
      ? {}
      : { ciphers: [...TLS13_CIPHERS, ...ciphers.map((name) => name.replaceAll(/[[\]]/g, '').replaceAll('|', ':'))].join(':') }),
    // Identity is carried by P-256 certificates; X25519 is the cheapest exchange all peers know.
    ecdhCurve: params?.ecdh_curves?.join(':') ?? 'X25519:P-256:P-384',
  };
}

const TLS13_CIPHERS = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

function tlsVersion(protocol: TlsProtocol | undefined, fallback: tls.SecureVersion): tls.SecureVersion {
  switch (protocol) {
    case 'TLSv1_0':
      return 'TLSv1';
    case 'TLSv1_1':
      return 'TLSv1.1';
    case 'TLSv1_2':
      return 'TLSv1.2';
    case 'TLSv1_3':
      return 'TLSv1.3';
    default:
      return fallback;
  }
}

function splitPem(bundle: string): string[] {
  return bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}

/** Where certificates or keys are pinned, one of either kind must fit. */
function isPinned({ hashes, keyHashes }: TlsMaterial, peer: PeerTls, socket: TLSSocket): boolean {
  if (hashes.length === 0 && keyHashes.length === 0) return true;
  if (hashes.includes(peer.digest)) return true;
  const key = keyHashes.length === 0 ? undefined : socket.getPeerX509Certificate()?.publicKey;
  if (key === undefined) return false;
  return keyHashes.includes(
    createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('base64'),
  );
}

/** Why a peer is not who it should be; undefined when it is. */
export function refusePeer(material: TlsMaterial, peer: PeerTls, socket: TLSSocket): string | undefined {
  if (!isPinned(material, peer, socket)) return 'certificate hash does not match';
  if (material.altNames.length === 0) return undefined;
  for (const { type, test } of material.altNames) {
    if (type !== 'DNS' && peer.uris.some((uri) => testString(test, uri))) return undefined;
    if (type !== 'URI' && peer.dnsNames.some((name) => testString(test, name))) return undefined;
  }
  return 'TLS_error: SAN matcher does not accept the peer';
}
