import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateInstant, evaluateRange, parseExpression } from '@/lib/promql';
import { DurableStore } from './durable-store';
import { parseSeriesText } from './parse-exposition';
import { INTERVAL_MS, PAGES, examplePages } from './testdata/example-scrapes';

const folder = path.join(process.env['HEDDLE_SHARED'] ?? '../shared', 'data/grafana-istio-dashboards');
const present = fs.existsSync(folder);

/** Every expression in a dashboard: panel targets and queries of variables. */
function expressionsIn(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(expressionsIn);
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]: [string, unknown]) => {
    if (key === 'expr' && typeof value === 'string') return [value];
    const query = typeof value === 'string' ? /^query_result\((.*)\)$/s.exec(value)?.[1] : undefined;
    return query === undefined ? expressionsIn(value) : [query];
  });
}

/** What Grafana puts in before it asks. */
function withVariables(text: string): string {
  return text
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__interval', '15s')
    .replaceAll(/\$\{?\w+(?::\w+)?\}?/g, '(reviews|ratings)');
}

describe.skipIf(!present && process.env['HEDDLE_PEERS'] !== 'required')("Istio's Grafana dashboards", () => {
  it('ask nothing that is not understood', () => {
    const texts = fs.readdirSync(folder).filter((name) => name.endsWith('.json'));
    const expressions = [...new Set(texts.flatMap((name) => expressionsIn(JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')))))];
    expect(expressions.length).toBeGreaterThan(200);
    const store = new DurableStore({ directory: undefined, windowMs: 3_600_000, retentionMs: Infinity, onProblem: () => {} });
    const pages = examplePages();
    for (const page of pages) {
      for (const line of [...page.families.values()].flat()) {
        const blank = line.lastIndexOf(' ');
        store.append(store.seriesOf(parseSeriesText(line.slice(0, blank))), page.timeMs, Number(line.slice(blank + 1)));
      }
    }
    const endMs = pages[0]!.timeMs + (PAGES - 1) * INTERVAL_MS;
    const answered = expressions.map(withVariables).filter((query) => {
      const expr = parseExpression(query);
      evaluateRange(expr, store.samples, { startMs: endMs - 600_000, endMs, stepMs: 60_000 });
      const result = evaluateInstant(expr, store.samples, endMs);
      return result.type === 'vector' && result.series.length > 0;
    });
    // The example has a few of the labels they ask for: those panels show something.
    expect(answered.length).toBeGreaterThan(5);
  });
});
