import { formatFloat, labelsToRecord, type QueryResult, type ResultSeries } from '@/lib/promql';

/** Seconds with milliseconds, as the API writes times. */
export function formatTime(ms: number): string {
  return ms % 1000 === 0 ? String(ms / 1000) : (ms / 1000).toFixed(3);
}

/** `{"resultType": …, "result": …}`. Written by hand, as results are the bulk of what the API sends. */
export function writeQueryData(result: QueryResult): string {
  switch (result.type) {
    case 'scalar':
      return `{"resultType":"scalar","result":[${formatTime(result.timeMs)},"${formatFloat(result.value)}"]}`;
    case 'string':
      return `{"resultType":"string","result":[${formatTime(result.timeMs)},${JSON.stringify(result.value)}]}`;
    case 'vector':
      return `{"resultType":"vector","result":[${result.series.map(vectorElement).join(',')}]}`;
    case 'matrix':
      return `{"resultType":"matrix","result":[${result.series.map(matrixElement).join(',')}]}`;
  }
}

function metric(series: ResultSeries): string {
  return `"metric":${JSON.stringify(labelsToRecord(series.labels))}`;
}

function point(series: ResultSeries, i: number): string {
  return `[${formatTime(series.timestamps[i] ?? 0)},"${formatFloat(series.values[i] ?? NaN)}"]`;
}

function vectorElement(series: ResultSeries): string {
  return `{${metric(series)},"value":${point(series, 0)}}`;
}

function matrixElement(series: ResultSeries): string {
  return `{${metric(series)},"values":[${series.values.map((_, i) => point(series, i)).join(',')}]}`;
}

/** Wraps data that is already JSON in the envelope of a success. */
export function successBody(data: string, notes: { warnings?: readonly string[]; infos?: readonly string[] } = {}): string {
  const warnings = notes.warnings?.length ? `,"warnings":${JSON.stringify(notes.warnings)}` : '';
  const infos = notes.infos?.length ? `,"infos":${JSON.stringify(notes.infos)}` : '';
  return `{"status":"success","data":${data}${warnings}${infos}}`;
}
