import { checkDuration, checkPolicyTargets, fieldName } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { Telemetry, TelemetrySpec } from './schema';

/** What Istio's webhook says about a Telemetry (istio.md §2.1). */
export function checkTelemetry({ spec }: Telemetry, report: RuleReport): void {
  checkPolicyTargets(report, spec);
  const { tracing = [], metrics = [], accessLogging = [] } = spec;
  if (tracing.length > 1) report.warning('spec.tracing[1]', 'multiple tracing is not currently supported');
  for (const [index, one] of tracing.entries()) {
    const path = `spec.tracing[${index}]`;
    const sampling = one.randomSamplingPercentage;
    if (sampling !== undefined && (sampling < 0 || sampling > 100))
      report.error(`${path}.randomSamplingPercentage`, `randomSamplingPercentage must be in range [0.0, 100.0]: ${sampling}`);
    if ((one.providers ?? []).length > 1) report.warning(`${path}.providers`, 'multiple providers is not currently supported');
    checkProviders(report, path, one.providers);
    for (const [name, tag] of Object.entries(one.customTags ?? {})) {
      const at = `${path}.customTags${fieldName(name)}`;
      if (name === '') report.error(`${path}.customTags`, 'tag name may not be empty');
      const sources = (['literal', 'environment', 'header', 'formatter'] as const).filter((source) => tag[source] !== undefined);
      if (sources.length !== 1) report.error(at, 'exactly one of literal, environment, header or formatter must be set');
      if (tag.literal?.value === '') report.error(`${at}.literal.value`, 'literal tag value may not be empty');
      if (tag.header?.name === '') report.error(`${at}.header.name`, 'header tag name may not be empty');
      if (tag.environment?.name === '') report.error(`${at}.environment.name`, 'environment tag name may not be empty');
    }
  }
  for (const [index, one] of metrics.entries()) checkMetrics(report, `spec.metrics[${index}]`, one);
  for (const [index, one] of accessLogging.entries()) checkProviders(report, `spec.accessLogging[${index}]`, one.providers);
}

function checkMetrics(report: RuleReport, path: string, metrics: NonNullable<TelemetrySpec['metrics']>[number]): void {
  checkProviders(report, path, metrics.providers);
  checkDuration(report, `${path}.reportingInterval`, metrics.reportingInterval);
  for (const [index, override] of (metrics.overrides ?? []).entries()) {
    const at = `${path}.overrides[${index}]`;
    if (override.match?.customMetric === '') report.error(`${at}.match.customMetric`, 'customMetric may not be empty');
    if (override.match?.customMetric !== undefined && override.match.metric !== undefined)
      report.error(`${at}.match`, 'only one of metric, customMetric can be given');
    for (const [name, tag] of Object.entries(override.tagOverrides ?? {})) {
      const tagPath = `${at}.tagOverrides${fieldName(name)}`;
      if (name === '') report.error(`${at}.tagOverrides`, 'tagOverrides.name may not be empty');
      if ((tag.operation ?? 'UPSERT') === 'UPSERT' && (tag.value ?? '') === '')
        report.error(`${tagPath}.value`, 'tagOverrides.value must be set set when operation is UPSERT');
      if (tag.operation === 'REMOVE' && (tag.value ?? '') !== '')
        report.error(`${tagPath}.value`, 'tagOverrides.value may only be set when operation is UPSERT');
    }
  }
}

function checkProviders(report: RuleReport, path: string, providers: readonly { name: string }[] | undefined): void {
  for (const [index, { name }] of (providers ?? []).entries())
    if (name === '') report.error(`${path}.providers[${index}].name`, 'providers.name may not be empty');
}
