import { z } from 'zod';
import { defineKind } from '../define-kind';
import type { ObjectMeta } from '../define-kind';
import { atomic, freeObject } from './parts';

const rbac = { group: 'rbac.authorization.k8s.io', versions: ['v1'], native: true, hasStatus: false } as const;

const policyRule = z.object({
  verbs: z.array(z.string()),
  apiGroups: z.array(z.string()).optional(),
  resources: z.array(z.string()).optional(),
  resourceNames: z.array(z.string()).optional(),
  nonResourceURLs: z.array(z.string()).optional(),
});
export type PolicyRule = z.infer<typeof policyRule>;

const subject = z.object({
  kind: z.enum(['User', 'Group', 'ServiceAccount']),
  apiGroup: z.string().optional(),
  name: z.string(),
  namespace: z.string().optional(),
});
const roleRef = atomic(z.object({ apiGroup: z.string().optional(), kind: z.enum(['Role', 'ClusterRole']), name: z.string() }));

const roleBody = z.object({ rules: z.array(policyRule).optional() });
const clusterRoleBody = z.object({ rules: z.array(policyRule).optional(), aggregationRule: freeObject.optional() });
const bindingBody = z.object({ subjects: z.array(subject).optional(), roleRef });

export type Role = { apiVersion: string; kind: string; metadata: ObjectMeta } & z.infer<typeof roleBody>;
export type RoleBinding = { apiVersion: string; kind: string; metadata: ObjectMeta } & z.infer<typeof bindingBody>;

export const roleKind = defineKind({ ...rbac, kind: 'Role', plural: 'roles', namespaced: true, body: roleBody });
export const clusterRoleKind = defineKind({
  ...rbac,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  body: clusterRoleBody,
});
export const roleBindingKind = defineKind({ ...rbac, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true, body: bindingBody });
export const clusterRoleBindingKind = defineKind({
  ...rbac,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  body: bindingBody,
});
