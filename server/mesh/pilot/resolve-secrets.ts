import { createHash } from 'node:crypto';
import type { ProxyNode } from '@/lib/pilot';
import type { Secret as KubernetesSecret } from '@/lib/model';
import type { Secret } from '@/lib/xds';
import type { AnyResource } from './view-resources';

/** Finds a Secret of the Kubernetes API. */
export type SecretLookup = (namespace: string, name: string) => KubernetesSecret | undefined;

const ownPrefix = 'kubernetes://';
const gatewayPrefix = 'kubernetes-gateway://';
const caSuffix = '-cacert';

const made = new WeakMap<KubernetesSecret, Map<string, AnyResource | undefined>>();

/**
 * The SDS resources a gateway may have: those of the names its own configuration refers to, from its own namespace (`kubernetes://NAME`), or
 * where a Gateway API reference was granted (`kubernetes-gateway://NAMESPACE/NAME`, which the compiler only emits then).
 */
export function resolveSecrets(names: readonly string[], node: ProxyNode, lookup: SecretLookup): ReadonlyMap<string, AnyResource> {
  const found = new Map<string, AnyResource>();
  if (node.type !== 'router') return found;
  for (const name of names) {
    const place = placeOf(name, node.namespace);
    if (place === undefined) continue;
    const resource = findResource(name, place.namespace, place.name, lookup);
    if (resource !== undefined) found.set(name, resource);
  }
  return found;
}

function placeOf(sdsName: string, namespace: string): { namespace: string; name: string } | undefined {
  if (sdsName.startsWith(ownPrefix)) return { namespace, name: sdsName.slice(ownPrefix.length) };
  if (!sdsName.startsWith(gatewayPrefix)) return undefined;
  const [owner = '', name = ''] = sdsName.slice(gatewayPrefix.length).split('/');
  return { namespace: owner, name };
}

function findResource(sdsName: string, namespace: string, name: string, lookup: SecretLookup): AnyResource | undefined {
  const exact = lookup(namespace, name);
  if (exact !== undefined && !name.endsWith(caSuffix)) return cached(exact, sdsName, readKeyPair);
  if (!name.endsWith(caSuffix)) return undefined;
  // `NAME-cacert` is a Secret of its own, or the `ca.crt` of the Secret NAME.
  const holder = exact ?? lookup(namespace, name.slice(0, -caSuffix.length));
  return holder === undefined ? undefined : cached(holder, sdsName, readRoots);
}

function cached(secret: KubernetesSecret, sdsName: string, read: (secret: KubernetesSecret, name: string) => Secret | undefined) {
  let known = made.get(secret);
  if (known === undefined) {
    known = new Map();
    made.set(secret, known);
  }
  if (!known.has(sdsName)) {
    const resource = read(secret, sdsName);
    known.set(sdsName, resource === undefined ? undefined : { name: sdsName, version: versionOf(secret), resource });
  }
  return known.get(sdsName);
}

/** Depends on the data only: an annotation must not make gateways reload. */
function versionOf(secret: KubernetesSecret): string {
  return createHash('sha256')
    .update(JSON.stringify(secret.data ?? {}))
    .digest('hex')
    .slice(0, 32);
}

/** Keys of a `kubernetes.io/tls` Secret, or of Istio's generic one (`cert`, `key`, `cacert`). */
function readKeyPair(secret: KubernetesSecret, name: string): Secret | undefined {
  const chain = bytesOf(secret, 'tls.crt') ?? bytesOf(secret, 'cert');
  const key = bytesOf(secret, 'tls.key') ?? bytesOf(secret, 'key');
  if (chain === undefined || key === undefined) return undefined;
  return { name, tls_certificate: { certificate_chain: { inline_bytes: chain }, private_key: { inline_bytes: key } } };
}

function readRoots(secret: KubernetesSecret, name: string): Secret | undefined {
  const roots = bytesOf(secret, 'ca.crt') ?? bytesOf(secret, 'cacert');
  if (roots === undefined) return undefined;
  const list = bytesOf(secret, 'ca.crl');
  return {
    name,
    validation_context: { trusted_ca: { inline_bytes: roots }, ...(list === undefined ? {} : { crl: { inline_bytes: list } }) },
  };
}

function bytesOf(secret: KubernetesSecret, key: string): Uint8Array | undefined {
  const text = secret.data?.[key];
  return text === undefined || text === '' ? undefined : new Uint8Array(Buffer.from(text, 'base64'));
}
