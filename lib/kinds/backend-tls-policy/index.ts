import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { backendTLSPolicyExample, backendTLSPolicyForm, backendTLSPolicyNotes, backendTLSPolicyReferences } from './notes';
import { describeBackendTLSPolicy } from './words';
import { backendTLSPolicySpec } from './schema';

export type { BackendTLSPolicy, BackendTLSPolicySpec } from './schema';

export const backendTLSPolicyKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'BackendTLSPolicy',
  plural: 'backendtlspolicies',
  shortNames: ['btlspolicy'],
  categories: ['gateway-api'],
  versions: ['v1'],
  namespaced: true,
  spec: describeFields(backendTLSPolicySpec, backendTLSPolicyNotes),
  describe: describeBackendTLSPolicy,
  about: 'validation.hostname',
  acts: 'policy',
  summary: 'How gateways verify the certificate of a service.',
  form: backendTLSPolicyForm,
  references: backendTLSPolicyReferences,
  example: backendTLSPolicyExample,
  printerColumns: [],
});
