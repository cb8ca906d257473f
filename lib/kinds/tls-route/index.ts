import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { tlsRouteExample, tlsRouteForm, tlsRouteNotes, tlsRouteReferences } from './notes';
import { tlsRouteSpec } from './schema';
import { checkTlsRoute } from './validators';
import { describeTLSRoute } from './words';

export type { TLSRoute, TLSRouteSpec } from './schema';

export const tlsRouteKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'TLSRoute',
  plural: 'tlsroutes',
  shortNames: [],
  categories: ['gateway-api'],
  versions: ['v1', 'v1alpha3', 'v1alpha2'],
  namespaced: true,
  spec: describeFields(tlsRouteSpec, tlsRouteNotes),
  describe: describeTLSRoute,
  about: 'hostnames',
  acts: 'routing',
  summary: 'Where TLS connections go by host name, in the Gateway API.',
  form: tlsRouteForm,
  references: tlsRouteReferences,
  example: tlsRouteExample,
  rules: checkTlsRoute,
  printerColumns: [],
});
