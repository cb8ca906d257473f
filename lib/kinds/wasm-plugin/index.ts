import { defineKind } from '../define-kind';
import { wasmPluginSpec } from './schema';
import { checkWasmPlugin } from './validators';

export type { WasmPlugin, WasmPluginSpec } from './schema';

export const wasmPluginKind = defineKind({
  group: 'extensions.istio.io',
  kind: 'WasmPlugin',
  plural: 'wasmplugins',
  shortNames: [],
  categories: ['istio-io', 'extensions-istio-io'],
  versions: ['v1alpha1'],
  namespaced: true,
  spec: wasmPluginSpec,
  rules: checkWasmPlugin,
  printerColumns: [],
});
