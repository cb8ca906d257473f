import { typeUrls } from '@/lib/xds';
import { decodeBase64 } from './decode-base64';
import { table } from './mesh-state';
import { gatewayApiRoutes } from './gateway-api-routes';
import type { DataSource, Secret as XdsSecret } from '@/lib/xds';
import type { Secret } from '@/lib/model';
import type { MeshState } from './mesh-state';
import type { CompiledResource, ProxyNode } from './types';

const caSuffix = '-cacert';

/**
 * The SDS resource behind `kubernetes://NAME` (a Secret of the proxy's namespace) or `kubernetes-gateway://NAMESPACE/NAME` (one that a
 * Gateway API listener of this proxy may use). Keys as Istio reads them: tls.crt, tls.key, ca.crt, or cert, key, cacert, crl;
 * `NAME-cacert` is the CA, from a Secret of that name or from NAME itself. `undefined` when there is none or it is none of the proxy's.
 */
export function compileSecret(state: MeshState, proxy: ProxyNode, name: string): CompiledResource<XdsSecret> | undefined {
  const reference = locate(state, proxy, name);
  if (reference === undefined) return undefined;
  const secrets = table<Secret>(state, '/Secret');
  const wantsCa = reference.name.endsWith(caSuffix);
  const own = secrets.get(`${reference.namespace}/${reference.name}`);
  const base = wantsCa ? secrets.get(`${reference.namespace}/${reference.name.slice(0, -caSuffix.length)}`) : undefined;
  return state.cache.memo(`secret|${reference.namespace}|${name}`, [own, base], () => {
    const built = wantsCa ? (authority(name, own) ?? authority(name, base)) : certificate(name, own);
    return built === undefined ? undefined : state.cache.intern(typeUrls.secret, name, built);
  });
}

function locate(state: MeshState, proxy: ProxyNode, name: string): { namespace: string; name: string } | undefined {
  if (name.startsWith('kubernetes://')) {
    const rest = name.slice('kubernetes://'.length);
    return rest.includes('/') ? undefined : { namespace: proxy.namespace, name: rest };
  }
  const match = /^kubernetes-gateway:\/\/([^/]+)\/(.+)$/.exec(name);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  // Another namespace's Secret only by way of a Gateway that a ReferenceGrant lets use it.
  const allowed =
    match[1] === proxy.namespace || gatewayApiRoutes(state).grantedSecrets.has(`${proxy.namespace}|${name.replace(/-cacert$/, '')}`);
  return allowed ? { namespace: match[1], name: match[2] } : undefined;
}

function field(secret: Secret | undefined, ...keys: string[]): DataSource | undefined {
  for (const key of keys) {
    const encoded = secret?.data?.[key];
    if (encoded !== undefined && encoded !== '') return { inline_bytes: decodeBase64(encoded) };
    const plain = secret?.stringData?.[key];
    if (plain !== undefined && plain !== '') return { inline_string: plain };
  }
  return undefined;
}

function certificate(name: string, secret: Secret | undefined): XdsSecret | undefined {
  const chain = field(secret, 'tls.crt', 'cert');
  const key = field(secret, 'tls.key', 'key');
  return chain === undefined || key === undefined ? undefined : { name, tls_certificate: { certificate_chain: chain, private_key: key } };
}

function authority(name: string, secret: Secret | undefined): XdsSecret | undefined {
  const ca = field(secret, 'ca.crt', 'cacert');
  const crl = field(secret, 'ca.crl', 'crl');
  return ca === undefined ? undefined : { name, validation_context: { trusted_ca: ca, ...(crl === undefined ? {} : { crl }) } };
}
