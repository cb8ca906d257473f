import { trackUpdate } from '../apply/managed-fields';
import { timestamp } from '../core';
import type { ApiCore } from '../core';
import { apiVersionOf } from '../served-kinds';
import { alreadyExists, badRequest, forbidden, invalid, notFound, statusError } from '../status-errors';
import type { StoredObject } from '../storage/stored-object';
import { admit, readObject, withManagedFields } from './prepare-object';
import type { WriteRequest } from './write-request';

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';

/** POST. @returns the object as stored (or as it would be, with dryRun). */
export async function createObject(core: ApiCore, body: unknown, request: WriteRequest): Promise<StoredObject> {
  const read = readObject(body, request);
  if (read.metadata.resourceVersion !== undefined && read.metadata.resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const { generateName } = read.metadata;
  const wantsName = (read.metadata.name ?? '') === '' && generateName !== undefined && generateName !== '';
  for (let attempt = 0; ; attempt++) {
    const name = wantsName ? `${generateName.slice(0, 58)}${randomSuffix(core.random)}` : read.metadata.name;
    if (name === undefined || name === '') {
      throw invalid(request.kind.definition, '', [
        { reason: 'FieldValueRequired', message: 'Required value: name or generateName is required', field: 'metadata.name' },
      ]);
    }
    const named = { ...read, metadata: { ...read.metadata, name } };
    if (wantsName && attempt < 8 && core.store.latest(request.kind.collection, request.namespace, name) !== undefined) continue;
    return insert(core, named, request);
  }
}

async function insert(core: ApiCore, object: StoredObject, request: WriteRequest): Promise<StoredObject> {
  const decide = (current: StoredObject | undefined): StoredObject => {
    if (current !== undefined) throw alreadyExists(request.kind.definition, object.metadata.name);
    return createdFrom(core, object, request, (admitted) =>
      trackUpdate(undefined, admitted, request.kind.schema(), {
        manager: request.fieldManager,
        apiVersion: apiVersionOf(request.kind.definition.group, request.version),
        subresource: request.subresource,
        time: timestamp(core.now()),
      }),
    );
  };
  if (request.dryRun) return decide(core.store.latest(request.kind.collection, request.namespace, object.metadata.name));
  const written = await core.store.write(request.kind.collection, request.namespace, object.metadata.name, (current) => ({
    put: decide(current),
  }));
  if (written.object === undefined) throw notFound(request.kind.definition, object.metadata.name);
  return written.object;
}

/** A new object: system metadata set, admitted, its fields owned as `manage` says. Also the way server-side apply creates. */
export function createdFrom(
  core: ApiCore,
  object: StoredObject,
  request: WriteRequest,
  manage: (admitted: StoredObject) => NonNullable<StoredObject['metadata']['managedFields']>,
): StoredObject {
  const { definition } = request.kind;
  checkNamespace(core, request, object.metadata.name);
  const { deletionTimestamp: _gone, deletionGracePeriodSeconds: _grace, managedFields, ...metadata } = object.metadata;
  const { status: _status, ...rest } = object;
  const fresh: StoredObject = {
    // The status is the business of the kind's controller; kinds without the subresource keep what they were given.
    ...(definition.hasStatus ? rest : object),
    ...initialStatus(request),
    metadata: {
      ...metadata,
      uid: core.newUid(),
      creationTimestamp: timestamp(core.now()),
      ...(hasGeneration(request) ? { generation: 1 } : {}),
      ...(managedFields === undefined ? {} : { managedFields }),
    },
  };
  const admitted = admit(core, fresh, undefined, request);
  return withManagedFields(admitted, manage(admitted));
}

/** Kubernetes counts generations of everything with a spec but the core group's kinds. */
export function hasGeneration(request: WriteRequest): boolean {
  return request.kind.definition.spec !== undefined && request.kind.definition.group !== '';
}

function initialStatus(request: WriteRequest): { status?: unknown } {
  switch (request.kind.collection) {
    case '/pods':
      return { status: { phase: 'Pending', qosClass: 'BestEffort' } };
    case 'apps/deployments':
    case 'apps/statefulsets':
      return { status: {} };
    case 'apps/replicasets':
      return { status: { replicas: 0 } };
    default:
      return {};
  }
}

function checkNamespace(core: ApiCore, request: WriteRequest, name: string): void {
  if (!request.kind.definition.namespaced) return;
  const namespaces = core.kinds.get('/namespaces');
  const space = core.store.latest('/namespaces', '', request.namespace);
  if (space === undefined && namespaces !== undefined) throw notFound(namespaces.definition, request.namespace);
  if (space?.metadata.deletionTimestamp !== undefined) {
    const what = request.kind.definition.plural;
    throw forbidden(
      `${what} "${name}" is forbidden: unable to create new content in namespace ${request.namespace} because it is being terminated`,
      {
        name,
        kind: what,
        causes: [
          { reason: 'NamespaceTerminating', message: `namespace ${request.namespace} is being terminated`, field: 'metadata.namespace' },
        ],
      },
    );
  }
  if (request.namespace === '') throw statusError('bad_request', 400, 'BadRequest', 'an empty namespace may not be set during creation');
}

function randomSuffix(random: () => number): string {
  let text = '';
  for (let i = 0; i < 5; i++) text += suffixLetters[Math.floor(random() * suffixLetters.length)] ?? 'x';
  return text;
}
