import { isObject } from '../schema/conform';
import { fieldOf } from '../schema/field-schema';
import type { FieldSchema } from '../schema/field-schema';
import { isAtomic, isEmpty, itemElement } from './field-set';
import type { FieldSet } from './field-set';

/** `live` with everything that `config` says; lists merge as the schema tells. */
export function mergeConfig(live: unknown, config: unknown, schema: FieldSchema | undefined): unknown {
  if (config === undefined) return live;
  if (live === undefined || isAtomic(config, schema) || isAtomic(live, schema)) return config;
  if (Array.isArray(config)) return Array.isArray(live) ? mergeItems(live, config, schema) : config;
  if (!isObject(config) || !isObject(live)) return config;
  const result: Record<string, unknown> = { ...live };
  for (const [name, value] of Object.entries(config)) result[name] = mergeConfig(live[name], value, fieldOf(schema, name));
  return result;
}

/** The items of both, in the order of `config`; items only `live` has stay in front of the neighbour they had. */
function mergeItems(live: readonly unknown[], config: readonly unknown[], schema: FieldSchema | undefined): unknown[] {
  const wanted = config.map((item) => ({ element: itemElement(item, schema), item }));
  const present = new Map(live.map((item) => [itemElement(item, schema), item]));
  const inConfig = new Set(wanted.map(({ element }) => element));
  const result: unknown[] = [];
  let next = 0;
  for (const [element, item] of present) {
    if (!inConfig.has(element)) {
      result.push(item);
      continue;
    }
    const until = wanted.findIndex((one) => one.element === element);
    for (; next <= until; next++) result.push(mergedItem(wanted[next], present, schema));
  }
  for (; next < wanted.length; next++) result.push(mergedItem(wanted[next], present, schema));
  return result;
}

function mergedItem(
  wanted: { element: string; item: unknown } | undefined,
  live: ReadonlyMap<string, unknown>,
  schema: FieldSchema | undefined,
): unknown {
  return wanted && mergeConfig(live.get(wanted.element), wanted.item, schema?.items);
}

/**
 * Removes the members of `gone` from a value, unless something below them is in `kept`. Containers that become empty by it go too.
 * `undefined` when nothing is left.
 */
export function removeFields(value: unknown, gone: FieldSet, kept: FieldSet | undefined, schema: FieldSchema | undefined): unknown {
  const ownsBelow = kept !== undefined && !isEmpty(kept);
  if (gone.self && !ownsBelow) return undefined;
  if (gone.children.size === 0) return value;
  if (Array.isArray(value) && !isAtomic(value, schema)) {
    const items = value
      .map((item: unknown) => {
        const element = itemElement(item, schema);
        const child = gone.children.get(element);
        return child === undefined ? item : removeFields(item, child, kept?.children.get(element), schema?.items);
      })
      .filter((item) => item !== undefined);
    return items.length === 0 && value.length > 0 ? undefined : items;
  }
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const child = gone.children.get(`f:${name}`);
    const left = child === undefined ? field : removeFields(field, child, kept?.children.get(`f:${name}`), fieldOf(schema, name));
    if (left !== undefined) result[name] = left;
  }
  return Object.keys(result).length === 0 && Object.keys(value).length > 0 ? undefined : result;
}
