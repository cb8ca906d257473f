/**
 * The demo as people meet it: how long a second start takes until the console answers and until the graph has an edge with a rate, and what
 * all of its processes take in memory and processor time at 20 requests/s.
 *
 *   npm run bench -- demo [starts, default 5]
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './start-console';

const starts = Number(process.argv[2] ?? 5);
const measuredSeconds = 60;
const patienceMs = 120_000;
const root = resolve(fileURLToPath(import.meta.url), '../../..');
const dataDir = mkdtempSync(join(tmpdir(), 'heddle-bench-demo-'));

interface RunFile {
  prometheus: string;
  pids: Record<string, number | number[]>;
}

interface Usage {
  rssMb: number;
  /** Its share: pages that several processes have in common are divided among them. */
  pssMb: number;
  cpuSeconds: number;
}

function startDemo(port: number): ChildProcess {
  const flags = ['--max-semi-space-size=1', join(root, 'dist/heddle.mjs'), 'demo', '--data-dir', dataDir, '--port', String(port)];
  return spawn(process.execPath, flags, { stdio: ['pipe', 'ignore', 'inherit'] });
}

async function stopDemo(demo: ChildProcess): Promise<void> {
  const ended = new Promise((done) => demo.once('exit', done));
  demo.kill('SIGTERM');
  await ended;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + patienceMs;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > limit) throw new Error(`waited in vain: ${what}`);
    await pause(50);
  }
}

function readRun(): RunFile | undefined {
  const path = join(dataDir, 'run.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as RunFile) : undefined;
}

/** Whether the console's graph has an edge with a rate, made of samples of this run. */
async function hasEdge(console: string, sinceSeconds: number): Promise<boolean> {
  const run = readRun();
  if (run === undefined) return false;
  const query = encodeURIComponent('max(timestamp(istio_requests_total))');
  const newest = (await (await fetch(`${run.prometheus}/api/v1/query?query=${query}`)).json()) as {
    data: { result: { value: [number, string] }[] };
  };
  if (Number(newest.data.result[0]?.value[1] ?? 0) < sinceSeconds) return false;
  const graph = (await (await fetch(`${console}/api/v1/graph?namespaces=default&duration=60s`)).json()) as {
    edges: { rps: number | null }[];
  };
  return graph.edges.some((edge) => (edge.rps ?? 0) > 0);
}

async function measureStart(): Promise<{ demo: ChildProcess; consoleMs: number; allMs: number; edgeMs: number }> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const since = Date.now() / 1000;
  const started = performance.now();
  const demo = startDemo(port);
  const at: Record<string, number> = {};
  const note = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    await until(what, holds);
    at[what] = performance.now() - started;
  };
  await Promise.all([
    note('console', async () => (await fetch(`${base}/healthz`)).ok),
    note('all', async () => readRun() !== undefined),
    note('edge', () => hasEdge(base, since)),
  ]);
  return { demo, consoleMs: at['console'] ?? 0, allMs: at['all'] ?? 0, edgeMs: at['edge'] ?? 0 };
}

function usageOf(pid: number): Usage {
  const memory = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(memory)?.[1] ?? 0);
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return { rssMb: kilobytes('Rss') / 1024, pssMb: kilobytes('Pss') / 1024, cpuSeconds: (user + system) / 100 };
}

/** The processes of a run by what they are; children that the file does not name count with what started them. */
function usages(): Map<string, Map<number, Usage>> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended between the two readings.
    }
  }
  const roles = new Map(Object.entries(readRun()?.pids ?? {}).flatMap(([role, pids]) => [pids].flat().map((pid) => [pid, role] as const)));
  const found = new Map<string, Map<number, Usage>>();
  for (const pid of parents.keys()) {
    let ancestor: number | undefined = pid;
    while (ancestor !== undefined && !roles.has(ancestor)) ancestor = parents.get(ancestor);
    const role = ancestor === undefined ? undefined : roles.get(ancestor);
    if (role === undefined) continue;
    const group = found.get(role) ?? new Map<number, Usage>();
    found.set(role, group);
    try {
      group.set(pid, usageOf(pid));
    } catch {
      // Likewise.
    }
  }
  return found;
}

async function measureUsage(): Promise<void> {
  const before = usages();
  await pause(measuredSeconds * 1000);
  const after = usages();
  let pss = 0;
  let cpu = 0;
  for (const [role, group] of after) {
    const list = [...group];
    const rolePss = list.reduce((sum, [, usage]) => sum + usage.pssMb, 0);
    const roleCpu = list.reduce((sum, [pid, usage]) => sum + usage.cpuSeconds - (before.get(role)?.get(pid)?.cpuSeconds ?? 0), 0);
    pss += rolePss;
    cpu += roleCpu;
    const rss = list.map(([, usage]) => usage.rssMb.toFixed(0)).join(' ');
    console.log(`  ${role.padEnd(10)} PSS ${rolePss.toFixed(0).padStart(4)} MB, ${percent(roleCpu)} of a core; RSS ${rss} MB`);
  }
  console.log(`whole demo over ${measuredSeconds} s: PSS ${pss.toFixed(0)} MB, ${percent(cpu)} of a core`);
}

function percent(seconds: number): string {
  return `${((100 * seconds) / measuredSeconds).toFixed(1)} %`;
}

async function main(): Promise<void> {
  const first = await measureStart();
  console.log(
    `first start: console ${seconds(first.consoleMs)}, everything ${seconds(first.allMs)}, first edge with a rate ${seconds(first.edgeMs)}`,
  );
  let { demo } = first;
  const consoles: number[] = [];
  const edges: number[] = [];
  for (let round = 1; round <= starts; round++) {
    await stopDemo(demo);
    const next = await measureStart();
    ({ demo } = next);
    consoles.push(next.consoleMs);
    edges.push(next.edgeMs);
    console.log(
      `start ${round + 1}: console ${seconds(next.consoleMs)}, everything ${seconds(next.allMs)}, first edge with a rate ${seconds(next.edgeMs)}`,
    );
  }
  console.log(`later starts: console at most ${seconds(Math.max(...consoles))}, first edge at most ${seconds(Math.max(...edges))}`);
  await measureUsage();
  console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores`);
  await stopDemo(demo);
  rmSync(dataDir, { recursive: true, force: true });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

await main();
