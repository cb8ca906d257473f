/**
 * Our proxy against nginx, HAProxy and a stock Envoy, interleaved in one run: proxies pinned to one core, load and upstream to another, rounds
 * rotate over all targets. Metrics are on and every route table has 50 routes. Peers that are not installed are named and left out.
 * Settings by environment: BENCH_ROUNDS (3), BENCH_SECONDS (2), BENCH_CONNECTIONS (64), BENCH_ONLY (words in case names), HEDDLE_ENVOY.
 */
import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { proxyNodeFlags } from '@/server/mesh/kubelet';
import { ports, writeEnvoy, writeHeddle } from './proxy/configurations';
import { writeHaproxy, writeNginx } from './proxy/peer-configurations';
import { cpuMicroseconds, findProgram, makeCertificates, residentMegabytes, startPinned, waitForPort } from './proxy/processes';

const run = promisify(execFile);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const seconds = Number(process.env['BENCH_SECONDS'] ?? 2);
const connections = Number(process.env['BENCH_CONNECTIONS'] ?? 64);
const PROXY_CORE = 1;
const LOAD_CORE = 0;

interface Target {
  readonly name: string;
  readonly port: number;
  readonly start: () => ChildProcess[];
  processes: ChildProcess[];
}

interface Case {
  readonly name: string;
  readonly load: 'wrk' | 'h2load';
  readonly targets: Target[];
}

interface Sample {
  readonly rps: number;
  readonly cpu: number;
  readonly p50: number;
  readonly p99: number;
}

const dir = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
const pki = join(dir, 'pki');
mkdirSync(pki);
const cleanups: (() => void)[] = [() => rmSync(dir, { recursive: true, force: true })];

function requireProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed: the benchmark cannot run`);
  return path;
}

async function prepare(): Promise<Case[]> {
  makeCertificates(pki);
  const bundle = join(dir, 'static-proxy.mjs');
  await build({
    entryPoints: ['bench/proxy/static-proxy.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outfile: bundle,
    logLevel: 'error',
    alias: { '@': process.cwd() },
  });
  const nginx = requireProgram('nginx');
  const haproxy = findProgram('haproxy');
  const envoy = process.env['HEDDLE_ENVOY'] ?? findProgram('envoy');
  const ours = writeHeddle(dir, { dir: pki });
  const ngx = writeNginx(dir, { dir: pki });
  const hap = writeHaproxy(dir, { dir: pki });
  const env = writeEnvoy(dir, { dir: pki });
  const node = (path: string): ChildProcess => startPinned(PROXY_CORE, process.execPath, [...proxyNodeFlags, bundle, path]);
  const nginxProcess = (path: string): ChildProcess => startPinned(PROXY_CORE, nginx, ['-c', path]);
  const target = (name: string, port: number, start: () => ChildProcess[]): Target => ({ name, port, start, processes: [] });
  const peers = (name: 'single' | 'grpc' | 'two', haproxyPort: number, envoyPort: number): Target[] => {
    const files = <Key extends string>(paths: Record<Key | 'outer' | 'inner', string>, key: Key): string[] =>
      name === 'two' ? [paths.outer, paths.inner] : [paths[key]];
    const key = name === 'two' ? 'single' : name;
    return [
      ...(haproxy === undefined
        ? []
        : [target('haproxy', haproxyPort, () => files(hap, key).map((path) => startPinned(PROXY_CORE, haproxy, ['-f', path])))]),
      ...(envoy === undefined
        ? []
        : [
            target('envoy', envoyPort, () =>
              files(env, key).map((path) =>
                startPinned(PROXY_CORE, envoy, ['-c', path, '--concurrency', '1', '--disable-hot-restart', '-l', 'error']),
              ),
            ),
          ]),
    ];
  };
  for (const [name, path] of [
    ['haproxy', haproxy],
    ['envoy', envoy],
  ] as const)
    if (path === undefined) console.log(`${name} is not installed: left out`);
  const upstream = startPinned(LOAD_CORE, nginx, ['-c', ngx.upstream]);
  cleanups.unshift(() => upstream.kill());
  await waitForPort(ports.upstream);
  const only = process.env['BENCH_ONLY'] ?? '';
  const cases: Case[] = [
    {
      name: `HTTP/1.1, one hop, ${connections} connections`,
      load: 'wrk',
      targets: [
        target('nginx', ports.nginx, () => [nginxProcess(ngx.single)]),
        target('heddle', ports.heddle, () => [node(ours.single)]),
        ...peers('single', ports.haproxy, ports.envoy),
      ],
    },
    {
      name: `HTTP/1.1, two hops with mutual TLS, ${connections} connections`,
      load: 'wrk',
      targets: [
        target('nginx', ports.nginxOuter, () => [nginxProcess(ngx.inner), nginxProcess(ngx.outer)]),
        target('heddle', ports.heddleOuter, () => [node(ours.inner), node(ours.outer)]),
        target('heddle 1:1', ports.heddlePlainOuter, () => [node(ours.plainInner), node(ours.plainOuter)]),
        ...peers('two', ports.haproxyOuter, ports.envoyOuter),
      ],
    },
    {
      name: 'gRPC unary, one hop, 8 connections with 8 streams',
      load: 'h2load',
      targets: [
        target('nginx', ports.nginxGrpc, () => [nginxProcess(ngx.grpc)]),
        target('heddle', ports.heddleGrpc, () => [node(ours.grpc)]),
        ...peers('grpc', ports.haproxyGrpc, ports.envoyGrpc),
      ],
    },
  ];
  return cases.filter((one) => one.name.includes(only));
}

const script = join(dir, 'request.lua');
writeFileSync(
  script,
  `wrk.headers["Host"]="products.default.svc.cluster.local:8080"
