import { z } from 'zod';
import { defineKind } from '../define-kind';
import type { KubernetesObject } from '../define-kind';
import { atomic, freeObject, intOrString, labelSelector, portProtocol } from './parts';

const networking = { group: 'networking.k8s.io', versions: ['v1'], native: true } as const;

const backend = z.object({
  service: z
    .object({ name: z.string(), port: atomic(z.object({ name: z.string().optional(), number: z.int().optional() })).optional() })
    .optional(),
  resource: freeObject.optional(),
});

const ingressSpec = z.object({
  ingressClassName: z.string().optional(),
  defaultBackend: backend.optional(),
  tls: z.array(z.object({ hosts: z.array(z.string()).optional(), secretName: z.string().optional() })).optional(),
  rules: z
    .array(
      z.object({
        host: z.string().optional(),
        http: z.object({ paths: z.array(z.object({ path: z.string().optional(), pathType: z.string(), backend })) }).optional(),
      }),
    )
    .optional(),
});
export type Ingress = KubernetesObject<z.infer<typeof ingressSpec>>;

export const ingressKind = defineKind({
  ...networking,
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  spec: ingressSpec,
  status: z.looseObject({}),
});

export const ingressClassKind = defineKind({
  ...networking,
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
  hasStatus: false,
  spec: z.object({ controller: z.string().optional(), parameters: freeObject.optional() }),
});

const peer = z.object({
  podSelector: labelSelector.optional(),
  namespaceSelector: labelSelector.optional(),
  ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()).optional() }).optional(),
});
const policyPort = z.object({ protocol: portProtocol.optional(), port: intOrString.optional(), endPort: z.int().optional() });
const networkPolicySpec = z.object({
  podSelector: labelSelector.optional(),
  ingress: z.array(z.object({ from: z.array(peer).optional(), ports: z.array(policyPort).optional() })).optional(),
  egress: z.array(z.object({ to: z.array(peer).optional(), ports: z.array(policyPort).optional() })).optional(),
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])).optional(),
});
export type NetworkPolicy = KubernetesObject<z.infer<typeof networkPolicySpec>>;

export const networkPolicyKind = defineKind({
  ...networking,
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  namespaced: true,
  hasStatus: false,
  spec: networkPolicySpec,
});
