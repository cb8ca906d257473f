import { defineKind } from '../define-kind';
import { telemetrySpec } from './schema';
import { checkTelemetry } from './validators';

export type { Telemetry, TelemetrySpec } from './schema';

export const telemetryKind = defineKind({
  group: 'telemetry.istio.io',
  kind: 'Telemetry',
  plural: 'telemetries',
  shortNames: ['telemetry'],
  categories: ['istio-io', 'telemetry-istio-io'],
  versions: ['v1', 'v1alpha1'],
  namespaced: true,
  spec: telemetrySpec,
  rules: checkTelemetry,
  printerColumns: [],
});
