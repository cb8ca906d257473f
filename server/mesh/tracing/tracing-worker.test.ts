import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTracing } from './index';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heddle-tracing-worker-'));
const worker = path.join(directory, 'tracing-worker.mjs');

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('tracing-worker.ts', import.meta.url))],
    outfile: worker,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { '@': fileURLToPath(new URL('../../..', import.meta.url)) },
    logLevel: 'error',
  });
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

it('runs as a bundled worker: takes spans in, stops when told', async () => {
  const tracing = await startTracing({ directory: path.join(directory, 'traces'), jaegerPort: 0, otlpPort: 0, zipkinPort: 0, worker });
  const span = { traceId: 'ab', id: 'cd', name: 'get', timestamp: Date.now() * 1000, duration: 5, localEndpoint: { serviceName: 'front' } };
  const sent = await fetch(`${tracing.zipkinUrl}/api/v2/spans`, {
    method: 'POST',
    body: JSON.stringify([span]),
    headers: { 'content-type': 'application/json' },
  });
  expect(sent.status).toBe(202);
  const services = async (): Promise<unknown> => (await fetch(`${tracing.jaegerUrl}/api/services`)).json();
  expect(await services()).toMatchObject({ data: ['front'] });
  await tracing.stop();
  await expect(services()).rejects.toThrow();
});
