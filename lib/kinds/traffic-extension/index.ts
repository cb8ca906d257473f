import { defineKind } from '../define-kind';
import { trafficExtensionSpec } from './schema';
import { checkTrafficExtension } from './validators';

export type { TrafficExtension, TrafficExtensionSpec } from './schema';

export const trafficExtensionKind = defineKind({
  group: 'extensions.istio.io',
  kind: 'TrafficExtension',
  plural: 'trafficextensions',
  shortNames: [],
  categories: ['istio-io', 'extensions-istio-io'],
  versions: ['v1alpha1'],
  namespaced: true,
  spec: trafficExtensionSpec,
  rules: checkTrafficExtension,
  printerColumns: [],
});
