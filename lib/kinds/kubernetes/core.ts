import { z } from 'zod';
import { defineKind } from '../define-kind';
import type { KubernetesObject, ObjectMeta } from '../define-kind';
import {
  conditions,
  freeObject,
  intOrString,
  keyedList,
  localReference,
  objectReference,
  port,
  portProtocol,
  quantity,
  setList,
  stringMap,
  time,
} from './parts';

const core = { group: '', versions: ['v1'], native: true } as const;

const namespaceSpec = z.object({ finalizers: z.array(z.string()).optional() });
const namespaceStatus = z.looseObject({ phase: z.string().optional(), conditions: conditions.optional() });
export type Namespace = KubernetesObject<z.infer<typeof namespaceSpec>, z.infer<typeof namespaceStatus>>;

export const namespaceKind = defineKind({
  ...core,
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  spec: namespaceSpec,
  status: namespaceStatus,
  specOptional: true,
  subresources: ['finalize'],
});

const nodeSpec = z.object({
  podCIDR: z.string().optional(),
  podCIDRs: setList(z.string()).optional(),
  providerID: z.string().optional(),
  unschedulable: z.boolean().optional(),
  taints: z.array(z.object({ key: z.string(), value: z.string().optional(), effect: z.string(), timeAdded: time.optional() })).optional(),
  configSource: freeObject.optional(),
  externalID: z.string().optional(),
});
const nodeStatus = z.looseObject({
  addresses: keyedList(z.object({ type: z.string(), address: z.string() }), ['type']).optional(),
  capacity: z.record(z.string(), quantity).optional(),
  allocatable: z.record(z.string(), quantity).optional(),
  conditions: conditions.optional(),
  nodeInfo: z.record(z.string(), z.unknown()).optional(),
});
export type Node = KubernetesObject<z.infer<typeof nodeSpec>, z.infer<typeof nodeStatus>>;

export const nodeKind = defineKind({
  ...core,
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  spec: nodeSpec,
  status: nodeStatus,
  specOptional: true,
  subresources: ['proxy'],
});

const servicePort = z.object({
  name: z.string().optional(),
  port,
  protocol: portProtocol.optional(),
  targetPort: intOrString.optional(),
  nodePort: z.int().min(0).max(65_535).optional(),
  appProtocol: z.string().optional(),
});
export type ServicePort = z.infer<typeof servicePort>;

const serviceSpec = z.object({
  type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']).optional(),
  selector: stringMap.meta({ 'x-kubernetes-map-type': 'atomic' }).optional(),
  ports: keyedList(servicePort, ['port', 'protocol']).optional(),
  clusterIP: z.string().optional(),
  clusterIPs: z.array(z.string()).optional(),
  externalIPs: z.array(z.string()).optional(),
  externalName: z.string().optional(),
  sessionAffinity: z.enum(['None', 'ClientIP']).optional(),
  sessionAffinityConfig: z.object({ clientIP: z.object({ timeoutSeconds: z.int().optional() }).optional() }).optional(),
  loadBalancerIP: z.string().optional(),
  loadBalancerClass: z.string().optional(),
  loadBalancerSourceRanges: z.array(z.string()).optional(),
  allocateLoadBalancerNodePorts: z.boolean().optional(),
  externalTrafficPolicy: z.enum(['Cluster', 'Local']).optional(),
  internalTrafficPolicy: z.enum(['Cluster', 'Local']).optional(),
  healthCheckNodePort: z.int().optional(),
  publishNotReadyAddresses: z.boolean().optional(),
  ipFamilies: z.array(z.enum(['IPv4', 'IPv6'])).optional(),
  ipFamilyPolicy: z.string().optional(),
  trafficDistribution: z.string().optional(),
});
export type ServiceSpec = z.infer<typeof serviceSpec>;
const serviceStatus = z.looseObject({
  loadBalancer: z
    .looseObject({ ingress: z.array(z.looseObject({ ip: z.string().optional(), hostname: z.string().optional() })).optional() })
    .optional(),
  conditions: conditions.optional(),
});
export type Service = KubernetesObject<ServiceSpec, z.infer<typeof serviceStatus>>;

