import type { ServerResponse } from 'node:http';
import { answerReview, isReview } from '../access/answer-reviews';
import type { AccountTokens } from '../access/account-tokens';
import { issuer } from '../access/account-tokens';
import { checkAccess } from '../access/check-access';
import type { ApiCore } from '../core';
import { aggregatedDiscovery, coreVersions, groupList, groupOf, resourceList } from '../discovery/serve-discovery';
import type { DiscoveredResource } from '../discovery/serve-discovery';
import type { OpenApi } from '../discovery/serve-openapi';
import { methodNotAllowed, noSuchPath } from '../status-errors';
import { handleSubresource } from '../subresources/handle-subresource';
import type { PodAccess } from '../subresources/pod-access';
import { readObjectBody, send, sendJson } from './api-request';
import type { ApiRequest } from './api-request';
import { handleResource } from './handle-resource';
import { discoveryVersion } from './negotiate';
import { kindAt, parseResourcePath, verbOf } from './parse-path';
import type { ResourcePath } from './parse-path';

/** What a request may reach besides the store. */
export interface ServerParts {
  core: ApiCore;
  tokens: AccountTokens;
  resources: readonly DiscoveredResource[];
  openApi: OpenApi;
  pods: PodAccess;
  /** `host:port` of this server. */
  address: string;
  metrics(): Promise<{ body: string; contentType: string }>;
}

export const versionInfo = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.4+heddle',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

/** Open to everyone, as on Kubernetes. */
const publicPaths = new Set(['/healthz', '/livez', '/readyz', '/version']);

/** One request from path to answer. Throws what becomes a Status object. */
export async function handleRequest(parts: ServerParts, request: ApiRequest, response: ServerResponse): Promise<void> {
  const resource = parseResourcePath(request.path);
  if (resource !== undefined) return handleResourcePath(parts, request, response, resource);
  const path = request.path.length > 1 ? request.path.replace(/\/+$/, '') : request.path;
  if (!publicPaths.has(path) && !/^\/(healthz|livez|readyz)\//.test(path)) checkAccess(parts.core, request.user, otherPath(request, path));
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  return handleOtherPath(parts, request, response, path);
}

function otherPath(request: ApiRequest, nonResourcePath: string) {
  return {
    verb: request.method.toLowerCase(),
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    nonResourcePath,
  };
}

async function handleResourcePath(parts: ServerParts, request: ApiRequest, response: ServerResponse, path: ResourcePath): Promise<void> {
  const { core } = parts;
  const watching = request.query.get('watch') === 'true' || request.query.get('watch') === '1';
  const { group, version, plural, namespace, name, subresource } = path;
  checkAccess(core, request.user, {
    verb: verbOf(request.method, path, watching),
    group,
    version,
    resource: plural,
    subresource,
    namespace,
    name,
  });
  if (isReview(path)) {
    if (request.method !== 'POST') throw methodNotAllowed();
    return sendJson(request, response, 201, await answerReview(core, parts.tokens, request, path, await readObjectBody(request)));
  }
  const kind = kindAt(core.kinds, path);
  if (kind === undefined) throw noSuchPath();
  if (!kind.definition.namespaced && namespace !== '') throw noSuchPath();
  if (kind.definition.namespaced && namespace === '' && name !== '') throw noSuchPath();
  if (subresource === '' || (subresource === 'status' && kind.definition.hasStatus))
    return handleResource(core, request, response, kind, path);
  return handleSubresource(parts, request, response, kind, path);
}

async function handleOtherPath(parts: ServerParts, request: ApiRequest, response: ServerResponse, path: string): Promise<void> {
  const { resources } = parts;
  const found = (document: unknown): void => {
    if (document === undefined) throw noSuchPath();
    sendJson(request, response, 200, document);
  };
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return send(request, response, 200, 'ok', 'text/plain; charset=utf-8');
  switch (path) {
    case '/version':
      return sendJson(request, response, 200, versionInfo);
    case '/':
      return sendJson(request, response, 200, {
        paths: ['/api', '/apis', '/healthz', '/livez', '/metrics', '/openapi/v3', '/readyz', '/version'],
      });
    case '/metrics': {
      const { body, contentType } = await parts.metrics();
      return send(request, response, 200, body, contentType);
    }
    case '/api':
    case '/apis': {
      const version = discoveryVersion(request.message.headers.accept);
      if (version === undefined) return found(path === '/api' ? coreVersions(parts.address) : groupList(resources));
      const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      return send(request, response, 200, JSON.stringify(aggregatedDiscovery(resources, path === '/api', version)), type, {
        vary: 'Accept',
      });
    }
    case '/openapi/v3':
      return send(request, response, 200, parts.openApi.index());
    case '/openid/v1/jwks':
      return send(request, response, 200, JSON.stringify(await parts.tokens.jwks()), 'application/jwk-set+json');
    case '/.well-known/openid-configuration':
      return found({
        issuer,
        jwks_uri: `https://${parts.address}/openid/v1/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    default:
  }
  const document = /^\/openapi\/v3\/(?:api\/([^/]+)|apis\/([^/]+)\/([^/]+))$/.exec(path);
  if (document !== null) {
    const made = parts.openApi.document(document[2] ?? '', document[1] ?? document[3] ?? '');
    if (made === undefined) throw noSuchPath();
    return send(request, response, 200, made.body, 'application/json', { etag: `"${made.hash}"` });
  }
  const list = /^\/(?:api\/([^/]+)|apis\/([^/]+)\/([^/]+))$/.exec(path);
  if (list !== null) return found(resourceList(resources, list[2] ?? '', list[1] ?? list[3] ?? ''));
  const group = /^\/apis\/([^/]+)$/.exec(path)?.[1];
  if (group !== undefined) return found(groupOf(resources, group));
  throw noSuchPath();
}
