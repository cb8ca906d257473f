import type { ServerResponse } from 'node:http';
import type { ServerParts } from '../http/handle-request';
import { readObjectBody, sendJson } from '../http/api-request';
import type { ApiRequest } from '../http/api-request';
import type { ResourcePath } from '../http/parse-path';
import { issuer } from '../access/account-tokens';
import { timestamp } from '../core';
import { isObject, textOf } from '../schema/conform';
import type { ServedKind } from '../served-kinds';
import { badRequest, conflict, notFound } from '../status-errors';

const shortest = 600;
const longest = 86_400 * 365;

/** POST serviceaccounts/NAME/token: TokenRequest. */
export async function issueToken(
  parts: ServerParts,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  const account = parts.core.store.get(kind.collection, path.namespace, path.name);
  if (account === undefined) throw notFound(kind.definition, path.name);
  const body = await readObjectBody(request);
  const spec = isObject(body) && isObject(body['spec']) ? body['spec'] : {};
  const audiences = Array.isArray(spec['audiences']) && spec['audiences'].length > 0 ? spec['audiences'].map(String) : [issuer];
  const wanted = Number(spec['expirationSeconds'] ?? 3600);
  if (!Number.isInteger(wanted) || wanted < shortest)
    throw badRequest(`spec.expirationSeconds: Invalid value: ${String(wanted)}: may not specify a duration less than 10 minutes`);
  const expirationSeconds = Math.min(wanted, longest);
  const bound = isObject(spec['boundObjectRef']) ? boundObject(parts, path, spec['boundObjectRef']) : undefined;
  const { token, expires } = await parts.tokens.issue(
    { namespace: path.namespace, name: path.name, uid: account.metadata.uid ?? '', audiences, expirationSeconds, bound },
    parts.core.now(),
  );
  sendJson(request, response, 201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: path.name, namespace: path.namespace, creationTimestamp: timestamp(parts.core.now()) },
    spec: { ...spec, audiences, expirationSeconds },
    status: { token, expirationTimestamp: timestamp(expires) },
  });
}

function boundObject(
  parts: ServerParts,
  path: ResourcePath,
  reference: Record<string, unknown>,
): { kind: string; name: string; uid: string } {
  const kind = textOf(reference['kind']);
  const name = textOf(reference['name']);
  const served = parts.core.kinds.get(kind === 'Pod' ? '/pods' : kind === 'Secret' ? '/secrets' : '');
  if (served === undefined) throw badRequest('spec.boundObjectRef: a token can be bound to a Pod or a Secret');
  const object = parts.core.store.get(served.collection, path.namespace, name);
  if (object === undefined) throw notFound(served.definition, name);
  const uid = object.metadata.uid ?? '';
  if (reference['uid'] !== undefined && reference['uid'] !== '' && reference['uid'] !== uid) {
    throw conflict(
      served.definition,
      name,
      `the UID in the bound object reference (${textOf(reference['uid'])}) does not match the UID in record (${uid})`,
    );
  }
  return { kind, name, uid };
}
