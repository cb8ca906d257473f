import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { virtualServiceExample, virtualServiceForm, virtualServiceNotes, virtualServiceReferences } from './notes';
import { virtualServiceSpec } from './schema';
import { checkVirtualService } from './validators';
import { describeVirtualService } from './words';

export { chooseTrafficObjects, editedRuleIndex, fullHost } from './choose-traffic-objects';
export type { TrafficObjects, WhyNot } from './choose-traffic-objects';
export { sameJson } from '../shared/json';
export { grpcStatuses } from './grpc-statuses';
export { readTraffic } from './read-traffic';
export type { HttpRule, TrafficSource } from './read-traffic';
export { describeRule, describeTrafficChange } from './words';
export type { VirtualService, VirtualServiceSpec } from './schema';
export { trafficSettings } from './traffic-settings';
export type { TrafficDestination, TrafficFault, TrafficRetries, TrafficSettings } from './traffic-settings';

export const virtualServiceKind = defineKind({
  group: 'networking.istio.io',
  kind: 'VirtualService',
  plural: 'virtualservices',
  shortNames: ['vs'],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  namespaced: true,
  spec: describeFields(virtualServiceSpec, virtualServiceNotes),
  describe: describeVirtualService,
  about: 'hosts',
  acts: 'routing',
  summary: 'Where requests to a host go: routes, weights, faults, timeouts, retries.',
  form: virtualServiceForm,
  references: virtualServiceReferences,
  example: virtualServiceExample,
  rules: checkVirtualService,
  printerColumns: [
    { name: 'Gateways', jsonPath: '.spec.gateways', description: 'The names of gateways and sidecars that should apply these routes' },
    { name: 'Hosts', jsonPath: '.spec.hosts', description: 'The destination hosts to which traffic is being sent' },
  ],
});
