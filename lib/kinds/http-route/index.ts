import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { httpRouteExample, httpRouteForm, httpRouteNotes, httpRouteReferences } from './notes';
import { httpRouteSpec } from './schema';
import { checkHttpRoute } from './validators';
import { describeHTTPRoute } from './words';

export type { HTTPRoute, HTTPRouteSpec } from './schema';

export const httpRouteKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'HTTPRoute',
  plural: 'httproutes',
  shortNames: [],
  categories: ['gateway-api'],
  versions: ['v1', 'v1beta1'],
  namespaced: true,
  spec: describeFields(httpRouteSpec, httpRouteNotes),
  describe: describeHTTPRoute,
  about: 'hostnames',
  acts: 'routing',
  summary: 'Where HTTP requests go, in the Gateway API.',
  form: httpRouteForm,
  references: httpRouteReferences,
  example: httpRouteExample,
  rules: checkHttpRoute,
  printerColumns: [{ name: 'Hostnames', jsonPath: '.spec.hostnames', description: 'Host names that select the route' }],
});
