import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { referenceGrantExample, referenceGrantForm, referenceGrantNotes, referenceGrantReferences } from './notes';
import { describeReferenceGrant } from './words';
import { referenceGrantSpec } from './schema';

export type { ReferenceGrant, ReferenceGrantSpec } from './schema';

export const referenceGrantKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'ReferenceGrant',
  plural: 'referencegrants',
  shortNames: ['refgrant'],
  categories: ['gateway-api'],
  versions: ['v1beta1', 'v1'],
  namespaced: true,
  spec: describeFields(referenceGrantSpec, referenceGrantNotes),
  describe: describeReferenceGrant,
  summary: 'Lets objects of other namespaces refer to objects of this one.',
  form: referenceGrantForm,
  references: referenceGrantReferences,
  example: referenceGrantExample,
  printerColumns: [],
});
