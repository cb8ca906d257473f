import { defineKind } from '../define-kind';
import { tcpRouteSpec } from './schema';
import { checkTcpRoute } from './validators';

export type { TCPRoute, TCPRouteSpec } from './schema';

export const tcpRouteKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'TCPRoute',
  plural: 'tcproutes',
  shortNames: [],
  categories: ['gateway-api'],
  versions: ['v1', 'v1alpha2'],
  namespaced: true,
  spec: tcpRouteSpec,
  rules: checkTcpRoute,
  printerColumns: [],
});
