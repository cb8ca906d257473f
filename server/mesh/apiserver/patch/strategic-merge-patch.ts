import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../schema/conform';
import { fieldOf } from '../schema/field-schema';
import type { FieldSchema } from '../schema/field-schema';
import { badRequest } from '../status-errors';

type Fields = Record<string, unknown>;

const deleteFrom = '$deleteFromPrimitiveList/';
const orderOf = '$setElementOrder/';

/**
 * Kubernetes' strategic merge patch: like a merge patch, but keyed lists merge item by item. Knows `$patch: replace | delete | merge`,
 * `$retainKeys`, `$deleteFromPrimitiveList/…` and `$setElementOrder/…`.
 * @throws HeddleError `bad_request` for a directive that does not fit.
 */
export function strategicMergePatch(target: unknown, patch: unknown, schema: FieldSchema | undefined): unknown {
  if (!isObject(patch)) return patch;
  const directive = patch['$patch'];
  if (directive === 'delete') return undefined;
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive !== undefined && directive !== 'merge') throw badRequest(`unknown $patch directive ${JSON.stringify(directive)}`);

  const result: Fields = isObject(target) ? { ...target } : {};
  const retain = patch['$retainKeys'];
  if (Array.isArray(retain)) for (const name of Object.keys(result)) if (!retain.includes(name)) delete result[name];

  for (const [name, value] of Object.entries(patch)) {
    if (name === '$patch' || name === '$retainKeys' || name.startsWith(orderOf)) continue;
    if (name.startsWith(deleteFrom)) {
      const field = name.slice(deleteFrom.length);
      const present = result[field];
      if (Array.isArray(present) && Array.isArray(value)) result[field] = present.filter((item: unknown) => !includes(value, item));
      continue;
    }
    if (value === null) {
      delete result[name];
      continue;
    }
    const field = fieldOf(schema, name);
    const next = Array.isArray(value) ? mergeList(result[name], value, field) : strategicMergePatch(result[name], value, field);
    if (next === undefined) delete result[name];
    else result[name] = next;
  }
  for (const [name, order] of Object.entries(patch)) {
    if (name.startsWith(orderOf) && Array.isArray(order))
      sortList(result, name.slice(orderOf.length), order, fieldOf(schema, name.slice(orderOf.length)));
  }
  return result;
}

function mergeKeyOf(schema: FieldSchema | undefined): string | undefined {
  return schema?.['x-kubernetes-patch-merge-key'];
}

function mergeList(present: unknown, patch: unknown[], schema: FieldSchema | undefined): unknown[] {
  const strategy = schema?.['x-kubernetes-patch-strategy'] ?? '';
  const old: unknown[] = Array.isArray(present) ? present : [];
  if (!strategy.includes('merge')) return patch.map(withoutDirectives);
  const key = mergeKeyOf(schema);
  if (key === undefined) return [...old, ...patch.filter((item) => !includes(old, item))];
  if (patch.some((item) => isObject(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isObject(item) && item['$patch'] === 'replace')).map(withoutDirectives);
  }
  const result = [...old];
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`an item of a list that merges by "${key}" is not an object`);
    if (item[key] === undefined) throw badRequest(`an item of a list that merges by "${key}" has no "${key}"`);
    const at = result.findIndex((one) => isObject(one) && one[key] === item[key]);
    if (item['$patch'] === 'delete') {
      if (at !== -1) result.splice(at, 1);
    } else if (at === -1) result.push(withoutDirectives(strategicMergePatch({}, item, schema?.items)));
    else result[at] = strategicMergePatch(result[at], item, schema?.items);
  }
  return result;
}

/** Items named in `order` come in that order; the others keep their places behind the neighbour in front of them. */
function sortList(owner: Fields, name: string, order: unknown[], schema: FieldSchema | undefined): void {
  const list = owner[name];
  if (!Array.isArray(list)) return;
  const key = mergeKeyOf(schema);
  const identity = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item);
  const ranks = new Map(order.map((item, index) => [identity(item), index]));
  const sorted = list
    .filter((item: unknown) => ranks.has(identity(item)))
    .sort((a: unknown, b: unknown) => (ranks.get(identity(a)) ?? 0) - (ranks.get(identity(b)) ?? 0));
  owner[name] = list.map((item: unknown) => (ranks.has(identity(item)) ? (sorted.shift() as unknown) : item));
}

const includes = (list: readonly unknown[], item: unknown): boolean => list.some((one) => isDeepStrictEqual(one, item));

function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name, field]) => !name.startsWith('$') && field !== null);
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutDirectives(field)]));
}
