import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { sidecarExample, sidecarForm, sidecarNotes, sidecarReferences } from './notes';
import { sidecarSpec } from './schema';
import { checkSidecar } from './validators';
import { describeSidecar } from './words';

export type { Sidecar, SidecarSpec } from './schema';

export const sidecarKind = defineKind({
  group: 'networking.istio.io',
  kind: 'Sidecar',
  plural: 'sidecars',
  shortNames: [],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  namespaced: true,
  spec: describeFields(sidecarSpec, sidecarNotes),
  describe: describeSidecar,
  about: 'workloadSelector.labels',
  summary: 'What the proxies of pods know and may reach.',
  form: sidecarForm,
  references: sidecarReferences,
  example: sidecarExample,
  rules: checkSidecar,
  printerColumns: [],
});
