import type { ServerResponse } from 'node:http';
import { timestamp } from '../core';
import type { ServerParts } from '../http/handle-request';
import { mediaTypeOf, parseJson, parseYaml, readBytes, readObjectBody, sendJson } from '../http/api-request';
import type { ApiRequest } from '../http/api-request';
import { writeRequest } from '../http/handle-resource';
import type { ResourcePath } from '../http/parse-path';
import { applyJsonPatch } from '../patch/json-patch';
import { mergePatch } from '../patch/merge-patch';
import { isObject } from '../schema/conform';
import type { ServedKind } from '../served-kinds';
import { invalid, notFound, staleVersion, unsupportedMediaType } from '../status-errors';
import type { StoredObject } from '../storage/stored-object';
import { updateObject } from '../write/update-object';

/** GET, PUT and PATCH of `/scale`: an autoscaling/v1 Scale over `spec.replicas`. */
export async function scaleWorkload(
  parts: ServerParts,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  const { core } = parts;
  if (request.method === 'GET') {
    const object = core.store.get(kind.collection, path.namespace, path.name);
    if (object === undefined) throw notFound(kind.definition, path.name);
    return sendJson(request, response, 200, scaleOf(object));
  }
  const change = request.method === 'PUT' ? await replacement(request) : await patched(request);
  const { object } = await updateObject(core, path.name, writeRequest(request, kind, path), (current) => {
    const wanted = change(scaleOf(current));
    const metadata = isObject(wanted) && isObject(wanted['metadata']) ? wanted['metadata'] : {};
    const version = metadata['resourceVersion'];
    if (version !== undefined && version !== '' && version !== current.metadata.resourceVersion)
      throw staleVersion(kind.definition, path.name);
    const spec = isObject(wanted) && isObject(wanted['spec']) ? wanted['spec'] : {};
    const replicas = spec['replicas'] ?? 0;
    if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
      throw invalid(kind.definition, path.name, [
        {
          reason: 'FieldValueInvalid',
          message: `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`,
          field: 'spec.replicas',
        },
      ]);
    }
    return { ...current, spec: { ...(current.spec as object | undefined), replicas } };
  });
  sendJson(request, response, 200, scaleOf(object));
}

async function replacement(request: ApiRequest): Promise<(scale: unknown) => unknown> {
  const body = await readObjectBody(request);
  return () => body;
}

async function patched(request: ApiRequest): Promise<(scale: unknown) => unknown> {
  const bytes = await readBytes(request.message);
  switch (mediaTypeOf(request.message)) {
    case 'application/json-patch+json': {
      const patch = parseJson(bytes);
      return (scale) => applyJsonPatch(scale, patch);
    }
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
    case 'application/apply-patch+yaml': {
      // A Scale has no lists, so the three ways of merging are one.
      const patch = parseYaml(bytes);
      return (scale) => mergePatch(scale, patch);
    }
    default:
      throw unsupportedMediaType('the body of the request was in an unknown format');
  }
}

function scaleOf(object: StoredObject): unknown {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const spec = isObject(object.spec) ? object.spec : {};
  const status = isObject(object.status) ? object.status : {};
  const selector = isObject(spec['selector']) && isObject(spec['selector']['matchLabels']) ? spec['selector']['matchLabels'] : {};
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp: creationTimestamp ?? timestamp(new Date(0)) },
    spec: { replicas: spec['replicas'] ?? 0 },
    status: {
      replicas: status['replicas'] ?? 0,
      selector: Object.entries(selector)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(','),
    },
  };
}
