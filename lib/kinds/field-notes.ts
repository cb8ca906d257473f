import type { z } from 'zod';

/** How a form shows a field whose schema alone does not say it. */
export type Widget =
  | 'host'
  | 'subset'
  | 'port'
  | 'gateway'
  | 'namespace'
  | 'exportTo'
  | 'secret'
  | 'serviceAccount'
  | 'service'
  | 'method'
  | 'header'
  | 'path'
  | 'regex'
  | 'cidr'
  | 'statusCode'
  | 'percent'
  | 'weight'
  | 'duration'
  | 'multiline'
  | 'labels'
  | 'stringMatch'
  | 'destination';

/** What we say about a field. */
export interface FieldNote {
  /** One or two sentences: what the field does, and what holds when it is left out. */
  text: string;
  widget?: Widget;
  /** What the values of an enumeration mean. */
  values?: Readonly<Record<string, string>>;
  /** Must not be used any more: what to use instead. */
  deprecated?: string;
}

/** Notes by path from a schema: `http[].match[].uri`, `portLevelMtls{}.mode`. A text stands for a note without more. */
export type FieldNotes = Readonly<Record<string, string | FieldNote>>;

/** A note with a widget, and with what the values mean. */
export function as(widget: Widget, text: string, values?: Readonly<Record<string, string>>): FieldNote {
  return values === undefined ? { text, widget } : { text, widget, values };
}

/** A note about an enumeration. */
export function oneOf(text: string, values: Readonly<Record<string, string>>): FieldNote {
  return { text, values };
}

/** A note about a field that is only read for the sake of old objects. */
export function outdated(text: string, instead: string): FieldNote {
  return { text, deprecated: instead };
}

interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  element?: z.ZodType;
  valueType?: z.ZodType;
}

/** What kind of schema it is and what it is made of, in the form zod keeps it. */
export function definitionOf(schema: z.ZodType): Definition {
  return schema.def;
}

/** The schema inside of `optional` and the like. */
export function withoutOptional(schema: z.ZodType): z.ZodType {
  const { type, innerType } = definitionOf(schema);
  return innerType !== undefined && ['optional', 'nullable', 'default'].includes(type) ? withoutOptional(innerType) : schema;
}

/** By schema of an object, then by name of its field: a part that several kinds share is described once, where it is written. */
const notes = new WeakMap<z.ZodType, Map<string, FieldNote>>();
const widgets = new WeakMap<z.ZodType, Widget>();

/** Says what the fields of a schema mean. Fails for a path that the schema does not have, so that notes cannot outlive their fields. */
export function describeFields<Schema extends z.ZodType>(schema: Schema, table: FieldNotes): Schema {
  for (const [path, note] of Object.entries(table)) {
    const parts = path.split(/\.|(?=\[\])|(?=\{\})/);
    const name = parts.pop() ?? '';
    let at = withoutOptional(schema);
    for (const part of parts) {
      const { shape, element, valueType } = definitionOf(at);
      const next = part === '[]' ? element : part === '{}' ? valueType : shape?.[part];
      if (next === undefined) throw new Error(`No field ${path}.`);
      at = withoutOptional(next);
    }
    if (definitionOf(at).shape?.[name] === undefined) throw new Error(`No field ${path}.`);
    const known = notes.get(at) ?? new Map<string, FieldNote>();
    notes.set(at, known.set(name, typeof note === 'string' ? { text: note } : note));
  }
  return schema;
}

/** Says how values of a schema are shown wherever it is used. */
export function shownAs<Schema extends z.ZodType>(schema: Schema, widget: Widget): Schema {
  widgets.set(schema, widget);
  return schema;
}

/** The note about a field of the schema of an object. */
export function noteOf(objectSchema: z.ZodType, name: string): FieldNote | undefined {
  return notes.get(objectSchema)?.get(name);
}

/** How values of a schema are shown, if `shownAs` said so. */
export function widgetOf(schema: z.ZodType): Widget | undefined {
  return widgets.get(schema);
}
