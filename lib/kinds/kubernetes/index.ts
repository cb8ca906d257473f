import type { KindDefinition } from '../define-kind';
import { clusterRoleBindingKind, clusterRoleKind, roleBindingKind, roleKind } from './access';
import {
  daemonSetKind,
  deploymentKind,
  horizontalPodAutoscalerKind,
  jobKind,
  podDisruptionBudgetKind,
  replicaSetKind,
  statefulSetKind,
} from './apps';
import {
  customResourceDefinitionKind,
  leaseKind,
  mutatingWebhookConfigurationKind,
  priorityClassKind,
  storageClassKind,
  validatingWebhookConfigurationKind,
} from './cluster';
import {
  configMapKind,
  endpointSliceKind,
  endpointsKind,
  namespaceKind,
  nodeKind,
  persistentVolumeClaimKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
} from './core';
import { eventKind, eventsV1Kind } from './events';
import { ingressClassKind, ingressKind, networkPolicyKind } from './networking';
import { podKind } from './pod';

export type { PolicyRule, Role, RoleBinding } from './access';
export type { DaemonSet, Deployment, DeploymentSpec, Job, ReplicaSet, StatefulSet, WorkloadStatus } from './apps';
export type { Lease } from './cluster';
export type { Container, EnvVar, Probe } from './container';
export type {
  ConfigMap,
  EndpointSlice,
  Endpoints,
  Namespace,
  Node,
  Secret,
  Service,
  ServiceAccount,
  ServicePort,
  ServiceSpec,
} from './core';
export type { Event } from './events';
export type { Ingress, NetworkPolicy } from './networking';
export { objectMeta } from './parts';
export type { ContainerStatus, Pod, PodSpec, PodStatus, PodTemplate } from './pod';

/** The kinds that Kubernetes itself brings, as far as the bundled mesh serves them. */
export const kubernetesKinds: readonly KindDefinition[] = [
  namespaceKind,
  nodeKind,
  podKind,
  serviceKind,
  endpointsKind,
  configMapKind,
  secretKind,
  serviceAccountKind,
  eventKind,
  persistentVolumeClaimKind,
  endpointSliceKind,
  eventsV1Kind,
  deploymentKind,
  replicaSetKind,
  statefulSetKind,
  daemonSetKind,
  jobKind,
  horizontalPodAutoscalerKind,
  podDisruptionBudgetKind,
  ingressKind,
  ingressClassKind,
  networkPolicyKind,
  roleKind,
  clusterRoleKind,
  roleBindingKind,
  clusterRoleBindingKind,
  leaseKind,
  priorityClassKind,
  storageClassKind,
  mutatingWebhookConfigurationKind,
  validatingWebhookConfigurationKind,
  customResourceDefinitionKind,
];
