import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { HeddleError } from '@/lib/errors';
import type { CertificateValidationContext, DataSource, Secret } from '@/lib/xds';
import type { ConfigSource, IdentitySource } from '../config-source';
import { typeUrls } from '@/lib/xds';
import { splitAltNames } from './peer';

/** SDS names that every Istio proxy has: its own certificate, and the roots of the mesh. */
export const OWN_CERTIFICATE = 'default';
export const MESH_ROOTS = 'ROOTCA';

export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
  /** First URI name of the certificate: who we are. */
  readonly uri: string;
}

/**
 * Certificates by SDS name: the proxy's own come from the identity source, the others (gateway credentials) over SDS.
 * `generation` grows with every change, so that contexts built from secrets know when they are out of date.
 */
export class SecretStore {
  generation = 1;
  private readonly identity: IdentitySource | null;
  private readonly source: ConfigSource;
  private readonly secrets = new Map<string, Secret>();
  private readonly wanted = new Set<string>();
  private own: KeyPair | null = null;

  constructor(source: ConfigSource, identity: IdentitySource | null) {
    this.source = source;
    this.identity = identity;
    identity?.onRotate(() => {
      this.own = null;
      this.generation++;
    });
  }

  /** Asks for a secret, once. */
  want(name: string): void {
    if (name === OWN_CERTIFICATE || name === MESH_ROOTS || this.wanted.has(name)) return;
    this.wanted.add(name);
    this.source.subscribe(typeUrls.secret, [name]);
  }

  /** Throws `invalid_config` for what is no certificate, or a key that does not belong to it. */
  apply(secret: Secret): void {
    checkSecret(secret);
    this.secrets.set(secret.name, secret);
    this.generation++;
  }

  remove(name: string): void {
    if (this.secrets.delete(name)) this.generation++;
  }

  /** Undefined until the secret came. */
  keyPair(name: string): KeyPair | undefined {
    if (name === OWN_CERTIFICATE && this.identity !== null) {
      if (this.own === null) {
        const { certPem, keyPem } = this.identity.current();
        this.own = { certPem, keyPem, uri: firstUri(certPem) };
      }
      return this.own;
    }
    const certificate = this.secrets.get(name)?.tls_certificate;
    if (certificate === undefined) return undefined;
    return inlineKeyPair(readText(certificate.certificate_chain), readText(certificate.private_key));
  }

  /** Validation settings by SDS name; for the mesh's roots they come from the identity source. */
  validation(name: string): CertificateValidationContext | undefined {
    if (name === MESH_ROOTS && this.identity !== null) return { trusted_ca: { inline_string: this.identity.current().rootsPem } };
    return this.secrets.get(name)?.validation_context;
  }

  names(): string[] {
    return [...this.secrets.keys()];
  }
}

function checkSecret(secret: Secret): void {
  const cert = readText(secret.tls_certificate?.certificate_chain);
  const key = readText(secret.tls_certificate?.private_key);
  const roots = readText(secret.validation_context?.trusted_ca);
  try {
    tls.createSecureContext({ ...(cert === '' ? {} : { cert, key }), ...(roots === '' ? {} : { ca: roots }) });
    if (cert !== '') firstUri(cert);
  } catch (error) {
    throw new HeddleError(
      'invalid_config',
      `Secret ${secret.name} holds no usable certificate and key: ${error instanceof Error ? error.message : 'unreadable'}.`,
      { cause: error },
    );
  }
}

export function inlineKeyPair(certPem: string, keyPem: string): KeyPair {
  return { certPem, keyPem, uri: firstUri(certPem) };
}

function firstUri(certPem: string): string {
  if (certPem === '') return '';
  return splitAltNames(new X509Certificate(certPem).subjectAltName ?? '').uris[0] ?? '';
}

/**
 * Text of a data source, empty when there is none. A DestinationRule may name files beside the proxy (its own certificate towards a server
 * outside, the authority to trust); a file that cannot be read counts as empty, and the caller refuses to go on without it.
 */
export function readText(source: DataSource | undefined): string {
  if (source?.inline_string !== undefined) return source.inline_string;
  if (source?.inline_bytes !== undefined) return Buffer.from(source.inline_bytes).toString('utf8');
  return source?.filename === undefined ? '' : readFileText(source.filename);
}

function readFileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
