import { defineKind } from '../define-kind';
import { backendTLSPolicySpec } from './schema';

export type { BackendTLSPolicy, BackendTLSPolicySpec } from './schema';

export const backendTLSPolicyKind = defineKind({
  group: 'gateway.networking.k8s.io',
  kind: 'BackendTLSPolicy',
  plural: 'backendtlspolicies',
  shortNames: ['btlspolicy'],
  categories: ['gateway-api'],
  versions: ['v1'],
  namespaced: true,
  spec: backendTLSPolicySpec,
  printerColumns: [],
});
