import { defineKind } from '../define-kind';
import { workloadGroupSpec } from './schema';
import { checkWorkloadGroup } from './validators';

export type { WorkloadGroup, WorkloadGroupSpec } from './schema';

export const workloadGroupKind = defineKind({
  group: 'networking.istio.io',
  kind: 'WorkloadGroup',
  plural: 'workloadgroups',
  shortNames: ['wg'],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  namespaced: true,
  spec: workloadGroupSpec,
  rules: checkWorkloadGroup,
  printerColumns: [],
});
