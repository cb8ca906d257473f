import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { authorizationPolicyExample, authorizationPolicyForm, authorizationPolicyNotes, authorizationPolicyReferences } from './notes';
import { authorizationPolicySpec } from './schema';
import { checkAuthorizationPolicy } from './validators';
import { describeAuthorizationPolicy } from './words';

export type { AuthorizationPolicy, AuthorizationPolicySpec } from './schema';

export const authorizationPolicyKind = defineKind({
  group: 'security.istio.io',
  kind: 'AuthorizationPolicy',
  plural: 'authorizationpolicies',
  shortNames: ['ap'],
  categories: ['istio-io', 'security-istio-io'],
  versions: ['v1', 'v1beta1'],
  namespaced: true,
  spec: describeFields(authorizationPolicySpec, authorizationPolicyNotes),
  describe: describeAuthorizationPolicy,
  acts: 'security',
  summary: 'Who may call what.',
  form: authorizationPolicyForm,
  references: authorizationPolicyReferences,
  example: authorizationPolicyExample,
  rules: checkAuthorizationPolicy,
  printerColumns: [{ name: 'Action', jsonPath: '.spec.action', description: 'The operation to take' }],
});
