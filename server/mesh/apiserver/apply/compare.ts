import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../schema/conform';
import { fieldOf } from '../schema/field-schema';
import type { FieldSchema } from '../schema/field-schema';
import { emptySet, fieldsOf, isAtomic, isEmpty, itemElement } from './field-set';
import type { FieldSet } from './field-set';

/** Which fields differ between two values. */
export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

export function compare(before: unknown, after: unknown, schema: FieldSchema | undefined): Comparison {
  const result: Comparison = { added: emptySet(), modified: emptySet(), removed: emptySet() };
  if (before === after) return result;
  if (before === undefined) result.added = fieldsOf(after, schema);
  else if (after === undefined) result.removed = fieldsOf(before, schema);
  else if (isAtomic(before, schema) || isAtomic(after, schema) || Array.isArray(before) !== Array.isArray(after)) {
    if (!isDeepStrictEqual(before, after)) result.modified.self = true;
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const old = new Map(before.map((item: unknown) => [itemElement(item, schema), item]));
    const present = new Map(after.map((item: unknown) => [itemElement(item, schema), item]));
    merge(result, old, present, () => schema?.items, true);
  } else if (isObject(before) && isObject(after)) {
    const prefix = (fields: Record<string, unknown>) => new Map(Object.entries(fields).map(([name, value]) => [`f:${name}`, value]));
    merge(result, prefix(before), prefix(after), (element) => fieldOf(schema, element.slice(2)), false);
  }
  return result;
}

function merge(
  result: Comparison,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  schemaOf: (element: string) => FieldSchema | undefined,
  items: boolean,
): void {
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    const child = compare(before.get(element), after.get(element), schemaOf(element));
    // An item that comes or goes is a member itself, besides its fields.
    if (items && !before.has(element)) child.added.self = true;
    if (items && !after.has(element)) child.removed.self = true;
    for (const part of ['added', 'modified', 'removed'] as const)
      if (!isEmpty(child[part])) result[part].children.set(element, child[part]);
  }
}
