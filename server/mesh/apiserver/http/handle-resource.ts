import type { ServerResponse } from 'node:http';
import { isHeddleError } from '@/lib/errors';
import type { ApiCore } from '../core';
import { viewOf } from '../core';
import { applyJsonPatch } from '../patch/json-patch';
import { mergePatch } from '../patch/merge-patch';
import { strategicMergePatch } from '../patch/strategic-merge-patch';
import { isObject } from '../schema/conform';
import { selectorOf } from '../selectors';
import { apiVersionOf, qualifiedResource } from '../served-kinds';
import type { ServedKind } from '../served-kinds';
import { badRequest, methodNotAllowed, notFound, unsupportedMediaType } from '../status-errors';
import type { StoredObject } from '../storage/stored-object';
import { objectJson } from '../storage/stored-object';
import { tableOf } from '../table/make-table';
import { createObject } from '../write/create-object';
import { deleteObject } from '../write/delete-object';
import type { DeleteRequest } from '../write/delete-object';
import { applyObject, updateObject } from '../write/update-object';
import type { WriteRequest } from '../write/write-request';
import { mediaTypeOf, parseJson, parseYaml, readBytes, readOptionalBody, readObjectBody, send, sendJson } from './api-request';
import type { ApiRequest } from './api-request';
import { listObjects } from './list-objects';
import { negotiate } from './negotiate';
import { verbOf } from './parse-path';
import type { ResourcePath } from './parse-path';
import { watchObjects } from './watch-objects';

/** Reads and writes of objects and their `status`. */
export async function handleResource(
  core: ApiCore,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  const watching = request.query.get('watch') === 'true' || request.query.get('watch') === '1';
  switch (verbOf(request.method, path, watching)) {
    case 'get':
      return watching
        ? watchObjects(core, request, response, kind, path)
        : sendObject(core, request, response, kind, path, 200, present(core, kind, path));
    case 'list':
      return listObjects(core, request, response, kind, path);
    case 'watch':
      return watchObjects(core, request, response, kind, path);
    case 'create': {
      if (path.name !== '') throw methodNotAllowed();
      const body = await readObjectBody(request);
      const created = await createObject(core, body, writeRequest(request, kind, placeOf(kind, path, body)));
      return sendObject(core, request, response, kind, path, 201, created);
    }
    case 'update': {
      const body = await readObjectBody(request);
      const { object } = await updateObject(core, path.name, writeRequest(request, kind, path), () => body);
      return sendObject(core, request, response, kind, path, 200, object);
    }
    case 'patch': {
      const { object, created } = await patchObject(core, request, kind, path);
      return sendObject(core, request, response, kind, path, created ? 201 : 200, object);
    }
    case 'delete':
      return removeObject(core, request, response, kind, path);
    case 'deletecollection':
      return removeCollection(core, request, response, kind, path);
    default:
      throw methodNotAllowed();
  }
}

function present(core: ApiCore, kind: ServedKind, path: ResourcePath): StoredObject {
  const object = core.store.get(kind.collection, path.namespace, path.name);
  if (object === undefined) throw notFound(kind.definition, path.name);
  return object;
}

/** Sends one object in the version and form that were asked for. */
export function sendObject(
  core: ApiCore,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
  code: number,
  object: StoredObject,
): void {
  const apiVersion = apiVersionOf(path.group, path.version);
  const view = viewOf(object, kind, apiVersion);
  const form = negotiate(request.message.headers.accept);
  if (form.as === 'Table') {
    const metadata = { resourceVersion: view.metadata.resourceVersion ?? '' };
    sendJson(
      request,
      response,
      code,
      tableOf(kind, [view], apiVersion, { metadata, include: request.query.get('includeObject'), version: form.version, now: core.now() }),
    );
  } else if (form.as === 'PartialObjectMetadata') {
    sendJson(request, response, code, { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: view.metadata });
  } else send(request, response, code, objectJson(kind.conversion === undefined ? object : view, apiVersion));
}

/** The parameters that all writes share. @throws HeddleError `bad_request` for values that Kubernetes does not know. */
export function writeRequest(
  request: ApiRequest,
  kind: ServedKind,
  path: Pick<ResourcePath, 'version' | 'namespace' | 'subresource'>,
): WriteRequest {
  const { query, message } = request;
  const validation = query.get('fieldValidation') ?? 'Warn';
  if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore')
    throw badRequest(`fieldValidation: Unsupported value: ${JSON.stringify(validation)}`);
  const manager = query.get('fieldManager') ?? '';
  if (manager.length > 128) throw badRequest('fieldManager: Too long: may not be more than 128 bytes');
  return {
    kind,
    version: path.version,
    namespace: path.namespace,
    user: request.user,
    fieldManager: manager === '' ? (message.headers['user-agent'] ?? '').split('/')[0] || 'unknown' : manager,
    dryRun: isDryRun(query.getAll('dryRun')),
    fieldValidation: validation,
    subresource: path.subresource,
    warnings: request.warnings,
  };
}

