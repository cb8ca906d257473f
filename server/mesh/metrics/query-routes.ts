import { PromqlError, evaluateInstant, evaluateRange, parseExpression, printExpression, type EvalOptions, type Expr } from '@/lib/promql';
import type { ApiContext, ApiReply } from './api-context';
import { invalid, type ApiParams } from './api-params';
import { successBody, writeQueryData } from './write-result';

const MAX_POINTS = 11_000;

/** `/api/v1/query` */
export function instantQuery(params: ApiParams, api: ApiContext): ApiReply {
  const timeMs = params.time('time', params.nowMs);
  const options = evalOptions(params, api);
  const result = evaluateInstant(parseQuery(params), api.store.samples, timeMs, options);
  const limit = params.limit();
  if (limit > 0 && (result.type === 'vector' || result.type === 'matrix') && result.series.length > limit) {
    result.series.length = limit;
    result.warnings.push('results truncated due to limit');
  }
  return { body: successBody(writeQueryData(result), result) };
}

/** `/api/v1/query_range` */
export function rangeQuery(params: ApiParams, api: ApiContext): ApiReply {
  const startMs = params.time('start', undefined);
  const endMs = params.time('end', undefined);
  if (endMs < startMs) throw invalid('end', 'end timestamp must not be before start time');
  const stepMs = params.duration('step');
  if (stepMs <= 0) throw invalid('step', 'zero or negative query resolution step widths are not accepted. Try a positive integer');
  if ((endMs - startMs) / stepMs > MAX_POINTS) {
    throw new PromqlError(
      'bad_data',
      `exceeded maximum resolution of ${MAX_POINTS.toLocaleString('en-US')} points per timeseries. Try decreasing the query resolution (?step=XX)`,
    );
  }
  const options = evalOptions(params, api);
  const result = evaluateRange(parseQuery(params), api.store.samples, { startMs, endMs, stepMs }, options);
  return { body: successBody(writeQueryData(result), result) };
}

/** `/api/v1/format_query` */
export function formatQuery(params: ApiParams): ApiReply {
  return { body: successBody(JSON.stringify(printExpression(parseQuery(params)))) };
}

function parseQuery(params: ApiParams): Expr {
  try {
    return parseExpression(params.text('query'));
  } catch (error) {
    if (error instanceof PromqlError) throw new PromqlError('bad_data', `invalid parameter "query": ${error.message}`, error.span);
    throw error;
  }
}

function evalOptions(params: ApiParams, { limits, memo }: ApiContext): EvalOptions {
  const timeoutMs = Math.min(params.duration('timeout', limits.timeoutMs), limits.timeoutMs);
  const deadline = performance.now() + timeoutMs;
  const lookbackMs = params.duration('lookback_delta', limits.lookbackMs);
  return {
    lookbackMs: lookbackMs > 0 ? lookbackMs : limits.lookbackMs,
    maxSamples: limits.maxSamples,
    memo,
    checkpoint: () => {
      if (performance.now() > deadline) throw new PromqlError('timeout', 'query timed out in expression evaluation');
    },
  };
}
