import { defineKind } from '../define-kind';
import { gatewaySpec } from './schema';
import { checkGateway } from './validators';

export type { Gateway, GatewaySpec } from './schema';

export const gatewayKind = defineKind({
  group: 'networking.istio.io',
  kind: 'Gateway',
  plural: 'gateways',
  shortNames: ['gw'],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  namespaced: true,
  spec: gatewaySpec,
  rules: checkGateway,
  printerColumns: [],
});
