import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { tcpRouteExample, tcpRouteForm, tcpRouteNotes, tcpRouteReferences } from './notes';
import { tcpRouteSpec } from './schema';
import { checkTcpRoute } from './validators';
import { describeTCPRoute } from './words';

export type { TCPRoute, TCPRouteSpec } from './schema';

export const tcpRouteKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'TCPRoute',
  plural: 'tcproutes',
  shortNames: [],
  categories: ['gateway-api'],
  versions: ['v1', 'v1alpha2'],
  namespaced: true,
  spec: describeFields(tcpRouteSpec, tcpRouteNotes),
  describe: describeTCPRoute,
  acts: 'routing',
  summary: 'Where TCP connections go, in the Gateway API.',
  form: tcpRouteForm,
  references: tcpRouteReferences,
  example: tcpRouteExample,
  rules: checkTcpRoute,
  printerColumns: [],
});
