import type { z } from 'zod';
import { nearestName } from './nearest-name';

/** What may stand at a place: named fields, any names with one type of value, items, or anything. */
type Place = { fields: ReadonlyMap<string, Place | undefined> } | { values: Place | undefined } | { items: Place | undefined } | undefined;

interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  catchall?: z.ZodType;
  innerType?: z.ZodType;
  element?: z.ZodType;
  valueType?: z.ZodType;
}

const places = new WeakMap<z.ZodType, { place: Place }>();

function placeOf(schema: z.ZodType): Place {
  let known = places.get(schema);
  if (known === undefined) {
    known = { place: readPlace(schema) };
    places.set(schema, known);
  }
  return known.place;
}

function readPlace(schema: z.ZodType): Place {
  const definition = schema.def as unknown as Definition;
  switch (definition.type) {
    case 'optional':
    case 'default':
    case 'nullable':
      return definition.innerType === undefined ? undefined : placeOf(definition.innerType);
    case 'object':
      if (definition.catchall !== undefined) return undefined;
      return { fields: new Map(Object.entries(definition.shape ?? {}).map(([name, field]) => [name, placeOf(field)])) };
    case 'array':
      return { items: definition.element === undefined ? undefined : placeOf(definition.element) };
    case 'record':
      return { values: definition.valueType === undefined ? undefined : placeOf(definition.valueType) };
    default:
      return undefined;
  }
}

export interface UnknownField {
  path: string;
  /** A field that exists there and is written much alike. */
  near: string | undefined;
}

/** The sentence about an unknown field, in an API server's words. */
export function sayUnknownField({ path, near }: UnknownField): string {
  return `unknown field ${JSON.stringify(path)}${near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`}`;
}

/** Fields of a value that its schema does not name. */
export function findUnknownFields(schema: z.ZodType, value: unknown, path: string): UnknownField[] {
  const found: UnknownField[] = [];
  visit(placeOf(schema), value, path, found);
  return found;
}

function visit(place: Place, value: unknown, path: string, found: UnknownField[]): void {
  if (place === undefined || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if ('items' in place) for (const [index, item] of value.entries()) visit(place.items, item, `${path}[${index}]`, found);
    return;
  }
  for (const [name, field] of Object.entries(value)) {
    const at = /^[A-Za-z_][\w-]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
    if ('values' in place) visit(place.values, field, at, found);
    else if ('fields' in place) {
      if (place.fields.has(name)) visit(place.fields.get(name), field, at, found);
      else
        found.push({
          path: at,
          near: nearestName(
            name,
            [...place.fields.keys()].filter((one) => !(one in value)),
          ),
        });
    }
  }
}