function isDryRun(values: readonly string[]): boolean {
  const wrong = values.find((value) => value !== 'All' && value !== '');
  if (wrong !== undefined) throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(wrong)}: supported values: "All"`);
  return values.includes('All');
}

/** A POST to all namespaces of a namespaced kind says in the body where to. */
function placeOf(kind: ServedKind, path: ResourcePath, body: unknown): ResourcePath {
  if (!kind.definition.namespaced || path.namespace !== '') return path;
  const metadata = isObject(body) ? body['metadata'] : undefined;
  const namespace = isObject(metadata) && typeof metadata['namespace'] === 'string' ? metadata['namespace'] : 'default';
  return { ...path, namespace };
}

async function patchObject(
  core: ApiCore,
  request: ApiRequest,
  kind: ServedKind,
  path: ResourcePath,
): Promise<{ object: StoredObject; created: boolean }> {
  const bytes = await readBytes(request.message);
  const type = mediaTypeOf(request.message);
  const write = writeRequest(request, kind, path);
  const apiVersion = apiVersionOf(path.group, path.version);
  if (type === 'application/apply-patch+yaml' || type === 'application/apply-patch+json') {
    if ((request.query.get('fieldManager') ?? '') === '')
      throw badRequest('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch');
    return applyObject(core, path.name, parseYaml(bytes), write, request.query.get('force') === 'true');
  }
  const patch = parseJson(bytes);
  const asSeen = (current: StoredObject): StoredObject => viewOf(current, kind, apiVersion);
  switch (type) {
    case 'application/merge-patch+json':
      return updateObject(core, path.name, write, (current) => mergePatch(asSeen(current), patch));
    case 'application/json-patch+json':
      return updateObject(core, path.name, write, (current) => applyJsonPatch(asSeen(current), patch));
    case 'application/strategic-merge-patch+json':
      if (kind.definition.native)
        return updateObject(core, path.name, write, (current) => strategicMergePatch(asSeen(current), patch, kind.schema()));
      break;
    default:
  }
  const accepted = [
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/apply-patch+yaml',
    ...(kind.definition.native ? ['application/strategic-merge-patch+json'] : []),
  ];
  throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`);
}

interface DeleteOptionsBody {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: string[];
}

async function deleteRequest(request: ApiRequest, kind: ServedKind, path: ResourcePath): Promise<DeleteRequest> {
  const parsed = await readOptionalBody(request);
  const body: DeleteOptionsBody = isObject(parsed) ? parsed : {};
  const { query } = request;
  const grace = body.gracePeriodSeconds ?? (query.get('gracePeriodSeconds') === null ? undefined : Number(query.get('gracePeriodSeconds')));
  if (grace !== undefined && (!Number.isInteger(grace) || grace < 0)) throw badRequest('gracePeriodSeconds must be a count of seconds');
  const policy = body.propagationPolicy ?? query.get('propagationPolicy') ?? (body.orphanDependents === true ? 'Orphan' : undefined);
  if (policy !== undefined && policy !== 'Background' && policy !== 'Foreground' && policy !== 'Orphan')
    throw badRequest(`propagationPolicy: Unsupported value: ${JSON.stringify(policy)}`);
  return {
    kind,
    namespace: path.namespace,
    dryRun: isDryRun([...(body.dryRun ?? []), ...query.getAll('dryRun')]),
    gracePeriodSeconds: grace,
    propagationPolicy: policy,
    preconditions: body.preconditions,
  };
}

async function removeObject(
  core: ApiCore,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  const { object, removed } = await deleteObject(core, path.name, await deleteRequest(request, kind, path));
  if (!removed) return sendObject(core, request, response, kind, path, 200, object);
  const { definition } = kind;
  const details = {
    name: path.name,
    ...(definition.group === '' ? {} : { group: definition.group }),
    kind: definition.plural,
    uid: object.metadata.uid,
  };
  sendJson(request, response, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

async function removeCollection(
  core: ApiCore,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  if (path.namespace === '' && kind.definition.namespaced) throw methodNotAllowed();
  const selects = selectorOf(request.query.get('labelSelector'), request.query.get('fieldSelector'));
  const options = await deleteRequest(request, kind, path);
  const objects = core.store
    .list(kind.collection, path.namespace === '' ? undefined : path.namespace)
    .filter((object) => selects === undefined || selects(object));
  const results = await Promise.allSettled(objects.map((object) => deleteObject(core, object.metadata.name, options)));
  const failed = results.find(
    (result): result is PromiseRejectedResult =>
      result.status === 'rejected' && !(isHeddleError(result.reason) && result.reason.code === 'not_found'),
  );
  if (failed !== undefined) throw failed.reason;
  sendJson(request, response, 200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { kind: qualifiedResource(kind.definition) },
  });
}
