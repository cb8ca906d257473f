import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { envoyFilterExample, envoyFilterNotes, envoyFilterReferences } from './notes';
import { envoyFilterSpec } from './schema';
import { checkEnvoyFilter } from './validators';
import { describeEnvoyFilter } from './words';

export type { EnvoyFilter, EnvoyFilterSpec } from './schema';

export const envoyFilterKind = defineKind({
  group: 'networking.istio.io',
  kind: 'EnvoyFilter',
  plural: 'envoyfilters',
  shortNames: [],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1alpha3'],
  namespaced: true,
  spec: describeFields(envoyFilterSpec, envoyFilterNotes),
  describe: describeEnvoyFilter,
  about: 'workloadSelector.labels',
  acts: 'policy',
  summary: 'Raw changes to the configuration of Envoy.',
  references: envoyFilterReferences,
  example: envoyFilterExample,
  rules: checkEnvoyFilter,
  printerColumns: [],
});
