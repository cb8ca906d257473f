import { HeddleError } from '@/lib/errors';
import { parseGoDuration } from '@/lib/traces';
import type { TraceSearch } from './trace-store';

const MAX_TRACES = 1500;
const DEFAULT_TRACES = 100;

function invalid(name: string, message: string): HeddleError {
  return new HeddleError('bad_request', `unable to parse param '${name}': ${message}`, { path: name });
}

/** Whole number of a parameter, or what stands for an absent one. */
export function integerParam(params: URLSearchParams, name: string, otherwise: number): number {
  const text = params.get(name) ?? '';
  if (text === '') return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value)) throw invalid(name, `${JSON.stringify(text)} is not a whole number`);
  return value;
}

/** Microseconds of a duration as Go writes it. */
export function durationParam(params: URLSearchParams, name: string, otherwise: number): number {
  const text = params.get(name) ?? '';
  if (text === '') return otherwise;
  const us = parseGoDuration(text);
  if (us === undefined) throw invalid(name, `${JSON.stringify(text)} is not a duration such as 1.2s or 100ms`);
  return us;
}

/** Microseconds of an RFC 3339 time; a plus sign that was not encoded arrives as a blank. */
export function timeParam(params: URLSearchParams, names: readonly string[]): number {
  const name = names.find((one) => (params.get(one) ?? '') !== '');
  if (name === undefined) throw invalid(names[0] ?? '', 'it is required');
  const text = (params.get(name) ?? '').replace(/ (\d\d:\d\d)$/, '+$1');
  const ms = /^\d{4}-\d\d-\d\d[Tt]/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) throw invalid(name, `${JSON.stringify(text)} is not a time`);
  // Date stops at milliseconds; the digits after them matter where spans do.
  const digits = /\.(\d+)/.exec(text)?.[1] ?? '';
  return ms * 1000 + Number(digits.padEnd(6, '0').slice(3, 6));
}

/** Tags given as a JSON object of texts. */
export function tagsParam(text: string, name: string): Record<string, string> {
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(name, 'it must be a JSON object of texts');
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]));
}

function limited(limit: number, name: string): number {
  if (limit < 1) throw invalid(name, 'it must be at least 1');
  return Math.min(limit, MAX_TRACES);
}

/** Parameters of the search of Jaeger's older API: times in microseconds, tags as `tag=k:v` or `tags={"k":"v"}`. */
export function legacySearch(params: URLSearchParams, nowMs: number): TraceSearch {
  const tags = tagsParam(params.get('tags') ?? '', 'tags');
  for (const pair of params.getAll('tag')) {
    const colon = pair.indexOf(':');
    if (colon < 1) throw invalid('tag', `${JSON.stringify(pair)} is not of the form key:value`);
    tags[pair.slice(0, colon)] = pair.slice(colon + 1);
  }
  const search: TraceSearch = {
    service: params.get('service') ?? '',
    operation: params.get('operation') ?? '',
    tags,
    minDurationUs: durationParam(params, 'minDuration', 0),
    maxDurationUs: durationParam(params, 'maxDuration', Infinity),
    startUs: integerParam(params, 'start', (nowMs - 48 * 3_600_000) * 1000),
    endUs: integerParam(params, 'end', nowMs * 1000),
    limit: limited(integerParam(params, 'limit', DEFAULT_TRACES), 'limit'),
  };
  if (search.service === '') throw new HeddleError('bad_request', "parameter 'service' is required", { path: 'service' });
  if (search.maxDurationUs < search.minDurationUs)
    throw new HeddleError('bad_request', "'maxDuration' should be greater than 'minDuration'", { path: 'maxDuration' });
  return search;
}

/** Parameters of the search of API v3: `query.serviceName` …, also under their older names. */
export function searchV3(params: URLSearchParams): TraceSearch {
  const either = (name: string, older: string): string => params.get(`query.${name}`) ?? params.get(`query.${older}`) ?? '';
  if ((params.get('query.filter') ?? '') !== '')
    throw new HeddleError('not_supported', 'query.filter is not supported', { path: 'query.filter' });
  const names = (name: string, older: string): string => (params.has(`query.${name}`) ? `query.${name}` : `query.${older}`);
  const startUs = timeParam(params, ['query.startTimeMin', 'query.start_time_min']);
  const endUs = timeParam(params, ['query.startTimeMax', 'query.start_time_max']);
  if (endUs < startUs)
    throw new HeddleError('bad_request', 'query.startTimeMin must be before query.startTimeMax', { path: 'query.startTimeMax' });
  const depth = params.has('query.num_traces') ? 'query.num_traces' : names('searchDepth', 'search_depth');
  return {
    service: either('serviceName', 'service_name'),
    operation: either('operationName', 'operation_name'),
    tags: tagsParam(either('attributes', 'attributes'), 'query.attributes'),
    minDurationUs: durationParam(params, names('durationMin', 'duration_min'), 0),
    maxDurationUs: durationParam(params, names('durationMax', 'duration_max'), Infinity),
    startUs,
    endUs,
    limit: limited(integerParam(params, depth, DEFAULT_TRACES), depth),
  };
}
