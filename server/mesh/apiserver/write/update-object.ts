import { isDeepStrictEqual } from 'node:util';
import type { ManagedFieldsEntry } from '@/lib/kinds';
import { applyConfig, conflictMessage, movableFields, trackUpdate } from '../apply/managed-fields';
import type { FieldWriter } from '../apply/managed-fields';
import { timestamp } from '../core';
import type { ApiCore } from '../core';
import { apiVersionOf } from '../served-kinds';
import { badRequest, conflict, notFound, staleVersion } from '../status-errors';
import type { WriteDecision } from '../storage/object-store';
import type { StoredObject } from '../storage/stored-object';
import { createdFrom, hasGeneration } from './create-object';
import { admit, readObject, withManagedFields } from './prepare-object';
import type { WriteRequest } from './write-request';

export interface UpdateResult {
  object: StoredObject;
  created: boolean;
}

/**
 * PUT and the patches: `change` makes the wanted object from the present one (in its stored form); what the writer may not touch is put back.
 * @throws HeddleError `not_found`, `conflict` (stale resourceVersion), `invalid_object`.
 */
export async function updateObject(
  core: ApiCore,
  name: string,
  request: WriteRequest,
  change: (current: StoredObject) => unknown,
): Promise<UpdateResult> {
  return commit(core, name, request, (current) => {
    if (current === undefined) throw notFound(request.kind.definition, name);
    const wanted = readObject(change(current), request);
    if (wanted.metadata.name !== undefined && wanted.metadata.name !== name) {
      throw badRequest(`the name of the object (${wanted.metadata.name}) does not match the name on the URL (${name})`);
    }
    checkPreconditions(current, wanted, request);
    return finished(core, current, permitted(current, wanted, request), request, (admitted) =>
      trackUpdate(current, admitted, request.kind.schema(), writerOf(core, request)),
    );
  });
}

/**
 * Server-side apply. Creates the object when there is none.
 * @throws HeddleError `conflict` with a cause per field that someone else owns.
 */
export async function applyObject(
  core: ApiCore,
  name: string,
  body: unknown,
  request: WriteRequest,
  force: boolean,
): Promise<UpdateResult> {
  const config = readObject(body, request);
  if (config.metadata.name !== undefined && config.metadata.name !== name) {
    throw badRequest(`the name of the object (${config.metadata.name}) does not match the name on the URL (${name})`);
  }
  if (config.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const wanted = scoped({ ...config, metadata: { ...config.metadata, name } }, request);
  const writer = writerOf(core, request);
  const schema = request.kind.schema();
  return commit(core, name, request, (current) => {
    if (current === undefined) {
      if (request.subresource !== '') throw notFound(request.kind.definition, name);
      if (config.metadata.resourceVersion !== undefined) throw staleVersion(request.kind.definition, name);
      return {
        put: createdFrom(core, wanted, request, () => applyConfig(undefined, wanted, schema, writer, force).managedFields),
        created: true,
      };
    }
    checkPreconditions(current, config, request);
    const { resourceVersion: _version, ...metadata } = wanted.metadata;
    const applied = { ...wanted, metadata };
    let { object, managedFields, conflicts } = applyConfig(current, applied, schema, writer, force);
    if (conflicts.length > 0 && writer.manager === 'kubectl') {
      const movable = movableFields(current, schema);
      const real = conflicts.filter(({ field }) => !movable.has(field ?? ''));
      if (real.length === 0) ({ object, managedFields, conflicts } = applyConfig(current, applied, schema, writer, true));
      else conflicts = real;
    }
    if (conflicts.length > 0) throw conflict(request.kind.definition, name, conflictMessage(conflicts), conflicts);
    return finished(core, current, permitted(current, object, request), request, () => managedFields);
  });
}

type Outcome = WriteDecision & { created?: boolean };

async function commit(
  core: ApiCore,
  name: string,
  request: WriteRequest,
  decide: (current: StoredObject | undefined) => Outcome,
): Promise<UpdateResult> {
  const { collection } = request.kind;
  if (request.dryRun) {
    const current = core.store.latest(collection, request.namespace, name);
    const outcome = decide(current);
    const object = 'put' in outcome ? outcome.put : current;
    if (object === undefined) throw notFound(request.kind.definition, name);
    return { object, created: outcome.created === true };
  }
  let created = false;
  const written = await core.store.write(collection, request.namespace, name, (current) => {
    const outcome = decide(current);
    created = outcome.created === true;
    return outcome;
  });
  if (written.object === undefined) throw notFound(request.kind.definition, name);
  return { object: written.object, created };
}

function writerOf(core: ApiCore, request: WriteRequest): FieldWriter {
  return {
    manager: request.fieldManager,
    apiVersion: apiVersionOf(request.kind.definition.group, request.version),
    subresource: request.subresource,
    time: timestamp(core.now()),
  };
}

function checkPreconditions(current: StoredObject, wanted: StoredObject, request: WriteRequest): void {
  const { resourceVersion, uid } = wanted.metadata;
  const { name } = current.metadata;
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== current.metadata.resourceVersion) {
    throw staleVersion(request.kind.definition, name);
  }
  if (uid !== undefined && uid !== '' && uid !== current.metadata.uid) {
    throw conflict(
      request.kind.definition,
      name,
      `Operation cannot be fulfilled on ${request.kind.definition.plural} "${name}": Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid ?? ''}`,
    );
  }
}

