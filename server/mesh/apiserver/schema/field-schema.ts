import { z } from 'zod';
import { noteOf, objectMeta } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';

/** The part of JSON Schema that the registry's schemas use, with Kubernetes' extensions. */
export interface FieldSchema {
  type?: string;
  description?: string;
  properties?: Record<string, FieldSchema>;
  required?: string[];
  additionalProperties?: FieldSchema | boolean;
  items?: FieldSchema;
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  anyOf?: FieldSchema[];
  oneOf?: FieldSchema[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-patch-strategy'?: string;
}

let metadataSchema: FieldSchema | undefined;
const free: FieldSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** The schema of whole objects of a kind, from its zod schemas. */
export function objectSchema(kind: KindDefinition): FieldSchema {
  metadataSchema ??= fromZod(objectMeta);
  const properties: Record<string, FieldSchema> = {
    apiVersion: { type: 'string', description: 'The version of the schema this object is written in.' },
    kind: { type: 'string', description: 'The kind of the object.' },
    metadata: metadataSchema,
  };
  const required: string[] = [];
  if (kind.body !== undefined) {
    const body = fromZod(kind.body);
    Object.assign(properties, body.properties);
    required.push(...(body.required ?? []));
  }
  if (kind.spec !== undefined) {
    properties['spec'] = fromZod(kind.spec);
    if (!kind.specOptional && kind.native) required.push('spec');
  }
  if (kind.hasStatus) properties['status'] = kind.status === undefined ? free : fromZod(kind.status);
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

function fromZod(schema: z.ZodType): FieldSchema {
  const raw = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: addNotes });
  return clean(raw as FieldSchema & Record<string, unknown>);
}

/** What the registry says about the fields of an object: `kubectl explain` shows it. */
function addNotes({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  for (const [name, field] of Object.entries(jsonSchema.properties ?? {})) {
    const note = noteOf(zodSchema as unknown as z.ZodType, name);
    if (note === undefined || typeof field !== 'object') continue;
    field.description = note.deprecated === undefined ? note.text : `${note.text} Outdated: use ${note.deprecated}.`;
  }
}

/** Leaves out what zod adds and Kubernetes' schemas do not know. */
function clean(raw: FieldSchema & Record<string, unknown>): FieldSchema {
  const { $schema: _schema, propertyNames: _names, $defs: _defs, ...schema } = raw;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema['x-kubernetes-int-or-string'] === true) return { 'x-kubernetes-int-or-string': true };
  if (schema.properties !== undefined) {
    schema.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, field]) => [name, clean({ ...field })]));
  }
  if (schema.items !== undefined) schema.items = clean({ ...schema.items });
  if (schema.anyOf !== undefined) schema.anyOf = schema.anyOf.map((one) => clean({ ...one }));
  if (schema.oneOf !== undefined) schema.oneOf = schema.oneOf.map((one) => clean({ ...one }));
  const rest = schema.additionalProperties;
  if (typeof rest === 'object' && rest !== null) {
    if (Object.keys(rest).length > 0) schema.additionalProperties = clean({ ...rest });
    else {
      delete schema.additionalProperties;
      schema['x-kubernetes-preserve-unknown-fields'] = true;
    }
  } else if (rest === false) delete schema.additionalProperties;
  if (schema.type === undefined && schema.anyOf === undefined && schema.oneOf === undefined && schema.enum === undefined) {
    schema['x-kubernetes-preserve-unknown-fields'] = true;
  }
  return schema;
}

/** The schema of a field of `schema`: a named property or the value of a map. `undefined` when there is no such field. */
export function fieldOf(schema: FieldSchema | undefined, name: string): FieldSchema | undefined {
  if (schema === undefined) return undefined;
  const own = schema.properties?.[name];
  if (own !== undefined) return own;
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties;
  for (const variant of schema.anyOf ?? schema.oneOf ?? []) {
    const field = fieldOf(variant, name);
    if (field !== undefined) return field;
  }
  return undefined;
}

/** Whether fields that the schema does not name are kept. */
export function keepsUnknown(schema: FieldSchema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
}
