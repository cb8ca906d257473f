import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startMetrics, type Metrics, type ScrapeTarget, type TargetSource } from './index';

interface Series {
  metric: Record<string, string>;
  value: [number, string];
}

describe('the metrics store, scraping', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heddle-scrape-'));
  let exporter: http.Server;
  let page: string;
  let status: number;
  let metrics: Metrics;
  let setTargets: (targets: readonly ScrapeTarget[]) => void;
  let target: ScrapeTarget;
  const source: TargetSource = {
    watch(onChange) {
      setTargets = onChange;
      return () => {};
    },
  };
  const start = (): Promise<Metrics> => startMetrics({ targets: source, port: 0, scrapeIntervalMs: 100, directory, worker: false });
  const query = async (text: string): Promise<Series[]> => {
    const reply = await fetch(`${metrics.url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: text }) });
    return ((await reply.json()) as { data: { result: Series[] } }).data.result;
  };
  const eventually = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 50 });

  beforeEach(async () => {
    page = '';
    status = 200;
    exporter = http.createServer((_request, response) => {
      response.statusCode = status;
      response.end(page);
    });
    await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
    const instance = `127.0.0.1:${(exporter.address() as AddressInfo).port}`;
    target = { url: `http://${instance}/metrics`, labels: { job: 'test', instance, pod: 'p-1' } };
    metrics = await start();
    setTargets([target]);
  });
  afterEach(async () => {
    await metrics.stop();
    await new Promise((resolve) => exporter.close(resolve));
    fs.rmSync(directory, { recursive: true, force: true });
  });

  it('adds the labels of the target; labels in the way are renamed', async () => {
    page = '# TYPE a_total counter\n# HELP a_total Things.\na_total{pod="own",x="1"} 5\n';
    await eventually(async () =>
      expect((await query('a_total'))[0]?.metric).toEqual({ __name__: 'a_total', x: '1', exported_pod: 'own', ...target.labels }),
    );
    expect((await query('up'))[0]).toMatchObject({ metric: { __name__: 'up', ...target.labels }, value: [expect.any(Number), '1'] });
    expect((await query('scrape_samples_scraped'))[0]?.value[1]).toBe('1');
    const metadata = (await (await fetch(`${metrics.url}/api/v1/metadata`)).json()) as object;
    expect(metadata).toEqual({ status: 'success', data: { a_total: [{ type: 'counter', help: 'Things.', unit: '' }] } });
  });

  it('ends a series that is gone from the page at once, and begins it again', async () => {
    page = 'a 1\nb 2\n';
    await eventually(async () => expect(await query('b')).toHaveLength(1));
    page = 'a 1\n';
    await eventually(async () => expect(await query('b')).toHaveLength(0));
    expect(await query('a')).toHaveLength(1);
    expect(await query('count_over_time(b[1h])')).toHaveLength(1);
    page = 'a 1\nb 3\n';
    await eventually(async () => expect((await query('b'))[0]?.value[1]).toBe('3'));
  });

  it('ends all series of a target that fails, and says why', async () => {
    page = 'a 1\n';
    await eventually(async () => expect(await query('a')).toHaveLength(1));
    status = 500;
    await eventually(async () => expect((await query('up'))[0]?.value[1]).toBe('0'));
    expect(await query('a')).toHaveLength(0);
    const targets = (await (await fetch(`${metrics.url}/api/v1/targets`)).json()) as { data: { activeTargets: object[] } };
    expect(targets.data.activeTargets).toEqual([
      expect.objectContaining({
        health: 'down',
        lastError: 'server returned HTTP status 500 Internal Server Error',
        scrapeUrl: target.url,
      }),
    ]);
  });

  it('stores nothing of a page that cannot be read to its end', async () => {
    page = 'good 1\nbroken\n';
    await eventually(async () => expect((await query('up'))[0]?.value[1]).toBe('0'));
    expect(await query('good')).toHaveLength(0);
  });

  it('ends all series of a target that is gone', async () => {
    page = 'a 1\n';
    await eventually(async () => expect(await query('a')).toHaveLength(1));
    setTargets([]);
    await eventually(async () => expect(await query('a')).toHaveLength(0));
    expect(await query('up')).toHaveLength(0);
  });

  it('keeps samples over a restart, which ends no series', async () => {
    page = 'a 1\n';
    await eventually(async () => expect(await query('a')).toHaveLength(1));
    await metrics.stop();
    metrics = await start();
    expect(await query('a')).toHaveLength(1);
    expect(await query('up')).toHaveLength(1);
  });

  it('answers what is not PromQL with the position', async () => {
    const reply = await fetch(`${metrics.url}/api/v1/query?query=sum(rate(a)`);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toEqual({
      status: 'error',
      errorType: 'bad_data',
      error: expect.stringContaining('invalid parameter "query": 1:12: parse error: '),
    });
    expect((await fetch(`${metrics.url}/api/v1/nothing`)).status).toBe(404);
    expect((await fetch(`${metrics.url}/api/v1/query`, { method: 'DELETE' })).status).toBe(405);
  });

  it('answers beside the API', async () => {
    page = 'a{x="1\\n2"} 4\n';
    await eventually(async () => expect(await query('a')).toHaveLength(1));
    const text = async (request: string): Promise<string> => (await fetch(metrics.url + request)).text();
    expect(await text('/-/ready')).toContain('Ready');
    expect(await text('/-/healthy')).toContain('Healthy');
    expect(await text('/metrics')).toMatch(/^prometheus_tsdb_head_series \d+$/m);
    expect(await text('/federate?match[]=a')).toMatch(/^a\{instance="[^"]+",job="test",pod="p-1",x="1\\n2"\} 4 \d+\n$/);
    expect(JSON.parse(await text('/api/v1/status/tsdb'))).toMatchObject({ status: 'success', data: { headStats: { numSeries: 6 } } });
    expect(JSON.parse(await text('/api/v1/rules'))).toEqual({ status: 'success', data: { groups: [] } });
  });
});