wrk.headers["User-Agent"]="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
wrk.headers["Accept"]="application/json, text/plain, */*"
wrk.headers["Accept-Encoding"]="gzip, deflate, br"
wrk.headers["Accept-Language"]="en-US,en;q=0.9"
wrk.headers["Authorization"]="Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.abcdefghijk"
wrk.headers["Cookie"]="session=abcdef0123456789; theme=dark"
wrk.headers["x-request-id"]="0a1b2c3d-1111-2222-3333-444455556666"
wrk.headers["Referer"]="https://shop.example.com/catalog?page=2"
wrk.headers["Cache-Control"]="no-cache"
wrk.headers["Pragma"]="no-cache"
wrk.headers["Connection"]="keep-alive"
wrk.path="/api/v1/products/123?color=red&size=xl"
`,
);
const grpcBody = join(dir, 'grpc.bin');
writeFileSync(grpcBody, Buffer.concat([Buffer.from([0, 0, 0, 0, 64]), Buffer.alloc(64, 'x')]));

async function measure(load: Case['load'], target: Target, duration: number): Promise<Sample> {
  const pids = target.processes.map((child) => child.pid ?? 0);
  const before = pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
  const url = `http://127.0.0.1:${target.port}/`;
  const log = join(dir, 'h2load.log');
  rmSync(log, { force: true });
  const { stdout } =
    load === 'wrk'
      ? await run(
          'taskset',
          ['-c', String(LOAD_CORE), 'wrk', '-t1', `-c${connections}`, `-d${duration}s`, '--latency', '-s', script, url],
          { maxBuffer: 1e7 },
        )
      : await run(
          'taskset',
          [
            '-c',
            String(LOAD_CORE),
            'h2load',
            '-t1',
            '-c8',
            '-m8',
            '-D',
            String(duration),
            '-d',
            grpcBody,
            '-H',
            'te:trailers',
            '-H',
            'content-type:application/grpc',
            `${url}pkg.Service/Method`,
          ],
          { maxBuffer: 1e7 },
        );
  const after = pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
  const done =
    load === 'wrk' ? Number(/(\d+) requests in/.exec(stdout)?.[1] ?? 0) : Number(/requests: .*?(\d+) done/.exec(stdout)?.[1] ?? 0);
  const bad =
    load === 'wrk'
      ? /(Non-2xx.*|Socket errors.*)/.exec(stdout)?.[1]
      : Number(/(\d+) 2xx/.exec(stdout)?.[1] ?? 0) < done * 0.999
        ? stdout
        : undefined;
  if (bad !== undefined) console.log(`  ${target.name}: ${bad.trim()}`);
  const rps =
    load === 'wrk' ? Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0) : Number(/, ([\d.]+) req\/s/.exec(stdout)?.[1] ?? 0);
  return {
    rps,
    cpu: (after - before) / Math.max(done, 1),
    p50: milliseconds(/ 50%\s+(\S+)/.exec(stdout)?.[1]),
    p99: milliseconds(/ 99%\s+(\S+)/.exec(stdout)?.[1]),
  };
}

function milliseconds(text: string | undefined): number {
  const match = /([\d.]+)(us|ms|s)/.exec(text ?? '');
  if (match === null) return Number.NaN;
  return Number(match[1]) * { us: 0.001, ms: 1, s: 1000 }[match[2] as 'us' | 'ms' | 's'];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function runCase(one: Case): Promise<void> {
  console.log(`\n${one.name}`);
  for (const target of one.targets) {
    target.processes = target.start();
    await waitForPort(target.port);
  }
  try {
    for (const target of one.targets) await measure(one.load, target, 2);
    const samples = new Map<Target, Sample[]>(one.targets.map((target) => [target, []]));
    for (let round = 0; round < rounds; round++) {
      for (let at = 0; at < one.targets.length; at++) {
        const target = one.targets[(at + round) % one.targets.length] as Target;
        samples.get(target)?.push(await measure(one.load, target, seconds));
      }
    }
    const base = samples.get(one.targets[0] as Target) ?? [];
    console.log('  target       rps      vs nginx   CPU µs/request   vs nginx   p50 ms   p99 ms   RSS MB');
    for (const target of one.targets) {
      const own = samples.get(target) ?? [];
      const ratio = (key: 'rps' | 'cpu'): string =>
        median(own.map((sample, at) => sample[key] / (base[at]?.[key] ?? Number.NaN))).toFixed(2);
      const memory = target.processes.map((child) => residentMegabytes(child.pid ?? 0).toFixed(0)).join('+');
      console.log(
        `  ${target.name.padEnd(12)} ${median(own.map((sample) => sample.rps))
          .toFixed(0)
          .padStart(6)}   ${ratio('rps').padStart(6)}   ${median(own.map((sample) => sample.cpu))
          .toFixed(1)
          .padStart(12)}   ${ratio('cpu').padStart(9)}   ${median(own.map((sample) => sample.p50))
          .toFixed(2)
          .padStart(6)}   ${median(own.map((sample) => sample.p99))
          .toFixed(2)
          .padStart(6)}   ${memory}`,
      );
    }
  } finally {
    for (const target of one.targets) for (const child of target.processes) child.kill();
  }
}

try {
  for (const one of await prepare()) await runCase(one);
} finally {
  for (const cleanup of cleanups) cleanup();
}
