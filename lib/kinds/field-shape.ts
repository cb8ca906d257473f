import type { z } from 'zod';
import { definitionOf, noteOf, widgetOf, withoutOptional } from './field-notes';
import type { FieldNote, Widget } from './field-notes';

/** What may stand at a place of an object: what forms, completion and hover are made from. `widget`: how it is shown. */
export type FieldShape = { widget?: Widget } & (
  | { type: 'object'; fields: readonly Field[] }
  | { type: 'list'; item: FieldShape }
  | { type: 'map'; value: FieldShape }
  | { type: 'enum'; values: readonly string[] }
  | { type: 'text' | 'integer' | 'number' | 'boolean' | 'any' }
);

export interface Field {
  name: string;
  isRequired: boolean;
  shape: FieldShape;
  note: FieldNote | undefined;
}

const shapes = new WeakMap<z.ZodType, FieldShape>();

/** The shape that a schema describes, with the notes about its fields. */
export function shapeOf(schema: z.ZodType): FieldShape {
  let known = shapes.get(schema);
  if (known === undefined) {
    known = readShape(schema);
    shapes.set(schema, known);
  }
  return known;
}

function readShape(schema: z.ZodType): FieldShape {
  const inner = withoutOptional(schema);
  const widget = widgetOf(inner);
  const shape = plainShape(inner);
  return widget === undefined ? shape : { ...shape, widget };
}

function plainShape(schema: z.ZodType): FieldShape {
  const { type, shape, element, valueType, ...rest } = definitionOf(schema);
  switch (type) {
    case 'object':
      return {
        type: 'object',
        fields: Object.entries(shape ?? {}).map(([name, field]) => ({
          name,
          isRequired: withoutOptional(field) === field,
          shape: withWidget(shapeOf(field), noteOf(schema, name)?.widget),
          note: noteOf(schema, name),
        })),
      };
    case 'array':
      return element === undefined ? { type: 'any' } : { type: 'list', item: shapeOf(element) };
    case 'record':
      return valueType === undefined ? { type: 'any' } : { type: 'map', value: shapeOf(valueType) };
    case 'enum':
      return { type: 'enum', values: Object.values((rest as unknown as { entries: Record<string, string> }).entries) };
    case 'string':
      return { type: 'text' };
    case 'boolean':
      return { type: 'boolean' };
    case 'int':
      return { type: 'integer' };
    case 'number': {
      const { format } = rest as { format?: string };
      return { type: format === 'safeint' ? 'integer' : 'number' };
    }
    default:
      return { type: 'any' };
  }
}

/** A field's own widget: of a list it is that of its items. */
function withWidget(shape: FieldShape, widget: Widget | undefined): FieldShape {
  if (widget === undefined) return shape;
  return shape.type === 'list' && shape.item.type !== 'object' ? { ...shape, item: { ...shape.item, widget } } : { ...shape, widget };
}

/** The shape at a path below a shape; `undefined` where nothing is known to stand. */
export function shapeAt(shape: FieldShape, path: readonly (string | number)[]): FieldShape | undefined {
  let at: FieldShape | undefined = shape;
  for (const part of path) {
    if (at?.type === 'object') at = at.fields.find((one) => one.name === part)?.shape;
    else if (at?.type === 'list') at = typeof part === 'number' ? at.item : undefined;
    else if (at?.type === 'map') at = at.value;
    else return at?.type === 'any' ? at : undefined;
  }
  return at;
}

/** The field a path ends in, if its last part is the name of a field that is known. */
export function fieldAt(shape: FieldShape, path: readonly (string | number)[]): Field | undefined {
  const parent = shapeAt(shape, path.slice(0, -1));
  return parent?.type === 'object' ? parent.fields.find((one) => one.name === path.at(-1)) : undefined;
}
