import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { workloadGroupExample, workloadGroupForm, workloadGroupNotes, workloadGroupReferences } from './notes';
import { workloadGroupSpec } from './schema';
import { checkWorkloadGroup } from './validators';
import { describeWorkloadGroup } from './words';

export type { WorkloadGroup, WorkloadGroupSpec } from './schema';

export const workloadGroupKind = defineKind({
  group: 'networking.istio.io',
  kind: 'WorkloadGroup',
  plural: 'workloadgroups',
  shortNames: ['wg'],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  namespaced: true,
  spec: describeFields(workloadGroupSpec, workloadGroupNotes),
  describe: describeWorkloadGroup,
  about: 'metadata.labels',
  summary: 'What machines of one kind have in common.',
  form: workloadGroupForm,
  references: workloadGroupReferences,
  example: workloadGroupExample,
  rules: checkWorkloadGroup,
  printerColumns: [],
});
