import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { grpcRouteExample, grpcRouteForm, grpcRouteNotes, grpcRouteReferences } from './notes';
import { grpcRouteSpec } from './schema';
import { checkGrpcRoute } from './validators';
import { describeGRPCRoute } from './words';

export type { GRPCRoute, GRPCRouteSpec } from './schema';

export const grpcRouteKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'GRPCRoute',
  plural: 'grpcroutes',
  shortNames: [],
  categories: ['gateway-api'],
  versions: ['v1'],
  namespaced: true,
  spec: describeFields(grpcRouteSpec, grpcRouteNotes),
  describe: describeGRPCRoute,
  about: 'hostnames',
  acts: 'routing',
  summary: 'Where gRPC calls go, in the Gateway API.',
  form: grpcRouteForm,
  references: grpcRouteReferences,
  example: grpcRouteExample,
  rules: checkGrpcRoute,
  printerColumns: [{ name: 'Hostnames', jsonPath: '.spec.hostnames', description: 'Host names that select the route' }],
});
