import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { gatewayClassExample, gatewayClassForm, gatewayClassNotes, gatewayClassReferences } from './notes';
import { describeGatewayClass } from './words';
import { gatewayClassSpec } from './schema';

export type { GatewayClass, GatewayClassSpec } from './schema';

export const gatewayClassKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'GatewayClass',
  plural: 'gatewayclasses',
  shortNames: ['gc'],
  categories: ['gateway-api'],
  versions: ['v1', 'v1beta1'],
  namespaced: false,
  spec: describeFields(gatewayClassSpec, gatewayClassNotes),
  describe: describeGatewayClass,
  about: 'controllerName',
  summary: 'Who makes gateways of a class.',
  form: gatewayClassForm,
  references: gatewayClassReferences,
  example: gatewayClassExample,
  printerColumns: [
    { name: 'Controller', jsonPath: '.spec.controllerName', description: 'The controller that manages Gateways of this class' },
    { name: 'Accepted', jsonPath: '.status.conditions[?(@.type=="Accepted")].status', description: 'Whether the controller accepted it' },
  ],
});
