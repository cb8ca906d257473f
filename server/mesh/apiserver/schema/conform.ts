import { fieldOf, keepsUnknown } from './field-schema';
import type { FieldSchema } from './field-schema';

type Json = unknown;

/**
 * The value without fields that the schema does not know (their paths are added to `unknown`) and without nulls, which in Kubernetes mean
 * "not set". Parts that are free are kept as they are. Returns the same value when nothing had to go.
 */
export function conform(value: Json, schema: FieldSchema | undefined, unknown: string[], path = ''): Json {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    let changed = false;
    const items = value.map((item: Json, index) => {
      const next = conform(item, schema.items, unknown, `${path}[${index}]`);
      changed ||= next !== item;
      return next;
    });
    return changed ? items : value;
  }
  if (!isObject(value)) return value;
  const free = keepsUnknown(schema);
  const closed = schema.type === 'object' || schema.properties !== undefined || schema.anyOf !== undefined;
  let changed = false;
  const result: Record<string, Json> = {};
  for (const [name, field] of Object.entries(value)) {
    const fieldSchema = fieldOf(schema, name);
    if (fieldSchema === undefined) {
      if (free || !closed) result[name] = field;
      else {
        unknown.push(path === '' ? name : `${path}.${name}`);
        changed = true;
      }
      continue;
    }
    if (field === null) {
      changed = true;
      continue;
    }
    const next = conform(field, fieldSchema, unknown, path === '' ? name : `${path}.${name}`);
    changed ||= next !== field;
    result[name] = next;
  }
  return changed ? result : value;
}

/** A field that should be a text; empty when it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