/** The part of an applied configuration that goes through this door. */
function scoped(config: StoredObject, request: WriteRequest): StoredObject {
  if (request.subresource === 'status') {
    const { apiVersion, kind, metadata, status } = config;
    return { apiVersion, kind, metadata: { name: metadata.name }, ...(status === undefined ? {} : { status }) };
  }
  if (!request.kind.definition.hasStatus) return config;
  const { status: _status, ...rest } = config;
  return rest;
}

/** The wanted object with everything restored that this door does not write. */
function permitted(current: StoredObject, wanted: StoredObject, request: WriteRequest): StoredObject {
  const { metadata } = current;
  const fixed = {
    name: metadata.name,
    ...keep(metadata, 'namespace'),
    ...keep(metadata, 'generateName'),
    ...keep(metadata, 'uid'),
    ...keep(metadata, 'creationTimestamp'),
    ...keep(metadata, 'deletionTimestamp'),
    ...keep(metadata, 'deletionGracePeriodSeconds'),
    ...keep(metadata, 'generation'),
    ...keep(metadata, 'resourceVersion'),
  };
  const managedFields = startingOwners(current, wanted);
  if (request.subresource === 'status') {
    const { status: _old, ...rest } = current;
    return { ...rest, metadata: { ...metadata, managedFields }, ...(wanted.status === undefined ? {} : { status: wanted.status }) };
  }
  const { labels, annotations, ownerReferences, finalizers } = wanted.metadata;
  const next: StoredObject = {
    ...wanted,
    metadata: {
      ...fixed,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(ownerReferences === undefined || ownerReferences.length === 0 ? {} : { ownerReferences }),
      ...(finalizers === undefined || finalizers.length === 0 ? {} : { finalizers }),
      managedFields,
    },
  };
  if (!request.kind.definition.hasStatus) return next;
  const { status: _ignored, ...rest } = next;
  return { ...rest, ...(current.status === undefined ? {} : { status: current.status }) };
}

function keep(metadata: StoredObject['metadata'], name: keyof StoredObject['metadata']): Partial<StoredObject['metadata']> {
  return metadata[name] === undefined ? {} : { [name]: metadata[name] };
}

/** Who may send managedFields: nobody needs to; kubectl does when it turns a client-side apply into a server-side one. `[{}]` resets them. */
function startingOwners(current: StoredObject, wanted: StoredObject): ManagedFieldsEntry[] {
  const given = wanted.metadata.managedFields;
  if (given === undefined || given.length === 0) return current.metadata.managedFields ?? [];
  if (given.length === 1 && given[0] !== undefined && Object.keys(given[0]).length === 0) return [];
  return given;
}

function finished(
  core: ApiCore,
  current: StoredObject,
  wanted: StoredObject,
  request: WriteRequest,
  manage: (admitted: StoredObject) => ManagedFieldsEntry[],
): WriteDecision {
  const admitted = admit(core, wanted, current, request);
  const counted =
    hasGeneration(request) && specChanged(current, admitted) ? withGeneration(admitted, (current.metadata.generation ?? 0) + 1) : admitted;
  const managed = withManagedFields(counted, manage(counted));
  if (current.metadata.deletionTimestamp !== undefined && isReleased(managed)) return { remove: true, last: managed };
  return isDeepStrictEqual(plain(managed), plain(current)) ? { keep: true } : { put: managed };
}

/** Whether nothing holds back the removal of an object that is being deleted. Pods wait for their node, namespaces for their content. */
export function isReleased(object: StoredObject): boolean {
  const { finalizers = [], deletionGracePeriodSeconds } = object.metadata;
  if (finalizers.length > 0) return false;
  if (object.kind === 'Namespace') return false;
  return !(object.kind === 'Pod' && (deletionGracePeriodSeconds ?? 0) > 0);
}

function specChanged(before: StoredObject, after: StoredObject): boolean {
  const relevant = ({ metadata: _metadata, status: _status, ...rest }: StoredObject) => rest;
  return !isDeepStrictEqual(plain(relevant(before) as StoredObject), plain(relevant(after) as StoredObject));
}

function withGeneration(object: StoredObject, generation: number): StoredObject {
  return { ...object, metadata: { ...object.metadata, generation } };
}

/** Key order and undefined fields do not count when two states are compared. */
function plain(object: StoredObject): unknown {
  return JSON.parse(JSON.stringify(object)) as unknown;
}
