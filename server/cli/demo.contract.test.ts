import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VirtualService } from '@/lib/kinds';
import { createKubeClient, loadKubeConfig, resources } from '@/server/kube';
import { bundlePath } from './find-root';
import type { RunFile } from './run-file';

const virtualServices = { group: 'networking.istio.io', version: 'v1', plural: 'virtualservices' };
const dataDir = mkdtempSync(join(tmpdir(), 'heddle-demo-'));
const runPath = join(dataDir, 'run.json');
let demo: ChildProcess | undefined;
let output = '';

async function until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}; the demo printed:\n${output}`);
}

const readRun = () => JSON.parse(readFileSync(runPath, 'utf8')) as RunFile;
const allPids = () => Object.values(readRun().pids).flat();
const isAlive = (pid: number) => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');

async function start(): Promise<RunFile> {
  output = '';
  const child = spawn(process.execPath, [bundlePath('heddle'), 'demo', '--data-dir', dataDir, '--port', '0', '--rps', '20'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  demo = child;
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return until('run.json', () => existsSync(runPath) && readRun());
}

/** Asks for the reviews of the book until each version has answered; resolves to the versions seen. */
async function versionsSeen(ingress: string): Promise<string[]> {
  const seen = new Set<string>();
  for (let request = 0; request < 60 && seen.size < 3; request += 1) {
    const response = await fetch(`${ingress}/api/v1/products/0/reviews`);
    const version = /"podname":"(reviews-v\d)/.exec(await response.text())?.[1];
    if (version !== undefined) seen.add(version);
  }
  return [...seen].sort();
}

async function client(run: RunFile) {
  return createKubeClient(await loadKubeConfig({ file: run.kubeconfig }));
}

beforeAll(() => {
  if (!existsSync(bundlePath('heddle'))) throw new Error('not built: run "npm run build" first');
});

afterAll(() => {
  demo?.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

describe('heddle demo', () => {
  it('serves Bookinfo through sidecars, and answers at every address of run.json', async () => {
    const run = await start();
    expect(await versionsSeen(run.ingress)).toEqual(['reviews-v1', 'reviews-v2', 'reviews-v3']);
    const ok = async (url: string) => (await fetch(url)).ok;
    expect(await ok(`${run.console}/healthz`)).toBe(true);
    expect(await ok(`${run.prometheus}/-/ready`)).toBe(true);
    expect(await ok(`${run.jaeger}/api/services`)).toBe(true);
    const kube = await client(run);
    const { items } = await kube.list(resources.pods, { namespace: 'default' });
    expect(items).toHaveLength(6);
    kube.close();
  });

  it('measures the traffic and keeps its traces', async () => {
    const run = readRun();
    const query = encodeURIComponent('sum by (destination_version) (istio_requests_total{reporter="source",destination_app="reviews"})');
    const versions = await until('three versions in the metrics', async () => {
      const response = await fetch(`${run.prometheus}/api/v1/query?query=${query}`);
      const { data } = (await response.json()) as { data: { result: { metric: { destination_version: string } }[] } };
      const found = data.result.map((series) => series.metric.destination_version).sort();
      return found.length === 3 && found;
    });
    expect(versions).toEqual(['v1', 'v2', 'v3']);
    await until('a trace through four services', async () => {
      const response = await fetch(`${run.jaeger}/api/traces?service=productpage.default&limit=20`);
      const { data } = (await response.json()) as { data: { processes: Record<string, { serviceName: string }> }[] };
      const services = data.map((trace) => new Set(Object.values(trace.processes).map((one) => one.serviceName)).size);
      return services.some((count) => count >= 4);
    });
  });

  it('cuts a pod off when its sidecar stops, and no other', async () => {
    const run = readRun();
    const kube = await client(run);
    const { items } = await kube.list(resources.pods, { namespace: 'default', labelSelector: 'app=details' });
    kube.close();
    const folder = join(dataDir, 'pods', `default_${items[0]?.metadata.name ?? ''}`);
    const pids = (JSON.parse(readFileSync(join(folder, 'processes.json'), 'utf8')) as { pid: number }[]).map((one) => one.pid);
    const sidecar = pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('bootstrap.json')) ?? 0;
    process.kill(sidecar, 'SIGSTOP');
    try {
      const page = await (await fetch(`${run.ingress}/productpage`)).text();
      expect(page).toContain('Error fetching product details!');
      expect(page).toContain('Book Reviews');
    } finally {
      process.kill(sidecar, 'SIGCONT');
    }
    await until('details to come back', async () => (await (await fetch(`${run.ingress}/productpage`)).text()).includes('Book Details'));
  });

  it('starts a crashed control plane again, with all that was written', async () => {
    const run = readRun();
    const kube = await client(run);
    const route = [{ destination: { host: 'reviews', subset: 'v3' } }];
    await kube.create(virtualServices, {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'reviews', namespace: 'default' },
      spec: { hosts: ['reviews'], http: [{ route }] },
    } as VirtualService);
    kube.close();
    await until('all requests at v3', async () => (await versionsSeen(run.ingress)).join() === 'reviews-v3');
    const before = run.pids['mesh'] as number;
    process.kill(before, 'SIGKILL');
    await until('another mesh', () => {
      const now = readRun().pids['mesh'];
      return now !== before && now !== undefined;
    });
    // Its gateway may have found another port.
    await until('traffic at v3 again', async () => (await versionsSeen(readRun().ingress).catch(() => [])).join() === 'reviews-v3');
    expect(output).toMatch(/mesh ended \(SIGKILL\); it starts again/);
  });

  it('stops within five seconds and leaves nothing running', async () => {
    const pids = allPids();
    expect(pids.length).toBeGreaterThan(15);
    const stoppedAt = performance.now();
    const closed = new Promise((resolve) => demo?.once('close', resolve));
    demo?.kill('SIGTERM');
    await closed;
    expect(performance.now() - stoppedAt).toBeLessThan(5000);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(runPath)).toBe(false);
  });

  it('comes back with the same objects, and its children go when it is killed', async () => {
    const run = await start();
    expect(output).not.toMatch(/created \d+ objects/);
    await until('traffic at v3', async () => (await versionsSeen(run.ingress)).join() === 'reviews-v3');
    const pids = allPids();
    demo?.kill('SIGKILL');
    await until('the end of every process', () => pids.every((pid) => !isAlive(pid)), 15);
    expect(readdirSync(join(dataDir, 'pods')).length).toBe(7);
  });
});
