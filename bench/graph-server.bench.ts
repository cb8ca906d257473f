/**
 * How fast the console makes the graph of a whole mesh: 300 namespaces × 10 services, about 10,000 counters and their latency buckets,
 * in front of Debian's Prometheus (when it is installed) and of the bundled store. `npm run bench -- graph-server`; a size of one's own:
 * `--nodes 3000 --edges 5000 --runs 5`, one store alone: `--only bundled`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { generateTopology } from '@/lib/graph-view';
import { getConsole } from '@/server/console';
import { startMetrics, staticTargets } from '@/server/mesh/metrics';
import { serveKubernetes, serveMetrics } from './graph/serve-mesh';
import type { ScrapedMesh } from './graph/serve-mesh';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string' },
    edges: { type: 'string' },
    runs: { type: 'string' },
    only: { type: 'string' },
    inside: { type: 'string' },
    pid: { type: 'string' },
  },
  allowPositionals: true,
});
const runs = Number(values.runs ?? 5);
/** Slow, with a window as much longer: the samples in a window are what work is made of, and a busy machine must keep up. */
const scrapeSeconds = 30;
const window = '2m';
const goalsMs = { bare: 1_500, full: 3_000, warm: 300 };
let missed = 0;

interface Store {
  url: string;
  /** The process that answers. */
  pid: number;
  stop: () => Promise<void>;
}

/** Milliseconds of processor time that the store's process has used; 0 where the system does not tell. */
function storeCpuMs(pid: string | number | undefined = values.pid): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

