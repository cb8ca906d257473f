import { METRIC_NAME, labelsOf, parseFloatText, type Labels } from '@/lib/promql';

export interface MetricMetadata {
  type: string;
  help: string;
  unit: string;
}

export interface ExpositionListener {
  /** One sample. `series` is the text before the value, the same for the same series in every scrape. */
  sample(series: string, value: number, timeMs: number | undefined): void;
  metadata(metric: string, key: 'type' | 'help', text: string): void;
}

/**
 * Reads the Prometheus text format (0.0.4), line by line.
 * @throws Error naming the first line that cannot be read; nothing of such a scrape may be used.
 */
export function parseExposition(text: string, listener: ExpositionListener): void {
  let start = 0;
  for (let line = 1; start < text.length; line++) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    if (text.charCodeAt(start) === 35) readComment(text.slice(start, end), listener);
    else if (end > start && !readSample(text, start, end, listener)) {
      throw new Error(`line ${line}: cannot read ${JSON.stringify(text.slice(start, Math.min(end, start + 120)))}`);
    }
    start = end + 1;
  }
}

function readComment(line: string, listener: ExpositionListener): void {
  const parts = /^#\s+(HELP|TYPE)\s+(\S+)(?:\s+(.*))?$/.exec(line);
  if (parts === null) return;
  const text = (parts[3] ?? '').trim();
  listener.metadata(parts[2] as string, parts[1] === 'TYPE' ? 'type' : 'help', text.replaceAll('\\n', '\n').replaceAll('\\\\', '\\'));
}

function readSample(text: string, start: number, end: number, listener: ExpositionListener): boolean {
  // Neither value nor timestamp can hold a brace, so the last one of the line closes the labels.
  let cut = text.lastIndexOf('}', end - 1) + 1;
  if (cut <= start) {
    cut = start;
    while (cut < end && !isBlank(text.charCodeAt(cut))) cut++;
  }
  const rest = text.slice(cut, end).trim();
  if (rest === '') return text.slice(start, end).trim() === '';
  const blank = rest.search(/\s/);
  const value = parseFloatText(blank < 0 ? rest : rest.slice(0, blank));
  const time = blank < 0 ? undefined : Number(rest.slice(blank + 1));
  if (value === undefined || (time !== undefined && !Number.isFinite(time))) return false;
  listener.sample(text.slice(start, cut), value, time);
  return true;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

const seriesName = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{|$)/;
const labelPair = /\s*(?:([a-zA-Z_][a-zA-Z0-9_]*)|"((?:[^"\\]|\\.)*)")\s*(?:=\s*"((?:[^"\\]|\\.)*)"\s*)?(,|\})/y;

/**
 * The labels of a series as it stands in the text. Bounds (`le`, `quantile`) get one form per number: `1` becomes `1.0`, as in Prometheus 3.
 * @throws Error when the text is no series.
 */
export function parseSeriesText(text: string): Labels {
  const head = seriesName.exec(text);
  if (head === null) throw new Error(`cannot read series ${JSON.stringify(text)}`);
  const pairs: [string, string][] = head[1] === undefined ? [] : [[METRIC_NAME, head[1]]];
  let at = head[0].length;
  if (head[0].endsWith('{') && !/^\s*\}\s*$/.test(text.slice(at))) {
    for (;;) {
      labelPair.lastIndex = at;
      const pair = labelPair.exec(text);
      // A name without a value is the metric's own, and only in quotes.
      if (pair === null || (pair[3] === undefined && pair[2] === undefined))
        throw new Error(`cannot read labels of ${JSON.stringify(text)}`);
      const name = pair[1] ?? unescape(pair[2] ?? '');
      if (pair[3] === undefined) pairs.push([METRIC_NAME, name]);
      else pairs.push([name, name === 'le' || name === 'quantile' ? normalBound(pair[3]) : unescape(pair[3])]);
      at += pair[0].length;
      if (pair[4] === '}' || /^\s*\}\s*$/.test(text.slice(at))) break;
    }
  }
  return labelsOf(pairs);
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\(.)/g, (_all, c: string) => (c === 'n' ? '\n' : c));
}

function normalBound(text: string): string {
  const value = parseFloatText(text);
  if (value === undefined || !Number.isFinite(value)) return value === Infinity ? '+Inf' : text;
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : text;
}
