import { isObject } from '../schema/conform';
import { fieldOf } from '../schema/field-schema';
import type { FieldSchema } from '../schema/field-schema';

/**
 * A set of field paths as a tree. Edges are path elements in Kubernetes' FieldsV1 notation: `f:name` (field), `k:{"name":"x"}` (item of a
 * keyed list), `v:"x"` (item of a set). `self` says whether the path that ends here is a member.
 */
export interface FieldSet {
  self: boolean;
  children: Map<string, FieldSet>;
}

export const emptySet = (): FieldSet => ({ self: false, children: new Map() });
const leaf = (): FieldSet => ({ self: true, children: new Map() });

export function isEmpty(set: FieldSet): boolean {
  return !set.self && [...set.children.values()].every(isEmpty);
}

/** How a list or map merges. Lists are atomic unless the schema says otherwise, maps and objects are not. */
export function isAtomic(value: unknown, schema: FieldSchema | undefined): boolean {
  if (Array.isArray(value)) return schema?.['x-kubernetes-list-type'] !== 'map' && schema?.['x-kubernetes-list-type'] !== 'set';
  if (isObject(value)) return schema?.['x-kubernetes-map-type'] === 'atomic';
  return true;
}

/** The path element of an item of a keyed list or set. */
export function itemElement(item: unknown, list: FieldSchema | undefined): string {
  if (list?.['x-kubernetes-list-type'] === 'set') return `v:${JSON.stringify(item)}`;
  const key: Record<string, unknown> = {};
  for (const name of [...(list?.['x-kubernetes-list-map-keys'] ?? [])].sort()) {
    const value = (isObject(item) ? item[name] : undefined) ?? fieldOf(list?.items, name)?.default;
    if (value !== undefined) key[name] = value;
  }
  return `k:${JSON.stringify(key)}`;
}

/** All fields that a value sets. */
export function fieldsOf(value: unknown, schema: FieldSchema | undefined): FieldSet {
  if (isAtomic(value, schema)) return leaf();
  const set = emptySet();
  if (Array.isArray(value)) {
    for (const item of value) {
      const child = isAtomic(item, schema?.items) ? leaf() : fieldsOf(item, schema?.items);
      set.children.set(itemElement(item, schema), { self: true, children: child.children });
    }
  } else if (isObject(value)) {
    for (const [name, field] of Object.entries(value)) {
      if (field !== undefined) set.children.set(`f:${name}`, fieldsOf(field, fieldOf(schema, name)));
    }
  }
  if (set.children.size === 0) set.self = true;
  return set;
}

/** Calls `combine` for the membership of every path of either set; parts that become empty are left out. */
function zip(a: FieldSet | undefined, b: FieldSet | undefined, combine: (a: boolean, b: boolean) => boolean): FieldSet {
  const result: FieldSet = { self: combine(a?.self ?? false, b?.self ?? false), children: new Map() };
  const elements = new Set([...(a?.children.keys() ?? []), ...(b?.children.keys() ?? [])]);
  for (const element of elements) {
    const child = zip(a?.children.get(element), b?.children.get(element), combine);
    if (!isEmpty(child)) result.children.set(element, child);
  }
  return result;
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => zip(a, b, (x, y) => x || y);
export const difference = (a: FieldSet, b: FieldSet): FieldSet => zip(a, b, (x, y) => x && !y);
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => zip(a, b, (x, y) => x && y);

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  return isEmpty(zip(a, b, (x, y) => x !== y));
}

/** The members as printed in conflicts: `.spec.template.spec.containers[name="app"].image`. */
export function memberPaths(set: FieldSet, prefix = ''): string[] {
  const own = set.self ? [prefix] : [];
  return [...own, ...[...set.children].flatMap(([element, child]) => memberPaths(child, prefix + printElement(element)))];
}

function printElement(element: string): string {
  const text = element.slice(2);
  if (element.startsWith('f:')) return `.${text}`;
  if (element.startsWith('v:')) return `[=${text}]`;
  const key = JSON.parse(text) as Record<string, unknown>;
  return `[${Object.entries(key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}]`;
}

/** Kubernetes' FieldsV1 form. */
export function toFieldsV1(set: FieldSet): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  if (set.self && set.children.size > 0) out['.'] = {};
  for (const [element, child] of [...set.children].sort(([a], [b]) => (a < b ? -1 : 1))) out[element] = toFieldsV1(child);
  return out;
}

export function fromFieldsV1(fields: Record<string, unknown>): FieldSet {
  const set = emptySet();
  for (const [element, child] of Object.entries(fields)) {
    if (element === '.') set.self = true;
    else if (isObject(child)) {
      const node = fromFieldsV1(child);
      if (node.children.size === 0) node.self = true;
      set.children.set(element, node);
    }
  }
  return set;
}
