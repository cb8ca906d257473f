import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DurableStore } from './durable-store';
import { parseExposition, parseSeriesText } from './parse-exposition';
import { createPrometheusServer } from './prometheus-server';
import { ScrapeManager } from './scrape-manager';
import { FIRST_MS, INTERVAL_MS, PAGES, examplePages } from './testdata/example-scrapes';
import expressions from './testdata/expressions.json' with { type: 'json' };

const peersRequired = process.env['HEDDLE_PEERS'] === 'required';
const found = ['prometheus', 'promtool'].every((name) => spawnSync(name, ['--version']).status === 0);

interface Point {
  metric?: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}
interface Reply {
  status: string;
  errorType?: string;
  error?: string;
  data?: { resultType: string; result: Point[] | [number, string] };
}

const LAST_SECONDS = (FIRST_MS + (PAGES - 1) * INTERVAL_MS) / 1000;
/** Instants inside the data, none of them a multiple of a subquery's step. */
const instants = [LAST_SECONDS - 3000.5, LAST_SECONDS - 1207.25, LAST_SECONDS + 3.3];

describe.skipIf(!found && !peersRequired)('answers of Prometheus (Debian) to the same scrapes', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heddle-promql-'));
  let peer: ChildProcess;
  let server: http.Server;
  let peerUrl: string;
  let ourUrl: string;

  beforeAll(async () => {
    const pages = examplePages();
    const families = [...new Set(pages.flatMap((page) => [...page.families.keys()]))];
    const text = families.map((family) => {
      const lines = pages.flatMap((page) => (page.families.get(family) ?? []).map((line) => `${line} ${page.timeMs / 1000}`));
      return `# TYPE ${family} ${family === 'istio_requests' ? 'counter' : family.endsWith('milliseconds') ? 'histogram' : 'gauge'}\n${bySeries(lines).join('\n')}\n`;
    });
    fs.writeFileSync(path.join(directory, 'example.om'), `${text.join('')}# EOF\n`);
    execFileSync('promtool', [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      path.join(directory, 'example.om'),
      path.join(directory, 'data'),
    ]);
    fs.writeFileSync(path.join(directory, 'prometheus.yml'), 'scrape_configs: []\n');
    const port = await freePort();
    peerUrl = `http://127.0.0.1:${port}`;
    peer = spawn(
      'prometheus',
      [
        `--config.file=${directory}/prometheus.yml`,
        `--storage.tsdb.path=${directory}/data`,
        '--storage.tsdb.retention.time=100y',
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    const store = new DurableStore({ directory: undefined, windowMs: 600_000, retentionMs: Infinity, onProblem: () => {} });
    for (const page of pages) {
      parseExposition(`${[...page.families.values()].flat().join('\n')}\n`, {
        sample: (series, value) => store.append(store.seriesOf(parseSeriesText(series)), page.timeMs, value),
        metadata: () => {},
      });
    }
    server = createPrometheusServer({
      store,
      scraper: new ScrapeManager(store, { intervalMs: INTERVAL_MS, timeoutMs: 1000 }),
      limits: { timeoutMs: 60_000, maxSamples: 50_000_000, lookbackMs: 300_000 },
      retentionMs: 3_600_000,
      startedMs: 0,
      memo: new Map(),
      registry: new Registry(),
      version: '0',
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ourUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await answering(`${peerUrl}/-/ready`);
  }, 60_000);

  afterAll(async () => {
    peer.kill('SIGTERM');
    await new Promise((resolve) => peer.once('exit', resolve));
    await new Promise((resolve) => server.close(resolve));
    fs.rmSync(directory, { recursive: true, force: true });
  });

  it(`agrees on ${expressions.both.length} expressions at ${instants.length} instants and over a range`, async () => {
    expect(expressions.both.length).toBeGreaterThanOrEqual(100);
    const differences: string[] = [];
    for (const query of expressions.both) {
      const requests = [
        ...instants.map((time) => `query?${asQuery({ query, time: String(time) })}`),
        `query_range?${asQuery({ query, start: String(LAST_SECONDS - 1800.7), end: String(LAST_SECONDS), step: '47' })}`,
      ];
      for (const request of requests) {
        const [theirs, ours] = await Promise.all([ask(peerUrl, request), ask(ourUrl, request)]);
        const ordered = /^(?:sort|sort_desc|topk|bottomk)\(/.test(query) && request.startsWith('query?');
        const difference = compare(theirs, ours, ordered);
        if (difference !== undefined)
          differences.push(
            `${query} · ${request.slice(0, 12)} ${new URLSearchParams(request.split('?')[1]).get('time') ?? ''}: ${difference}`,
          );
      }
    }
    expect(differences).toEqual([]);
  }, 120_000);

  it(`refuses what Prometheus refuses (${expressions.refused.length} queries)`, async () => {
    const differences: string[] = [];
    for (const query of expressions.refused) {
      const request = `query?${asQuery({ query })}`;
      const [theirs, ours] = await Promise.all([ask(peerUrl, request), ask(ourUrl, request)]);
      if (theirs.errorType !== 'bad_data') differences.push(`${query}: Prometheus says ${JSON.stringify(theirs)}`);
      if (ours.errorType !== 'bad_data' || !/\d+:\d+: parse error: /.test(ours.error ?? ''))
        differences.push(`${query}: ${JSON.stringify(ours)}`);
    }
    expect(differences).toEqual([]);
  }, 60_000);

  it.each([
    'series?match[]=temperature',
    'series?match[]=istio_requests_total{reporter="source"}&match[]=gappy',
    'labels',
    'labels?match[]=temperature',
    'label/__name__/values',
    'label/room/values?match[]=temperature',
    'query_range?query=temperature&start=5&end=1&step=1',
    'query_range?query=temperature&start=1&end=100000&step=1',
    'query_range?query=temperature[5m]&start=1&end=10&step=1',
    'query_range?query=1&start=1&end=10&step=0',
    'query?query=1&time=yesterday',
    'query?query=1&time=2023-11-14T23:00:00.5%2B01:00',
    'format_query?query=sum(rate(a{b="c"}[5m]))by(d)',
  ])('answers %s alike', async (request) => {
    const [theirs, ours] = await Promise.all([ask(peerUrl, request), ask(ourUrl, request)]);
    expect(ours.status).toBe(theirs.status);
    expect(ours.errorType).toBe(theirs.errorType);
    expect(ours.data).toEqual(theirs.data);
  });
});

function asQuery(params: Record<string, string>): string {
  return new URLSearchParams(params).toString();
}

/** OpenMetrics wants the samples of a series one after the other. */
function bySeries(lines: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const line of lines) {
    const series = line.slice(0, line.lastIndexOf(' ', line.lastIndexOf(' ') - 1));
    groups.set(series, [...(groups.get(series) ?? []), line]);
  }
  return [...groups.values()].flat();
}

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const ok = await fetch(url).then(
      (reply) => reply.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}

async function ask(base: string, request: string): Promise<Reply> {
  const reply = await fetch(`${base}/api/v1/${request}`);
  return (await reply.json()) as Reply;
}

function same(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  const [x, y] = [Number(a?.replace('Inf', 'Infinity')), Number(b?.replace('Inf', 'Infinity'))];
  return Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y), 1e-6);
}

/** The first difference between two replies in words, or nothing. */
function compare(theirs: Reply, ours: Reply, ordered: boolean): string | undefined {
  if (theirs.status !== ours.status) return `theirs ${theirs.status} ${theirs.error ?? ''}, ours ${ours.status} ${ours.error ?? ''}`;
  if (theirs.errorType !== ours.errorType) return `theirs ${theirs.errorType}, ours ${ours.errorType}`;
  if (theirs.data === undefined || ours.data === undefined) return undefined;
  if (theirs.data.resultType !== ours.data.resultType) return `theirs ${theirs.data.resultType}, ours ${ours.data.resultType}`;
  const [a, b] = [normal(theirs.data.result, ordered), normal(ours.data.result, ordered)];
  if (a.length !== b.length)
    return `theirs ${a.length} series, ours ${b.length}: ${JSON.stringify(a.slice(0, 2))} ${JSON.stringify(b.slice(0, 2))}`;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x.key !== y.key) return `theirs ${x.key}, ours ${y.key}`;
    if (x.points.length !== y.points.length) return `${x.key}: theirs ${x.points.length} points, ours ${y.points.length}`;
    for (let k = 0; k < x.points.length; k++) {
      const [p, q] = [x.points[k]!, y.points[k]!];
      if (p[0] !== q[0] || !same(p[1], q[1])) return `${x.key}: theirs ${p.join(' ')}, ours ${q.join(' ')}`;
    }
  }
  return undefined;
}

function normal(result: Point[] | [number, string], ordered: boolean): { key: string; points: [number, string][] }[] {
  if (typeof result[0] === 'number') return [{ key: '', points: [result as [number, string]] }];
  const rows = (result as Point[]).map((row) => ({
    key: JSON.stringify(Object.entries(row.metric ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))),
    points: row.values ?? (row.value === undefined ? [] : [row.value]),
  }));
  return ordered ? rows : rows.sort((x, y) => (x.key < y.key ? -1 : 1));
}
