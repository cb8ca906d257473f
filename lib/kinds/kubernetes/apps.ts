import { z } from 'zod';
import { defineKind } from '../define-kind';
import type { KubernetesObject } from '../define-kind';
import { conditions, freeObject, intOrString, labelSelector } from './parts';
import { podTemplate } from './pod';

const apps = { group: 'apps', versions: ['v1'], native: true, namespaced: true, categories: ['all'] } as const;
const count = z.int().min(0);
const rolling = z.object({ maxUnavailable: intOrString.optional(), maxSurge: intOrString.optional(), partition: z.int().optional() });
const workloadStatus = z.looseObject({
  observedGeneration: z.int().optional(),
  replicas: z.int().optional(),
  updatedReplicas: z.int().optional(),
  readyReplicas: z.int().optional(),
  availableReplicas: z.int().optional(),
  unavailableReplicas: z.int().optional(),
  conditions: conditions.optional(),
});

const deploymentSpec = z.object({
  replicas: count.optional(),
  selector: labelSelector,
  template: podTemplate,
  strategy: z
    .object({ type: z.enum(['RollingUpdate', 'Recreate']).optional(), rollingUpdate: rolling.optional() })
    .meta({ 'x-kubernetes-patch-strategy': 'retainKeys' })
    .optional(),
  minReadySeconds: z.int().optional(),
  revisionHistoryLimit: z.int().optional(),
  paused: z.boolean().optional(),
  progressDeadlineSeconds: z.int().optional(),
});
export type DeploymentSpec = z.infer<typeof deploymentSpec>;
export type WorkloadStatus = z.infer<typeof workloadStatus>;
export type Deployment = KubernetesObject<DeploymentSpec, WorkloadStatus>;

export const deploymentKind = defineKind({
  ...apps,
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  spec: deploymentSpec,
  status: workloadStatus,
  subresources: ['scale'],
});

const replicaSetSpec = z.object({
  replicas: count.optional(),
  minReadySeconds: z.int().optional(),
  selector: labelSelector,
  template: podTemplate.optional(),
});
export type ReplicaSet = KubernetesObject<z.infer<typeof replicaSetSpec>, WorkloadStatus>;

export const replicaSetKind = defineKind({
  ...apps,
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  spec: replicaSetSpec,
  status: workloadStatus,
  subresources: ['scale'],
});

const statefulSetSpec = z.object({
  replicas: count.optional(),
  selector: labelSelector,
  template: podTemplate,
  serviceName: z.string().optional(),
  volumeClaimTemplates: z.array(z.looseObject({})).optional(),
  podManagementPolicy: z.string().optional(),
  updateStrategy: z.object({ type: z.string().optional(), rollingUpdate: rolling.optional() }).optional(),
  revisionHistoryLimit: z.int().optional(),
  minReadySeconds: z.int().optional(),
  persistentVolumeClaimRetentionPolicy: freeObject.optional(),
  ordinals: z.object({ start: z.int().optional() }).optional(),
});
export type StatefulSet = KubernetesObject<z.infer<typeof statefulSetSpec>, WorkloadStatus>;

export const statefulSetKind = defineKind({
  ...apps,
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  spec: statefulSetSpec,
  status: workloadStatus,
  subresources: ['scale'],
});

const daemonSetSpec = z.object({
  selector: labelSelector,
  template: podTemplate,
  updateStrategy: z.object({ type: z.string().optional(), rollingUpdate: rolling.optional() }).optional(),
  minReadySeconds: z.int().optional(),
  revisionHistoryLimit: z.int().optional(),
});
export type DaemonSet = KubernetesObject<z.infer<typeof daemonSetSpec>>;

export const daemonSetKind = defineKind({
  ...apps,
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  spec: daemonSetSpec,
  status: z.looseObject({ conditions: conditions.optional() }),
});

const jobSpec = z.object({
  parallelism: z.int().optional(),
  completions: z.int().optional(),
  activeDeadlineSeconds: z.int().optional(),
  backoffLimit: z.int().optional(),
  backoffLimitPerIndex: z.int().optional(),
  maxFailedIndexes: z.int().optional(),
  selector: labelSelector.optional(),
  manualSelector: z.boolean().optional(),
  template: podTemplate,
  ttlSecondsAfterFinished: z.int().optional(),
  completionMode: z.string().optional(),
  suspend: z.boolean().optional(),
  podFailurePolicy: freeObject.optional(),
  successPolicy: freeObject.optional(),
  podReplacementPolicy: z.string().optional(),
  managedBy: z.string().optional(),
});
export type Job = KubernetesObject<z.infer<typeof jobSpec>>;

export const jobKind = defineKind({
  group: 'batch',
  versions: ['v1'],
  native: true,
  namespaced: true,
  categories: ['all'],
  kind: 'Job',
  plural: 'jobs',
  spec: jobSpec,
  status: z.looseObject({ conditions: conditions.optional() }),
});

const autoscalerSpec = z.object({
  scaleTargetRef: z.object({ apiVersion: z.string().optional(), kind: z.string(), name: z.string() }),
  minReplicas: z.int().optional(),
  maxReplicas: z.int(),
  metrics: z.array(z.looseObject({ type: z.string() })).optional(),
  behavior: freeObject.optional(),
});

export const horizontalPodAutoscalerKind = defineKind({
  group: 'autoscaling',
  versions: ['v2'],
  native: true,
  namespaced: true,
  categories: ['all'],
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  spec: autoscalerSpec,
  status: z.looseObject({ conditions: conditions.optional() }),
});

export const podDisruptionBudgetKind = defineKind({
  group: 'policy',
  versions: ['v1'],
  native: true,
  namespaced: true,
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  spec: z.object({
    minAvailable: intOrString.optional(),
    maxUnavailable: intOrString.optional(),
    selector: labelSelector.optional(),
    unhealthyPodEvictionPolicy: z.string().optional(),
  }),
  status: z.looseObject({ conditions: conditions.optional() }),
});
