import { defineKind } from '../define-kind';
import { proxyConfigSpec } from './schema';
import { checkProxyConfig } from './validators';

export type { ProxyConfig, ProxyConfigSpec } from './schema';

export const proxyConfigKind = defineKind({
  group: 'networking.istio.io',
  kind: 'ProxyConfig',
  plural: 'proxyconfigs',
  shortNames: [],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1beta1'],
  namespaced: true,
  spec: proxyConfigSpec,
  rules: checkProxyConfig,
  printerColumns: [],
});
