import type { ServerResponse } from 'node:http';
import type { ServerParts } from '../http/handle-request';
import { readObjectBody, sendJson } from '../http/api-request';
import type { ApiRequest } from '../http/api-request';
import { writeRequest } from '../http/handle-resource';
import type { ResourcePath } from '../http/parse-path';
import { isObject, textOf } from '../schema/conform';
import type { ServedKind } from '../served-kinds';
import { badRequest, conflict } from '../status-errors';
import { deleteObject } from '../write/delete-object';
import { updateObject } from '../write/update-object';

const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

/** POST pods/NAME/binding: puts a pod on a node. */
export async function bindPod(
  parts: ServerParts,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  const body = await readObjectBody(request);
  const target = isObject(body) && isObject(body['target']) ? body['target'] : {};
  const nodeName = target['name'];
  if (typeof nodeName !== 'string' || nodeName === '') throw badRequest('target.name: Required value');
  await updateObject(parts.core, path.name, { ...writeRequest(request, kind, { ...path, subresource: '' }) }, (current) => {
    const spec = isObject(current.spec) ? current.spec : {};
    if (spec['nodeName'] !== undefined && spec['nodeName'] !== nodeName) {
      throw conflict(kind.definition, path.name, `pod ${path.name} is already assigned to node "${textOf(spec['nodeName'])}"`);
    }
    return { ...current, spec: { ...spec, nodeName } };
  });
  sendJson(request, response, 201, { ...success, code: 201 });
}

/** POST pods/NAME/eviction: deletes a pod. */
export async function evictPod(
  parts: ServerParts,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  const body = await readObjectBody(request);
  const options = isObject(body) && isObject(body['deleteOptions']) ? body['deleteOptions'] : {};
  const grace = options['gracePeriodSeconds'];
  await deleteObject(parts.core, path.name, {
    kind,
    namespace: path.namespace,
    dryRun: false,
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
  });
  sendJson(request, response, 201, { ...success, code: 201 });
}
