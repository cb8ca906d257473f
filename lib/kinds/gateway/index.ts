import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { gatewayExample, gatewayForm, gatewayNotes, gatewayReferences } from './notes';
import { gatewaySpec } from './schema';
import { checkGateway } from './validators';
import { describeGateway } from './words';

export type { Gateway, GatewaySpec } from './schema';

export const gatewayKind = defineKind({
  group: 'networking.istio.io',
  kind: 'Gateway',
  plural: 'gateways',
  shortNames: ['gw'],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  namespaced: true,
  spec: describeFields(gatewaySpec, gatewayNotes),
  describe: describeGateway,
  about: 'selector',
  summary: 'Ports, hosts and certificates of gateway pods.',
  form: gatewayForm,
  references: gatewayReferences,
  example: gatewayExample,
  rules: checkGateway,
  printerColumns: [],
});
