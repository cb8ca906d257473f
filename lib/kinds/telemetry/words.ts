import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { Telemetry } from './schema';

/** What a Telemetry does, in sentences. */
export function describeTelemetry(object: Telemetry): Words[] {
  const who = sayWho(object);
  const { tracing = [], accessLogging = [], metrics = [] } = object.spec;
  const sentences: Words[] = [];
  for (const one of tracing) {
    if (one.disableSpanReporting === true) sentences.push(sayWords('telemetry_traces_off', { who }));
    else if (one.randomSamplingPercentage !== undefined)
      sentences.push(sayWords('telemetry_traces', { who, percent: one.randomSamplingPercentage }));
  }
  for (const one of accessLogging) {
    const filter = one.filter?.expression === undefined ? '' : ` (${one.filter.expression})`;
    sentences.push(one.disabled === true ? sayWords('telemetry_log_off', { who }) : sayWords('telemetry_log', { who, filter }));
  }
  for (const override of metrics.flatMap((one) => one.overrides ?? [])) {
    const metric = override.match?.customMetric ?? override.match?.metric ?? 'ALL_METRICS';
    const tags = Object.keys(override.tagOverrides ?? {}).join(', ');
    if (override.disabled === true) sentences.push(sayWords('telemetry_metric_off', { who, metric }));
    else if (tags !== '') sentences.push(sayWords('telemetry_metric_tags', { who, metric, tags }));
  }
  return sentences;
}
