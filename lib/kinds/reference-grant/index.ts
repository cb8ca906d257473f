import { defineKind } from '../define-kind';
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
  spec: referenceGrantSpec,
  printerColumns: [],
});
