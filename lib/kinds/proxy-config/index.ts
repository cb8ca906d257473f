import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { proxyConfigExample, proxyConfigForm, proxyConfigNotes, proxyConfigReferences } from './notes';
import { proxyConfigSpec } from './schema';
import { checkProxyConfig } from './validators';
import { describeProxyConfig } from './words';

export type { ProxyConfig, ProxyConfigSpec } from './schema';

export const proxyConfigKind = defineKind({
  group: 'networking.istio.io',
  kind: 'ProxyConfig',
  plural: 'proxyconfigs',
  shortNames: [],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1beta1'],
  namespaced: true,
  spec: describeFields(proxyConfigSpec, proxyConfigNotes),
  describe: describeProxyConfig,
  summary: 'Settings with which proxies start.',
  form: proxyConfigForm,
  references: proxyConfigReferences,
  example: proxyConfigExample,
  rules: checkProxyConfig,
  printerColumns: [],
});
