import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { workloadEntryExample, workloadEntryForm, workloadEntryNotes, workloadEntryReferences } from './notes';
import { workloadEntrySpec } from './schema';
import { checkWorkloadEntry } from './validators';
import { describeWorkloadEntry } from './words';

export type { WorkloadEntry, WorkloadEntrySpec } from './schema';

export const workloadEntryKind = defineKind({
  group: 'networking.istio.io',
  kind: 'WorkloadEntry',
  plural: 'workloadentries',
  shortNames: ['we'],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  namespaced: true,
  spec: describeFields(workloadEntrySpec, workloadEntryNotes),
  describe: describeWorkloadEntry,
  about: 'address',
  summary: 'A machine outside of Kubernetes as an endpoint.',
  form: workloadEntryForm,
  references: workloadEntryReferences,
  example: workloadEntryExample,
  rules: checkWorkloadEntry,
  printerColumns: [{ name: 'Address', jsonPath: '.spec.address', description: 'Address associated with the network endpoint' }],
});
