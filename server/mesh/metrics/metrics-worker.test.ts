import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMetrics, staticTargets } from './index';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heddle-metrics-worker-'));
const worker = path.join(directory, 'metrics-worker.mjs');

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('metrics-worker.ts', import.meta.url))],
    outfile: worker,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { '@': fileURLToPath(new URL('../../..', import.meta.url)) },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

it('runs as a bundled worker: scrapes what it is given, stops when told', async () => {
  const problems: string[] = [];
  const target = { url: 'http://127.0.0.1:1/metrics', labels: { job: 'nobody' } };
  const metrics = await startMetrics({
    targets: staticTargets([target]),
    port: 0,
    scrapeIntervalMs: 100,
    worker,
    onProblem: (message) => problems.push(message),
  });
  const up = async (): Promise<string> => (await fetch(`${metrics.url}/api/v1/query?query=up`)).text();
  await expect.poll(up).toContain('"job":"nobody"},"value":[');
  await metrics.stop();
  await expect(up()).rejects.toThrow();
  expect(problems).toEqual([]);
});

it('says why a worker cannot start', async () => {
  const first = await startMetrics({ targets: staticTargets([]), port: 0, worker });
  await expect(startMetrics({ targets: staticTargets([]), port: Number(new URL(first.url).port), worker })).rejects.toMatchObject({
    code: 'source_unavailable',
    message: expect.stringContaining('EADDRINUSE'),
  });
  await first.stop();
});
