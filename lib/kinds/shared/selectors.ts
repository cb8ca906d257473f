import { z } from 'zod';
import { as, describeFields, oneOf } from '../field-notes';

/** Selectors and target references used by policies. */
export const workloadSelector = z.object({ matchLabels: z.record(z.string(), z.string()).optional() });
export type WorkloadSelector = z.infer<typeof workloadSelector>;

export const policyTargetReference = z.object({
  group: z.string().optional(),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
});
export type PolicyTargetReference = z.infer<typeof policyTargetReference>;

export const labelSelector = z.object({
  matchExpressions: z
    .array(
      z.object({ key: z.string(), operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: z.array(z.string()).optional() }),
    )
    .optional(),
  matchLabels: z.record(z.string(), z.string()).optional(),
});
export type LabelSelector = z.infer<typeof labelSelector>;

describeFields(workloadSelector, {
  matchLabels: as('labels', 'Labels that a pod must all have. None: every pod of the namespace.'),
});

describeFields(policyTargetReference, {
  group: 'API group of the target; empty for core kinds such as Service.',
  kind: 'Kind of the target: Gateway, Service, ServiceEntry or GatewayClass.',
  name: 'Name of the target.',
  namespace: as('namespace', 'Namespace of the target. It must be the one of this object.'),
});

describeFields(labelSelector, {
  matchExpressions: 'Conditions about labels; all of them must hold.',
  'matchExpressions[].key': 'Name of the label.',
  'matchExpressions[].operator': oneOf('How the label is compared.', {
    In: 'The value is one of the values.',
    NotIn: 'The value is none of the values, or the label is missing.',
    Exists: 'The label is there, whatever its value.',
    DoesNotExist: 'The label is missing.',
  }),
  'matchExpressions[].values': 'Values to compare with; only for In and NotIn.',
  matchLabels: as('labels', 'Labels that must all be there with these values.'),
});
