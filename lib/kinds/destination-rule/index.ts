import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { destinationRuleExample, destinationRuleForm, destinationRuleNotes, destinationRuleReferences } from './notes';
import { destinationRuleSpec } from './schema';
import { checkDestinationRule } from './validators';
import { describeDestinationRule } from './words';
import { sayWords } from '@/lib/i18n';
import type { DestinationRule } from './schema';

export { describeDestinationRule } from './words';
export type { DestinationRule, DestinationRuleSpec } from './schema';

export const destinationRuleKind = defineKind({
  group: 'networking.istio.io',
  kind: 'DestinationRule',
  plural: 'destinationrules',
  shortNames: ['dr'],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  namespaced: true,
  spec: describeFields(destinationRuleSpec, destinationRuleNotes),
  describe: (object: DestinationRule) => [sayWords('rule_for', { host: object.spec.host }), ...describeDestinationRule(object.spec)],
  about: 'host',
  acts: 'policy',
  summary: 'How clients talk to a service: subsets, load balancing, limits, TLS.',
  form: destinationRuleForm,
  references: destinationRuleReferences,
  example: destinationRuleExample,
  rules: checkDestinationRule,
  printerColumns: [{ name: 'Host', jsonPath: '.spec.host', description: 'The name of a service from the service registry' }],
});
