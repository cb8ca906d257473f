import {
  METRIC_NAME,
  compareLabels,
  compileMatcher,
  evaluateInstant,
  formatFloat,
  labelPairs,
  labelsToRecord,
  labelValue,
  type Expr,
  type Labels,
} from '@/lib/promql';
import type { ApiContext, ApiReply } from './api-context';
import { invalid, type ApiParams } from './api-params';
import { successBody } from './write-result';

function listReply(values: readonly unknown[], params: ApiParams): ApiReply {
  const limit = params.limit();
  const cut = limit > 0 && values.length > limit;
  return {
    body: successBody(JSON.stringify(cut ? values.slice(0, limit) : values), cut ? { warnings: ['results truncated due to limit'] } : {}),
  };
}

/** Label sets of all series that pass one of the selectors, each once. */
function matching(params: ApiParams, { store }: ApiContext): Labels[] {
  const { startMs, endMs } = params.span();
  const found = new Set<Labels>();
  for (const matchers of params.matchers()) {
    // The index hands out one object per series, so identity tells series apart.
    for (const labels of store.samples.selectLabels(matchers, startMs, endMs)) found.add(labels);
  }
  return [...found];
}

/** `/api/v1/series` */
export function series(params: ApiParams, api: ApiContext): ApiReply {
  if (params.all('match[]').length === 0) throw invalid('match[]', 'no match[] parameter provided');
  return listReply(matching(params, api).sort(compareLabels).map(labelsToRecord), params);
}

/** `/api/v1/labels` */
export function labelNames(params: ApiParams, api: ApiContext): ApiReply {
  if (params.all('match[]').length === 0) return listReply(api.store.samples.index.labelNames(), params);
  const names = new Set<string>();
  for (const labels of matching(params, api)) for (const [name] of labelPairs(labels)) names.add(name);
  return listReply([...names].sort(), params);
}

/** `/api/v1/label/NAME/values` */
export function labelValues(name: string, params: ApiParams, api: ApiContext): ApiReply {
  if (name === '') throw invalid('name', 'invalid label name: ""');
  if (params.all('match[]').length === 0 && params.text('start') === '' && params.text('end') === '') {
    return listReply([...api.store.samples.index.labelValues(name).keys()].sort(), params);
  }
  const any = compileMatcher({ name, op: '!=', value: '' });
  const { startMs, endMs } = params.span();
  const found = params.all('match[]').length === 0 ? api.store.samples.selectLabels([any], startMs, endMs) : matching(params, api);
  const values = new Set<string>();
  for (const labels of found) {
    const value = labelValue(labels, name);
    if (value !== '') values.add(value);
  }
  return listReply([...values].sort(), params);
}

/** `/federate`: the newest samples of the selected series in the text format. */
export function federate(params: ApiParams, api: ApiContext): ApiReply {
  const lines = new Map<Labels, string>();
  for (const matchers of params.matchers()) {
    const selector: Expr = { kind: 'selector', name: undefined, matchers, offsetMs: 0, start: 0, end: 0 };
    const result = evaluateInstant(selector, api.store.samples, params.nowMs, { lookbackMs: api.limits.lookbackMs });
    if (result.type !== 'vector') continue;
    for (const { labels, timestamps, values } of result.series) {
      const inner = labelPairs(labels)
        .filter(([name]) => name !== METRIC_NAME)
        .map(([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`)
        .join(',');
      lines.set(labels, `${labelValue(labels, METRIC_NAME)}{${inner}} ${formatFloat(values[0] ?? NaN)} ${timestamps[0]}\n`);
    }
  }
  const body = [...lines].sort(([a], [b]) => compareLabels(a, b)).map(([, line]) => line);
  return { body: body.join(''), contentType: 'text/plain; version=0.0.4; charset=utf-8' };
}
