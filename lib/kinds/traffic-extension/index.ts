import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { trafficExtensionExample, trafficExtensionForm, trafficExtensionNotes, trafficExtensionReferences } from './notes';
import { trafficExtensionSpec } from './schema';
import { checkTrafficExtension } from './validators';
import { describeTrafficExtension } from './words';

export type { TrafficExtension, TrafficExtensionSpec } from './schema';

export const trafficExtensionKind = defineKind({
  group: 'extensions.istio.io',
  kind: 'TrafficExtension',
  plural: 'trafficextensions',
  shortNames: [],
  categories: ['istio-io', 'extensions-istio-io'],
  versions: ['v1alpha1'],
  namespaced: true,
  spec: describeFields(trafficExtensionSpec, trafficExtensionNotes),
  describe: describeTrafficExtension,
  summary: 'A Lua script or WebAssembly module in the proxy.',
  form: trafficExtensionForm,
  references: trafficExtensionReferences,
  example: trafficExtensionExample,
  rules: checkTrafficExtension,
  printerColumns: [],
});