export const serviceKind = defineKind({
  ...core,
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  spec: serviceSpec,
  status: serviceStatus,
  subresources: ['proxy'],
});

const endpointAddress = z.object({
  ip: z.string(),
  hostname: z.string().optional(),
  nodeName: z.string().optional(),
  targetRef: objectReference.optional(),
});
const endpointPort = z.object({ name: z.string().optional(), port, protocol: portProtocol.optional(), appProtocol: z.string().optional() });
const endpointsBody = z.object({
  subsets: z
    .array(
      z.object({
        addresses: z.array(endpointAddress).optional(),
        notReadyAddresses: z.array(endpointAddress).optional(),
        ports: z.array(endpointPort).optional(),
      }),
    )
    .optional(),
});
export type Endpoints = { apiVersion: string; kind: string; metadata: ObjectMeta } & z.infer<typeof endpointsBody>;

export const endpointsKind = defineKind({
  ...core,
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  hasStatus: false,
  body: endpointsBody,
});

const endpointSliceBody = z.object({
  addressType: z.enum(['IPv4', 'IPv6', 'FQDN']),
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        conditions: z
          .object({ ready: z.boolean().optional(), serving: z.boolean().optional(), terminating: z.boolean().optional() })
          .optional(),
        deprecatedTopology: stringMap.optional(),
        hints: freeObject.optional(),
        hostname: z.string().optional(),
        nodeName: z.string().optional(),
        targetRef: objectReference.optional(),
        zone: z.string().optional(),
      }),
    )
    .optional(),
  ports: z
    .array(
      z.object({
        name: z.string().optional(),
        port: port.optional(),
        protocol: portProtocol.optional(),
        appProtocol: z.string().optional(),
      }),
    )
    .optional(),
});
export type EndpointSlice = { apiVersion: string; kind: string; metadata: ObjectMeta } & z.infer<typeof endpointSliceBody>;

export const endpointSliceKind = defineKind({
  group: 'discovery.k8s.io',
  versions: ['v1'],
  native: true,
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  hasStatus: false,
  body: endpointSliceBody,
});

const configMapBody = z.object({ data: stringMap.optional(), binaryData: stringMap.optional(), immutable: z.boolean().optional() });
export type ConfigMap = { apiVersion: string; kind: string; metadata: ObjectMeta } & z.infer<typeof configMapBody>;

export const configMapKind = defineKind({
  ...core,
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
  hasStatus: false,
  body: configMapBody,
});

const secretBody = z.object({
  data: stringMap.optional(),
  stringData: stringMap.optional(),
  type: z.string().optional(),
  immutable: z.boolean().optional(),
});
export type Secret = { apiVersion: string; kind: string; metadata: ObjectMeta } & z.infer<typeof secretBody>;

export const secretKind = defineKind({
  ...core,
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  hasStatus: false,
  body: secretBody,
});

const serviceAccountBody = z.object({
  secrets: keyedList(objectReference, ['name']).optional(),
  imagePullSecrets: z.array(localReference).optional(),
  automountServiceAccountToken: z.boolean().optional(),
});
export type ServiceAccount = { apiVersion: string; kind: string; metadata: ObjectMeta } & z.infer<typeof serviceAccountBody>;

export const serviceAccountKind = defineKind({
  ...core,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  namespaced: true,
  hasStatus: false,
  body: serviceAccountBody,
  subresources: ['token'],
});

const claimSpec = z.object({
  accessModes: z.array(z.string()).optional(),
  resources: z
    .object({ limits: z.record(z.string(), quantity).optional(), requests: z.record(z.string(), quantity).optional() })
    .optional(),
  selector: freeObject.optional(),
  storageClassName: z.string().optional(),
  volumeAttributesClassName: z.string().optional(),
  volumeMode: z.string().optional(),
  volumeName: z.string().optional(),
  dataSource: freeObject.optional(),
  dataSourceRef: freeObject.optional(),
});

export const persistentVolumeClaimKind = defineKind({
  ...core,
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  namespaced: true,
  spec: claimSpec,
  status: z.looseObject({ phase: z.string().optional() }),
});
