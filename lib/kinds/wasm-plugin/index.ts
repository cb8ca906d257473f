import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { wasmPluginExample, wasmPluginNotes, wasmPluginReferences } from './notes';
import { wasmPluginSpec } from './schema';
import { checkWasmPlugin } from './validators';
import { describeWasmPlugin } from './words';

export type { WasmPlugin, WasmPluginSpec } from './schema';

export const wasmPluginKind = defineKind({
  group: 'extensions.istio.io',
  kind: 'WasmPlugin',
  plural: 'wasmplugins',
  shortNames: [],
  categories: ['istio-io', 'extensions-istio-io'],
  versions: ['v1alpha1'],
  namespaced: true,
  spec: describeFields(wasmPluginSpec, wasmPluginNotes),
  describe: describeWasmPlugin,
  acts: 'policy',
  summary: 'A WebAssembly module in the proxy.',
  references: wasmPluginReferences,
  example: wasmPluginExample,
  rules: checkWasmPlugin,
  printerColumns: [],
});
