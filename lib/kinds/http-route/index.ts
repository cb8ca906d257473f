import { defineKind } from '../define-kind';
import { httpRouteSpec } from './schema';
import { checkHttpRoute } from './validators';

export type { HTTPRoute, HTTPRouteSpec } from './schema';

export const httpRouteKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'HTTPRoute',
  plural: 'httproutes',
  shortNames: [],
  categories: ['gateway-api'],
  versions: ['v1', 'v1beta1'],
  namespaced: true,
  spec: httpRouteSpec,
  rules: checkHttpRoute,
  printerColumns: [{ name: 'Hostnames', jsonPath: '.spec.hostnames', description: 'Host names that select the route' }],
});
