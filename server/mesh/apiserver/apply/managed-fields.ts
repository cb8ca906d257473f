import type { ManagedFieldsEntry } from '@/lib/kinds';
import { isObject } from '../schema/conform';
import type { FieldSchema } from '../schema/field-schema';
import type { StoredObject } from '../storage/stored-object';
import type { Cause } from '../status-errors';
import { compare } from './compare';
import { difference, emptySet, fieldsOf, fromFieldsV1, intersection, isEmpty, memberPaths, sameSet, toFieldsV1, union } from './field-set';
import type { FieldSet } from './field-set';
import { mergeConfig, removeFields } from './merge';

/** Who writes, and through which door. */
export interface FieldWriter {
  manager: string;
  apiVersion: string;
  subresource: string;
  /** RFC 3339, seconds. */
  time: string;
}

interface Manager extends FieldWriter {
  operation: 'Apply' | 'Update';
  set: FieldSet;
}

/** metadata that the server alone writes, and nobody owns. */
const systemMetadata = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
]);

/** managedFields after a create or update that turned `before` into `after`. */
export function trackUpdate(
  before: StoredObject | undefined,
  after: StoredObject,
  schema: FieldSchema,
  writer: FieldWriter,
): ManagedFieldsEntry[] {
  const managers = decode(after.metadata.managedFields ?? []);
  const { added, modified, removed } = compare(before === undefined ? {} : ownable(before), ownable(after), schema);
  const mine = union(added, modified);
  if (isEmpty(mine) && isEmpty(removed)) return encode(managers);
  let found = false;
  for (const manager of managers) {
    const own = manager.operation === 'Update' && sameWriter(manager, writer) && manager.apiVersion === writer.apiVersion;
    const next = own ? union(difference(manager.set, removed), mine) : difference(difference(manager.set, removed), mine);
    if (own) found = true;
    if (!sameSet(next, manager.set)) {
      manager.set = next;
      if (own) manager.time = writer.time;
    }
  }
  if (!found) managers.push({ ...writer, operation: 'Update', set: mine });
  return encode(managers);
}

export interface Applied {
  object: StoredObject;
  managedFields: ManagedFieldsEntry[];
  /** One per field that another manager owns with another value; non-empty only without force. */
  conflicts: Cause[];
}

/**
 * Server-side apply (Kubernetes' structured merge): what `config` says is merged into `live` and owned by the writer; what the writer owned
 * and says no more is removed, unless others own it too.
 */
export function applyConfig(
  live: StoredObject | undefined,
  config: StoredObject,
  schema: FieldSchema,
  writer: FieldWriter,
  force: boolean,
): Applied {
  const managers = decode(live?.metadata.managedFields ?? []);
  const wanted = ownable(config);
  // The object itself is nobody's field, also when nothing is said about it.
  const wantedSet = { ...fieldsOf(wanted, schema), self: false };
  const mine = managers.find((manager) => manager.operation === 'Apply' && sameWriter(manager, writer));
  const previous = mine?.set ?? emptySet();
  const others = managers.filter((manager) => manager !== mine);

  const base: StoredObject = live ?? { apiVersion: config.apiVersion, kind: config.kind, metadata: { name: config.metadata.name } };
  const merged = mergeConfig(base, wanted, schema) as StoredObject;
  const owned = others.reduce((all, manager) => union(all, manager.set), wantedSet);
  const dropped = difference(previous, owned);
  const object = isEmpty(dropped) ? merged : withIdentity(removeFields(merged, dropped, owned, schema), base);

  const { added, modified, removed } = compare(live === undefined ? {} : ownable(live), ownable(object), schema);
  const changed = union(added, modified);
  const conflicts: Cause[] = [];
  for (const manager of others) {
    const taken = intersection(manager.set, changed);
    if (!isEmpty(taken) && !force)
      conflicts.push(
        ...memberPaths(taken).map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${describe(manager)}`, field })),
      );
    manager.set = difference(difference(manager.set, taken), removed);
  }
  if (mine === undefined) managers.push({ ...writer, operation: 'Apply', set: wantedSet });
  else {
    if (!sameSet(mine.set, wantedSet) || !isEmpty(changed) || !isEmpty(removed) || mine.apiVersion !== writer.apiVersion)
      mine.time = writer.time;
    mine.set = wantedSet;
    mine.apiVersion = writer.apiVersion;
  }
  return { object, managedFields: encode(managers), conflicts };
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Fields that `kubectl apply` on the client wrote and nobody changed since: kubectl's own server-side apply takes them over without force,
 * so that users can move from one to the other.
 */
export function movableFields(live: StoredObject, schema: FieldSchema): ReadonlySet<string> {
  const text = live.metadata.annotations?.[lastApplied];
  if (text === undefined) return new Set();
  try {
    const applied = ownable(JSON.parse(text) as StoredObject);
    const { modified, removed } = compare(applied, ownable(live), schema);
    return new Set(memberPaths(difference(fieldsOf(applied, schema), union(modified, removed))));
  } catch {
    // Somebody wrote nonsense into the annotation: then nothing moves by itself.
    return new Set();
  }
}

/** The text of a refused apply, as kubectl users know it. */
export function conflictMessage(conflicts: readonly Cause[]): string {
  if (conflicts.length === 1) return `Apply failed with 1 conflict: ${conflicts[0]?.message}: ${conflicts[0]?.field}`;
  const byManager = Map.groupBy(conflicts, (one) => one.message);
  const parts = [...byManager].map(
    ([message, fields]) => `${message.replace(/^conflict with/, 'conflicts with')}:\n${fields.map(({ field }) => `- ${field}`).join('\n')}`,
  );
  return `Apply failed with ${conflicts.length} conflicts: ${parts.join('\n')}`;
}

function describe(manager: Manager): string {
  const through = manager.subresource === '' ? '' : ` with subresource ${JSON.stringify(manager.subresource)}`;
  const at = manager.operation === 'Update' ? ` at ${manager.time}` : '';
  return `${JSON.stringify(manager.manager)}${through} using ${manager.apiVersion}${at}`;
}

const sameWriter = (a: FieldWriter, b: FieldWriter): boolean => a.manager === b.manager && a.subresource === b.subresource;

/** The part of an object that managers can own. */
function ownable(object: StoredObject): Record<string, unknown> {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = object;
  const own = Object.entries(metadata).filter(([name, value]) => !systemMetadata.has(name) && value !== undefined);
  return own.length === 0 ? rest : { metadata: Object.fromEntries(own), ...rest };
}

/** Removal never touches who the object is. */
function withIdentity(value: unknown, base: StoredObject): StoredObject {
  const left: Record<string, unknown> = isObject(value) ? value : {};
  const metadata: Record<string, unknown> = isObject(left['metadata']) ? left['metadata'] : {};
  const identity = Object.entries(base.metadata).filter(([name]) => systemMetadata.has(name));
  return {
    ...left,
    apiVersion: base.apiVersion,
    kind: base.kind,
    metadata: { ...(Object.fromEntries(identity) as { name: string }), ...metadata },
  };
}

function decode(entries: readonly ManagedFieldsEntry[]): Manager[] {
  return entries.map((entry) => ({
    manager: entry.manager ?? '',
    operation: entry.operation ?? 'Update',
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time ?? '',
    set: fromFieldsV1(entry.fieldsV1 ?? {}),
  }));
}

function encode(managers: readonly Manager[]): ManagedFieldsEntry[] {
  return managers
    .filter((manager) => !isEmpty(manager.set))
    .map(({ manager, operation, apiVersion, subresource, time, set }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === '' ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(set),
      ...(subresource === '' ? {} : { subresource }),
    }));
}