/** Wall time counts; processor time tells, on a machine that does other things too, what it would be on a quiet one. */
async function report(name: string, goal: number, measured: () => Promise<number[]>): Promise<void> {
  const [storeBefore, ownBefore] = [storeCpuMs(), process.cpuUsage()];
  const milliseconds = await measured();
  const own = process.cpuUsage(ownBefore);
  const cpu = [storeCpuMs() - storeBefore, (own.user + own.system) / 1_000].map((one) => Math.round(one / milliseconds.length));
  const sorted = milliseconds.toSorted((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  if (median > goal) missed += 1;
  const all = milliseconds.map((one) => Math.round(one)).join(', ');
  process.stdout.write(
    `  ${name.padEnd(30)} ${String(Math.round(median)).padStart(6)} ms  goal ≤ ${goal}: ${median <= goal ? 'met' : 'MISSED'}  (${all}; processor: store ${cpu[0]}, console ${cpu[1]})\n`,
  );
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function startPrometheus(targets: readonly string[], folder: string): Promise<Store> {
  const port = await freePort();
  const jobs = targets.map((target, index) => {
    const { host, pathname } = new URL(target);
    return { job_name: `proxies-${index}`, metrics_path: pathname, static_configs: [{ targets: [host] }] };
  });
  // YAML is a superset of JSON.
  const config = { global: { scrape_interval: `${scrapeSeconds}s`, scrape_timeout: `${scrapeSeconds}s` }, scrape_configs: jobs };
  writeFileSync(path.join(folder, 'prometheus.yml'), JSON.stringify(config));
  const flags = [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ];
  const child = spawn('prometheus', flags, { stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function startBundled(targets: readonly string[]): Promise<Store> {
  const metrics = await startMetrics({
    port: 0,
    scrapeIntervalMs: scrapeSeconds * 1_000,
    targets: staticTargets(targets.map((url, index) => ({ url, labels: { job: `proxies-${index}`, instance: String(index) } }))),
    onProblem: (message) => process.stderr.write(`${message}\n`),
  });
  return { url: metrics.url, pid: process.pid, stop: () => metrics.stop() };
}

/** Waits until every counter has been scraped often enough for a rate; returns the moment. */
async function scraped(store: Store, counters: number): Promise<number> {
  const enough = `count(count_over_time(istio_requests_total[${window}]) >= 3)`;
  for (let tries = 0; tries < 120; tries += 1) {
    const answer = await fetch(`${store.url}/api/v1/query?query=${encodeURIComponent(enough)}`)
      .then((response) => response.json() as Promise<{ data?: { result?: { value?: [number, string] }[] } }>)
      .catch(() => undefined);
    if (Number(answer?.data?.result?.[0]?.value?.[1] ?? 0) >= counters) return Date.now();
    await sleep(2_000);
  }
  throw new Error(`${store.url} has not scraped all counters`);
}

/** Waits until the store has put away what it scraped: that is not the work of queries. Half a minute at most. */
async function settled(store: Store): Promise<void> {
  for (let waited = 0; waited < 30; waited += 1) {
    const before = storeCpuMs(store.pid);
    await sleep(1_000);
    if (storeCpuMs(store.pid) - before < 100) return;
  }
}

/** Measures in this process: a console of its own for each store, as it holds answers. */
async function measure(atMs: number): Promise<void> {
  const console_ = getConsole();
  await console_.ready();
  const base = { namespaces: [], duration: window, graphType: 'workload', services: false } as const;
  const time = async (query: Parameters<typeof console_.graphs.graph>[0]): Promise<number> => {
    const started = performance.now();
    const graph = await console_.graphs.graph(query);
    const bytes = JSON.stringify(graph).length;
    const took = performance.now() - started;
    if (graph.edges.length < 100 || bytes < 1_000) throw new Error(`only ${graph.edges.length} edges: ${JSON.stringify(graph.notices)}`);
    return took;
  };
  const series = async (query: (index: number) => Parameters<typeof time>[0]): Promise<number[]> => {
    const took: number[] = [];
    for (let index = 0; index < runs; index += 1) took.push(await time(query(index)));
    return took;
  };
  // Another moment each time, so that nothing is answered from memory.
  const at = (index: number): string => new Date(atMs - index * 100).toISOString();
  await time({ ...base, namespaces: [], percentiles: [], at: at(99) });
  await report('cold, without percentiles', goalsMs.bare, () =>
    series((index) => ({ ...base, namespaces: [], percentiles: [], at: at(index) })),
  );
  await report('cold, p50, p95, p99', goalsMs.full, () => series((index) => ({ ...base, namespaces: [], at: at(index) })));
  // Scrapes have stopped: the window is long enough to hold them however long the above took.
  await time({ ...base, namespaces: [], duration: '30m', at: undefined });
  await report('warm', goalsMs.warm, () => series(() => ({ ...base, namespaces: [], duration: '30m', at: undefined })));
}

/** Runs this program again, against one store. */
async function measureInside(store: Store, kubernetes: string, folder: string, atMs: number): Promise<void> {
  const kubeconfig = path.join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'bench',
      contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
      clusters: [{ name: 'bench', cluster: { server: kubernetes } }],
      users: [{ name: 'bench', user: {} }],
    }),
  );
  const environment = { HEDDLE_PROMETHEUS: store.url, HEDDLE_KUBECONFIG: kubeconfig, HEDDLE_DATA_DIR: folder, HEDDLE_LOG_LEVEL: 'silent' };
  const child = spawn(
    process.execPath,
    [process.argv[1] ?? '', '--inside', String(atMs), '--runs', String(runs), '--pid', String(store.pid)],
    {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) missed += 1;
}

async function run(name: string, mesh: ScrapedMesh, kubernetes: string, start: (folder: string) => Promise<Store>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'heddle-bench-'));
  const store = await start(folder);
  try {
    const at = await scraped(store, mesh.counters);
    mesh.pause();
    await settled(store);
    process.stdout.write(`${name}\n`);
    await measureInside(store, kubernetes, folder, at);
  } finally {
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (values.inside !== undefined) {
  await measure(Number(values.inside));
  process.exit(missed === 0 ? 0 : 1);
}
const topology = generateTopology({
  nodes: Number(values.nodes ?? 3_000),
  edges: Number(values.edges ?? 5_000),
  seed: 1,
  perNamespace: 10,
});
const kubernetes = await serveKubernetes(topology);
const stores: [string, (targets: readonly string[], folder: string) => Promise<Store>][] = [
  ['prometheus', startPrometheus],
  ['bundled', startBundled],
];
for (const [name, start] of stores) {
  if (values.only !== undefined && values.only !== name) continue;
  const mesh = await serveMetrics(topology, 10);
  process.stdout.write(`${topology.nodes.length} workloads, ${mesh.counters} counters, ${mesh.bucketSeries} bucket series\n`);
  try {
    await run(name === 'bundled' ? 'bundled store' : 'Prometheus', mesh, kubernetes.url, (folder) => start(mesh.targets, folder));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    process.stdout.write(missing ? `${name} is not installed: left out\n` : `${name}: ${String(error)}\n`);
    if (!missing) missed += 1;
  } finally {
    mesh.close();
  }
}
kubernetes.close();
process.stdout.write(missed === 0 ? 'All goals met.\n' : 'Some goals missed.\n');
process.exit(missed === 0 ? 0 : 1);
