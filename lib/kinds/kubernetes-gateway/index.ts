import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { kubernetesGatewayExample, kubernetesGatewayForm, kubernetesGatewayNotes, kubernetesGatewayReferences } from './notes';
import { kubernetesGatewaySpec } from './schema';
import { checkKubernetesGateway } from './validators';
import { describeKubernetesGateway } from './words';

export type { KubernetesGateway, KubernetesGatewaySpec } from './schema';

export const kubernetesGatewayKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'Gateway',
  plural: 'gateways',
  shortNames: ['gtw'],
  categories: ['gateway-api'],
  versions: ['v1', 'v1beta1'],
  namespaced: true,
  spec: describeFields(kubernetesGatewaySpec, kubernetesGatewayNotes),
  describe: describeKubernetesGateway,
  about: 'gatewayClassName',
  summary: 'A gateway of the Gateway API: listeners, hosts, certificates.',
  form: kubernetesGatewayForm,
  references: kubernetesGatewayReferences,
  example: kubernetesGatewayExample,
  rules: checkKubernetesGateway,
  printerColumns: [
    { name: 'Class', jsonPath: '.spec.gatewayClassName', description: 'The GatewayClass' },
    { name: 'Address', jsonPath: '.status.addresses[*].value', description: 'Addresses bound to the Gateway' },
    { name: 'Programmed', jsonPath: '.status.conditions[?(@.type=="Programmed")].status', description: 'Whether the data plane has it' },
  ],
});
