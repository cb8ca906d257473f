import type { ManagedFieldsEntry, ObjectMeta } from '@/lib/kinds';
import { findUnknownFields, sayUnknownField } from '@/lib/validate';
import { allocateService, keepClusterIp } from '../admission/allocate-service';
import { applyDefaults } from '../admission/apply-defaults';
import { validateObject } from '../admission/validate-object';
import type { AdmissionContext } from '../admission/admission';
import type { ApiCore } from '../core';
import { conform, isObject, textOf } from '../schema/conform';
import { apiVersionOf } from '../served-kinds';
import { badRequest, invalid } from '../status-errors';
import type { Cause } from '../status-errors';
import type { StoredObject } from '../storage/stored-object';
import type { WriteRequest } from './write-request';

/**
 * Reads a body as an object of the request's kind, in its stored form: type and place checked against the URL, unknown fields refused,
 * reported or dropped.
 * @throws HeddleError `bad_request`.
 */
export function readObject(body: unknown, request: WriteRequest): StoredObject {
  if (!isObject(body)) throw badRequest('the body is not an object');
  const { definition } = request.kind;
  const apiVersion = apiVersionOf(definition.group, request.version);
  const { apiVersion: givenVersion, kind: givenKind } = body;
  if (givenKind !== undefined && givenKind !== definition.kind) {
    throw badRequest(`${JSON.stringify(givenKind)} in the body does not match the kind ${JSON.stringify(definition.kind)} of the URL`);
  }
  if (givenVersion !== undefined && givenVersion !== apiVersion) {
    throw badRequest(`the API version in the data (${textOf(givenVersion)}) does not match the expected API version (${apiVersion})`);
  }
  const metadata = body['metadata'] ?? {};
  if (!isObject(metadata)) throw badRequest('metadata is not an object');
  const unknown: string[] = [];
  const known = conform({ ...body, apiVersion, kind: definition.kind, metadata }, request.kind.schema(), unknown) as StoredObject;
  reportUnknown(unknown, body['spec'], request);
  const stored = request.kind.conversion === undefined ? known : request.kind.conversion.toStorage(known);
  return { ...stored, apiVersion: request.kind.storageApiVersion, metadata: placed(stored.metadata, request) };
}

function reportUnknown(unknown: readonly string[], spec: unknown, request: WriteRequest): void {
  if (unknown.length === 0 || request.fieldValidation === 'Ignore') return;
  const schema = request.kind.definition.spec;
  // The sentence of the editor, with the field that was probably meant.
  const near = new Map((schema === undefined ? [] : findUnknownFields(schema, spec, 'spec')).map((one) => [one.path, one.near]));
  const texts = unknown.map((path) => sayUnknownField({ path, near: near.get(path) }));
  if (request.fieldValidation === 'Strict') {
    const { kind } = request.kind.definition;
    throw badRequest(
      `${kind} in version ${JSON.stringify(request.version)} cannot be handled as a ${kind}: strict decoding error: ${texts.join(', ')}`,
    );
  }
  request.warnings.push(...texts);
}

function placed(metadata: ObjectMeta, request: WriteRequest): ObjectMeta {
  const { namespace, ...rest } = metadata;
  if (!request.kind.definition.namespaced) return rest;
  if (namespace !== undefined && namespace !== '' && namespace !== request.namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  return { ...rest, namespace: request.namespace };
}

/** Defaults, mutators, allocation and validation: what stands between a write and the store. @throws HeddleError `invalid_object`. */
export function admit(core: ApiCore, object: StoredObject, before: StoredObject | undefined, request: WriteRequest): StoredObject {
  const { definition } = request.kind;
  const key = request.kind.collection;
  const space = core.store.latest('/namespaces', '', request.namespace);
  const context: AdmissionContext = {
    operation: before === undefined ? 'CREATE' : 'UPDATE',
    kind: definition,
    namespaceLabels: space?.metadata.labels ?? {},
    oldObject: before,
    dryRun: request.dryRun,
  };
  let next = applyDefaults(object, key);
  for (const mutate of core.mutators) {
    const mutated = mutate(next, context);
    if (mutated !== next) next = applyDefaults(mutated, key);
  }
  if (key === '/services') next = keepClusterIp(next, before);
  const causes = validateObject(next, definition, before);
  if (causes.length > 0) throw invalid(definition, next.metadata.name, causes);
  if (key === '/services') next = allocateService(next, definition, before, core.store);
  const errors: Cause[] = [];
  for (const validate of core.validators) {
    const found = validate(next, { ...context, list: (group, plural) => core.store.listLatest(`${group}/${plural}`) });
    errors.push(...(found.errors ?? []).map(({ path, message }) => ({ reason: 'FieldValueInvalid', message, field: path })));
    request.warnings.push(...(found.warnings ?? []));
  }
  if (errors.length > 0) throw invalid(definition, next.metadata.name, errors);
  return next;
}

export function withManagedFields(object: StoredObject, managedFields: ManagedFieldsEntry[]): StoredObject {
  const { managedFields: _old, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields.length === 0 ? metadata : { ...metadata, managedFields } };
}
