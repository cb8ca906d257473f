import { formatPromDuration, METRIC_NAME } from '@/lib/promql';
import type { ApiContext, ApiReply } from './api-context';
import { invalid, type ApiParams } from './api-params';
import type { ScrapeLoop } from './scrape-loop';
import { successBody } from './write-result';

const reply = (data: unknown): ApiReply => ({ body: successBody(JSON.stringify(data)) });
const isoTime = (ms: number | undefined): string => (ms === undefined ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString());

function describeTarget(loop: ScrapeLoop, { scraper }: ApiContext): Record<string, unknown> {
  const { target, status } = loop;
  return {
    discoveredLabels: target.discovered ?? {},
    labels: target.labels,
    scrapePool: target.labels['job'] ?? '',
    scrapeUrl: target.url,
    globalUrl: target.url,
    lastError: status.lastError,
    lastScrape: isoTime(status.lastScrapeMs),
    lastScrapeDuration: status.lastDurationSeconds,
    health: status.health,
    scrapeInterval: formatPromDuration(scraper.options.intervalMs),
    scrapeTimeout: formatPromDuration(scraper.options.timeoutMs),
  };
}

/** `/api/v1/targets` */
export function targets(params: ApiParams, api: ApiContext): ApiReply {
  const state = params.text('state');
  const pool = params.text('scrapePool');
  const active = api.scraper.loops.filter((loop) => pool === '' || loop.target.labels['job'] === pool);
  return reply({
    activeTargets: state === 'dropped' ? [] : active.map((loop) => describeTarget(loop, api)),
    droppedTargets: [],
    droppedTargetCounts: {},
  });
}

/** `/api/v1/scrape_pools` */
export function scrapePools(_params: ApiParams, api: ApiContext): ApiReply {
  return reply({ scrapePools: [...new Set(api.scraper.loops.map((loop) => loop.target.labels['job'] ?? ''))].sort() });
}

/** `/api/v1/metadata` */
export function metadata(params: ApiParams, api: ApiContext): ApiReply {
  const metric = params.text('metric');
  const perMetric = params.text('limit_per_metric') === '' ? Infinity : Number(params.text('limit_per_metric'));
  if (Number.isNaN(perMetric)) throw invalid('limit_per_metric', 'must be a number');
  let entries = [...api.scraper.metadata()].filter(([name]) => metric === '' || name === metric);
  if (params.limit() > 0) entries = entries.slice(0, params.limit());
  return reply(Object.fromEntries(entries.map(([name, list]) => [name, list.slice(0, perMetric)])));
}

/** `/api/v1/targets/metadata` */
export function targetMetadata(params: ApiParams, api: ApiContext): ApiReply {
  const metric = params.text('metric');
  const rows = api.scraper.loops.flatMap((loop) =>
    [...loop.metadata]
      .filter(([name]) => metric === '' || name === metric)
      .map(([name, entry]) => ({ target: loop.target.labels, metric: name, ...entry })),
  );
  return reply(params.limit() > 0 ? rows.slice(0, params.limit()) : rows);
}

/** Clients choose their features by this version: it is the Prometheus whose semantics are served. */
export function buildInfoOf({ version }: ApiContext): Record<string, string> {
  return { version: '3.5.0', revision: `heddle-${version}`, branch: 'heddle', buildUser: '', buildDate: '', goVersion: '' };
}

export function buildInfo(_params: ApiParams, api: ApiContext): ApiReply {
  return reply(buildInfoOf(api));
}

export function runtimeInfo(_params: ApiParams, api: ApiContext): ApiReply {
  return reply({
    startTime: isoTime(api.startedMs),
    CWD: '',
    hostname: '',
    serverTime: isoTime(Date.now()),
    reloadConfigSuccess: true,
    lastConfigTime: isoTime(api.startedMs),
    corruptionCount: 0,
    goroutineCount: 0,
    GOMAXPROCS: 1,
    GOMEMLIMIT: 0,
    GOGC: '',
    GODEBUG: '',
    storageRetention: formatPromDuration(api.retentionMs),
  });
}

export function flags(_params: ApiParams, { limits, retentionMs }: ApiContext): ApiReply {
  return reply({
    'query.lookback-delta': formatPromDuration(limits.lookbackMs),
    'query.max-samples': String(limits.maxSamples),
    'query.timeout': formatPromDuration(limits.timeoutMs),
    'storage.tsdb.retention.time': formatPromDuration(retentionMs),
  });
}

export function config(_params: ApiParams, { scraper }: ApiContext): ApiReply {
  const { intervalMs, timeoutMs } = scraper.options;
  return reply({
    yaml: `global:\n  scrape_interval: ${formatPromDuration(intervalMs)}\n  scrape_timeout: ${formatPromDuration(timeoutMs)}\n`,
  });
}

/** `/api/v1/status/tsdb`: what makes the store large. */
export function storeStatus(params: ApiParams, api: ApiContext): ApiReply {
  const { index, windows } = api.store.samples;
  const limit = params.limit() || 10;
  const names = index.labelNames();
  const top = (entries: Iterable<[string, number]>): { name: string; value: number }[] =>
    [...entries]
      .sort(([, a], [, b]) => b - a)
      .slice(0, limit)
      .map(([name, value]) => ({ name, value }));
  const valuesOf = new Map(names.map((name) => [name, index.labelValues(name)]));
  const pairs = [...valuesOf].flatMap(([name, values]) =>
    [...values].map(([value, count]): [string, number] => [`${name}=${value}`, count]),
  );
  const bytes = [...valuesOf].map(([name, values]): [string, number] => [
    name,
    [...values.keys()].reduce((sum, value) => sum + value.length, 0),
  ]);
  return reply({
    headStats: {
      numSeries: index.size,
      numLabelPairs: pairs.length,
      chunkCount: windows.reduce((sum, window) => sum + window.blocks, 0),
      minTime: windows[0]?.minMs ?? 0,
      maxTime: windows.at(-1)?.maxMs ?? 0,
    },
    seriesCountByMetricName: top(valuesOf.get(METRIC_NAME) ?? []),
    labelValueCountByLabelName: top([...valuesOf].map(([name, values]): [string, number] => [name, values.size])),
    memoryInBytesByLabelName: top(bytes),
    seriesCountByLabelValuePair: top(pairs),
  });
}

export function walReplay(): ApiReply {
  return reply({ min: 0, max: 0, current: 0, state: 'done' });
}

export const noRules = (): ApiReply => reply({ groups: [] });
export const noAlerts = (): ApiReply => reply({ alerts: [] });
export const noAlertmanagers = (): ApiReply => reply({ activeAlertmanagers: [], droppedAlertmanagers: [] });
export const noExemplars = (): ApiReply => reply([]);
