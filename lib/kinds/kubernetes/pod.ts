import { z } from 'zod';
import { defineKind } from '../define-kind';
import type { KubernetesObject } from '../define-kind';
import { container, imagePullSecrets, nodeSelector, volume } from './container';
import { conditions, freeObject, keyedList, labelSelector, objectMeta, quantity, time } from './parts';

const toleration = z.object({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
  tolerationSeconds: z.int().optional(),
});

const podSecurity = z.object({
  appArmorProfile: freeObject.optional(),
  fsGroup: z.int().optional(),
  fsGroupChangePolicy: z.string().optional(),
  runAsGroup: z.int().optional(),
  runAsNonRoot: z.boolean().optional(),
  runAsUser: z.int().optional(),
  seLinuxChangePolicy: z.string().optional(),
  seLinuxOptions: freeObject.optional(),
  seccompProfile: freeObject.optional(),
  supplementalGroups: z.array(z.int()).optional(),
  supplementalGroupsPolicy: z.string().optional(),
  sysctls: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  windowsOptions: freeObject.optional(),
});

/** core/v1 PodSpec. */
export const podSpec = z.object({
  activeDeadlineSeconds: z.int().optional(),
  affinity: freeObject.optional(),
  automountServiceAccountToken: z.boolean().optional(),
  containers: keyedList(container, ['name']),
  dnsConfig: freeObject.optional(),
  dnsPolicy: z.string().optional(),
  enableServiceLinks: z.boolean().optional(),
  ephemeralContainers: keyedList(container.extend({ targetContainerName: z.string().optional() }), ['name']).optional(),
  hostAliases: keyedList(z.object({ ip: z.string(), hostnames: z.array(z.string()).optional() }), ['ip']).optional(),
  hostIPC: z.boolean().optional(),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostUsers: z.boolean().optional(),
  hostname: z.string().optional(),
  hostnameOverride: z.string().optional(),
  imagePullSecrets: imagePullSecrets.optional(),
  initContainers: keyedList(container, ['name']).optional(),
  nodeName: z.string().optional(),
  nodeSelector: nodeSelector.optional(),
  os: z.object({ name: z.string() }).optional(),
  overhead: z.record(z.string(), quantity).optional(),
  preemptionPolicy: z.string().optional(),
  priority: z.int().optional(),
  priorityClassName: z.string().optional(),
  readinessGates: z.array(z.object({ conditionType: z.string() })).optional(),
  resourceClaims: keyedList(z.looseObject({ name: z.string() }), ['name'], 'merge,retainKeys').optional(),
  resources: freeObject.optional(),
  restartPolicy: z.enum(['Always', 'OnFailure', 'Never']).optional(),
  runtimeClassName: z.string().optional(),
  schedulerName: z.string().optional(),
  schedulingGates: keyedList(z.object({ name: z.string() }), ['name']).optional(),
  securityContext: podSecurity.optional(),
  serviceAccount: z.string().optional(),
  serviceAccountName: z.string().optional(),
  setHostnameAsFQDN: z.boolean().optional(),
  shareProcessNamespace: z.boolean().optional(),
  subdomain: z.string().optional(),
  terminationGracePeriodSeconds: z.int().optional(),
  tolerations: z.array(toleration).optional(),
  topologySpreadConstraints: keyedList(
    z.looseObject({ topologyKey: z.string(), whenUnsatisfiable: z.string(), maxSkew: z.int(), labelSelector: labelSelector.optional() }),
    ['topologyKey', 'whenUnsatisfiable'],
  ).optional(),
  volumes: keyedList(volume, ['name'], 'merge,retainKeys').optional(),
});
export type PodSpec = z.infer<typeof podSpec>;

const containerState = z.looseObject({
  waiting: z.looseObject({ reason: z.string().optional(), message: z.string().optional() }).optional(),
  running: z.looseObject({ startedAt: time.optional() }).optional(),
  terminated: z
    .looseObject({
      exitCode: z.int(),
      signal: z.int().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      startedAt: time.optional(),
      finishedAt: time.optional(),
      containerID: z.string().optional(),
    })
    .optional(),
});

const containerStatus = z.looseObject({
  name: z.string(),
  ready: z.boolean(),
  restartCount: z.int(),
  image: z.string(),
  imageID: z.string(),
  containerID: z.string().optional(),
  started: z.boolean().optional(),
  state: containerState.optional(),
  lastState: containerState.optional(),
});
export type ContainerStatus = z.infer<typeof containerStatus>;

/** core/v1 PodStatus. */
export const podStatus = z.looseObject({
  phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']).optional(),
  conditions: conditions.optional(),
  message: z.string().optional(),
  reason: z.string().optional(),
  hostIP: z.string().optional(),
  hostIPs: z.array(z.object({ ip: z.string() })).optional(),
  podIP: z.string().optional(),
  podIPs: keyedList(z.object({ ip: z.string() }), ['ip']).optional(),
  startTime: time.optional(),
  initContainerStatuses: z.array(containerStatus).optional(),
  containerStatuses: z.array(containerStatus).optional(),
  ephemeralContainerStatuses: z.array(containerStatus).optional(),
  qosClass: z.string().optional(),
});
export type PodStatus = z.infer<typeof podStatus>;
export type Pod = KubernetesObject<PodSpec, PodStatus>;

/** What a Deployment, ReplicaSet … makes pods from. */
export const podTemplate = z.object({ metadata: objectMeta.optional(), spec: podSpec });
export type PodTemplate = z.infer<typeof podTemplate>;

export const podKind = defineKind({
  group: '',
  kind: 'Pod',
  plural: 'pods',
  versions: ['v1'],
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  native: true,
  spec: podSpec,
  status: podStatus,
  subresources: ['binding', 'eviction', 'log', 'proxy'],
});
