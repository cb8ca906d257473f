import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { telemetryExample, telemetryForm, telemetryNotes, telemetryReferences } from './notes';
import { telemetrySpec } from './schema';
import { checkTelemetry } from './validators';
import { describeTelemetry } from './words';

export type { Telemetry, TelemetrySpec } from './schema';

export const telemetryKind = defineKind({
  group: 'telemetry.istio.io',
  kind: 'Telemetry',
  plural: 'telemetries',
  shortNames: ['telemetry'],
  categories: ['istio-io', 'telemetry-istio-io'],
  versions: ['v1', 'v1alpha1'],
  namespaced: true,
  spec: describeFields(telemetrySpec, telemetryNotes),
  describe: describeTelemetry,
  acts: 'telemetry',
  summary: 'Traces, metrics and access logs.',
  form: telemetryForm,
  references: telemetryReferences,
  example: telemetryExample,
  rules: checkTelemetry,
  printerColumns: [],
});
