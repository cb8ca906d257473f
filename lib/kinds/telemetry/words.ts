import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { Telemetry } from './schema';

const say = wordsOf({
  telemetry_traces: '{percent} % of requests to {who} are traced.',
  telemetry_traces_off: 'Requests to {who} are not traced.',
  telemetry_log: 'The access log of {who} is written{filter}.',
  telemetry_log_off: 'The access log of {who} is off.',
  telemetry_metric_off: '{metric} of {who} is not counted.',
  telemetry_metric_tags: '{metric} of {who}: labels {tags} are changed.',
});

/** What a Telemetry does, in sentences. */
export function describeTelemetry(object: Telemetry): Words[] {
  const who = sayWho(object);
  const { tracing = [], accessLogging = [], metrics = [] } = object.spec;
  const sentences: Words[] = [];
  for (const one of tracing) {
    if (one.disableSpanReporting === true) sentences.push(say('telemetry_traces_off', { who }));
    else if (one.randomSamplingPercentage !== undefined)
      sentences.push(say('telemetry_traces', { who, percent: one.randomSamplingPercentage }));
  }
  for (const one of accessLogging) {
    const filter = one.filter?.expression === undefined ? '' : ` (${one.filter.expression})`;
    sentences.push(one.disabled === true ? say('telemetry_log_off', { who }) : say('telemetry_log', { who, filter }));
  }
  for (const override of metrics.flatMap((one) => one.overrides ?? [])) {
    const metric = override.match?.customMetric ?? override.match?.metric ?? 'ALL_METRICS';
    const tags = Object.keys(override.tagOverrides ?? {}).join(', ');
    if (override.disabled === true) sentences.push(say('telemetry_metric_off', { who, metric }));
    else if (tags !== '') sentences.push(say('telemetry_metric_tags', { who, metric, tags }));
  }
  return sentences;
}
