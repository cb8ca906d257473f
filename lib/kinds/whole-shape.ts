import { z } from 'zod';
import type { KindDefinition } from './define-kind';
import { as, describeFields } from './field-notes';
import { shapeOf } from './field-shape';
import type { Field, FieldShape } from './field-shape';

/** What is edited of an object's metadata; the rest is the server's. */
const editedMetadata = describeFields(
  z.object({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  {
    name: 'Name of the object, unique among objects of its kind in the namespace. It cannot be changed later.',
    namespace: as('namespace', 'Namespace that the object is in. It cannot be changed later.'),
    labels: 'Labels of the object itself, for selecting and sorting.',
    annotations: 'Notes for tools, by name.',
  },
);
const clusterMetadata = editedMetadata.omit({ namespace: true });
describeFields(clusterMetadata, {
  name: 'Name of the object, unique among objects of its kind. It cannot be changed later.',
  labels: 'Labels of the object itself, for selecting and sorting.',
  annotations: 'Notes for tools, by name.',
});

/** The fields of the metadata of objects of a kind that a hand may write. */
export function metadataFields(kind: KindDefinition): readonly Field[] {
  const shape = shapeOf(kind.namespaced ? editedMetadata : clusterMetadata);
  return shape.type === 'object' ? shape.fields : [];
}

const shapes = new WeakMap<KindDefinition, FieldShape>();

/** The shape of whole objects of a kind as they are written: type, metadata and spec. */
export function objectShape(kind: KindDefinition): FieldShape {
  let known = shapes.get(kind);
  if (known === undefined) {
    const field = (name: string, shape: FieldShape, text: string): Field => ({ name, isRequired: true, shape, note: { text } });
    const versions = kind.versions.map((version) => `${kind.group}/${version}`);
    known = {
      type: 'object',
      fields: [
        field('apiVersion', { type: 'enum', values: versions }, 'Group and version of the schema the object is written in.'),
        field('kind', { type: 'enum', values: [kind.kind] }, kind.summary),
        field('metadata', { type: 'object', fields: metadataFields(kind) }, 'What the object is called, and where it is.'),
        field('spec', kind.spec === undefined ? { type: 'any' } : shapeOf(kind.spec), 'What is wanted.'),
      ],
    };
    shapes.set(kind, known);
  }
  return known;
}
