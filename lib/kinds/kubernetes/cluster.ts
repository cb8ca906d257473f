import { z } from 'zod';
import { defineKind } from '../define-kind';
import type { KubernetesObject } from '../define-kind';
import { conditions, freeObject, keyedList, time } from './parts';

const leaseSpec = z.object({
  holderIdentity: z.string().optional(),
  leaseDurationSeconds: z.int().optional(),
  acquireTime: time.optional(),
  renewTime: time.optional(),
  leaseTransitions: z.int().optional(),
  preferredHolder: z.string().optional(),
  strategy: z.string().optional(),
});
export type Lease = KubernetesObject<z.infer<typeof leaseSpec>>;

export const leaseKind = defineKind({
  group: 'coordination.k8s.io',
  versions: ['v1'],
  native: true,
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  hasStatus: false,
  spec: leaseSpec,
  specOptional: true,
});

export const priorityClassKind = defineKind({
  group: 'scheduling.k8s.io',
  versions: ['v1'],
  native: true,
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  hasStatus: false,
  body: z.object({
    value: z.int(),
    globalDefault: z.boolean().optional(),
    description: z.string().optional(),
    preemptionPolicy: z.string().optional(),
  }),
});

export const storageClassKind = defineKind({
  group: 'storage.k8s.io',
  versions: ['v1'],
  native: true,
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  namespaced: false,
  hasStatus: false,
  body: z.object({
    provisioner: z.string(),
    parameters: z.record(z.string(), z.string()).optional(),
    reclaimPolicy: z.string().optional(),
    mountOptions: z.array(z.string()).optional(),
    allowVolumeExpansion: z.boolean().optional(),
    volumeBindingMode: z.string().optional(),
    allowedTopologies: z.array(freeObject).optional(),
  }),
});

const webhookBody = z.object({ webhooks: keyedList(z.looseObject({ name: z.string() }), ['name']).optional() });
const admission = { group: 'admissionregistration.k8s.io', versions: ['v1'], native: true, namespaced: false, hasStatus: false } as const;

export const mutatingWebhookConfigurationKind = defineKind({
  ...admission,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  categories: ['api-extensions'],
  body: webhookBody,
});

export const validatingWebhookConfigurationKind = defineKind({
  ...admission,
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  categories: ['api-extensions'],
  body: webhookBody,
});

export const customResourceDefinitionKind = defineKind({
  group: 'apiextensions.k8s.io',
  versions: ['v1'],
  native: true,
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  spec: z.object({
    group: z.string(),
    names: z.object({
      plural: z.string(),
      kind: z.string(),
      singular: z.string().optional(),
      shortNames: z.array(z.string()).optional(),
      listKind: z.string().optional(),
      categories: z.array(z.string()).optional(),
    }),
    scope: z.enum(['Namespaced', 'Cluster']),
    versions: z.array(z.looseObject({ name: z.string(), served: z.boolean(), storage: z.boolean() })),
    conversion: freeObject.optional(),
    preserveUnknownFields: z.boolean().optional(),
  }),
  status: z.looseObject({ conditions: conditions.optional() }),
});
