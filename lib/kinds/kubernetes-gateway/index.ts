import { defineKind } from '../define-kind';
import { kubernetesGatewaySpec } from './schema';
import { checkKubernetesGateway } from './validators';

export type { KubernetesGateway, KubernetesGatewaySpec } from './schema';

export const kubernetesGatewayKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'Gateway',
  plural: 'gateways',
  shortNames: ['gtw'],
  categories: ['gateway-api'],
  versions: ['v1', 'v1beta1'],
  namespaced: true,
  spec: kubernetesGatewaySpec,
  rules: checkKubernetesGateway,
  printerColumns: [
    { name: 'Class', jsonPath: '.spec.gatewayClassName', description: 'The GatewayClass' },
    { name: 'Address', jsonPath: '.status.addresses[*].value', description: 'Addresses bound to the Gateway' },
    { name: 'Programmed', jsonPath: '.status.conditions[?(@.type=="Programmed")].status', description: 'Whether the data plane has it' },
  ],
});
