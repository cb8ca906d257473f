import { Agent, request } from 'node:http';
import { readBody, sendText, serveHttp } from '../serve-http';

export interface FortioOptions {
  url: string;
  connections: number;
  /** 0: as fast as the connections allow. */
  requestsPerSecond: number;
  /** How many requests in all; 0: until `durationMs` is over. */
  count: number;
  durationMs: number;
  headers: Record<string, string>;
  timeoutMs: number;
}

/** The options of `fortio load` that its users give in mesh tasks (Go's flag syntax: `-c 3`, `-c=3`). */
export function parseFortioArguments(args: readonly string[]): FortioOptions {
  const options: FortioOptions = {
    url: '',
    connections: 4,
    requestsPerSecond: 8,
    count: 0,
    durationMs: 5000,
    headers: {},
    timeoutMs: 3000,
  };
  for (let index = 0; index < args.length; index += 1) {
    const match = /^--?([a-zA-Z0-9-]+)(?:=(.*))?$/.exec(args[index] ?? '');
    if (match === null) {
      options.url = args[index] ?? '';
      continue;
    }
    const [, name = '', inline] = match;
    if (['quiet', 'stdclient', 'allow-initial-errors', 'k', 'h2', 'keepalive', 'json'].includes(name)) continue;
    const value = inline ?? args[(index += 1)] ?? '';
    if (name === 'c') options.connections = Number(value);
    else if (name === 'qps') options.requestsPerSecond = value === 'max' ? 0 : Number(value);
    else if (name === 'n') options.count = Number(value);
    else if (name === 't') options.durationMs = durationMs(value);
    else if (name === 'timeout') options.timeoutMs = durationMs(value);
    else if (name === 'H') options.headers[value.slice(0, value.indexOf(':')).trim()] = value.slice(value.indexOf(':') + 1).trim();
  }
  return options;
}

function durationMs(text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h)/g)) sum += Number(amount) * (units[unit ?? 's'] ?? 0);
  return sum;
}

function callOnce(url: string, agent: Agent, options: FortioOptions): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, headers: options.headers, timeout: options.timeoutMs }, (incoming) => {
      incoming.resume();
      incoming.on('end', () => {
        resolve(incoming.statusCode ?? -1);
      });
      incoming.on('error', () => {
        resolve(-1);
      });
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => {
      resolve(-1);
    });
    outgoing.end();
  });
}

/** Sends requests over a number of connections, each one after the other, and prints the share of each status as fortio does. */
export async function runFortioLoad(options: FortioOptions): Promise<void> {
  const codes = new Map<number, number>();
  const latencies: number[] = [];
  const startedAt = performance.now();
  let sent = 0;
  const done = () => (options.count > 0 ? sent >= options.count : performance.now() - startedAt >= options.durationMs);
  const proxyEnv = { HTTP_PROXY: process.env['HTTP_PROXY'], NO_PROXY: process.env['NO_PROXY'] };
  await Promise.all(
    Array.from({ length: options.connections }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1, proxyEnv });
      while (!done()) {
        const number = sent;
        sent += 1;
        if (options.requestsPerSecond > 0) {
          const due = startedAt + (number / options.requestsPerSecond) * 1000;
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
        }
        const before = performance.now();
        const code = await callOnce(options.url, agent, options);
        latencies.push(performance.now() - before);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
      agent.destroy();
    }),
  );
  printSummary(codes, latencies, (performance.now() - startedAt) / 1000);
}

function printSummary(codes: Map<number, number>, latencies: number[], elapsed: number): void {
  const total = latencies.length;
  latencies.sort((left, right) => left - right);
  const at = (share: number) => ((latencies[Math.min(total - 1, Math.floor(total * share))] ?? 0) / 1000).toFixed(6);
  for (const share of [50, 75, 90, 99, 99.9]) process.stdout.write(`# target ${share}% ${at(share / 100)}\n`);
  for (const [code, count] of [...codes].sort(([left], [right]) => left - right)) {
    process.stdout.write(`Code ${String(code).padStart(3)} : ${count} (${((100 * count) / total).toFixed(1)} %)\n`);
  }
  const average = latencies.reduce((sum, latency) => sum + latency, 0) / Math.max(1, total);
  process.stdout.write(`All done ${total} calls (plus 0 warmup) ${average.toFixed(3)} ms avg, ${(total / elapsed).toFixed(1)} qps\n`);
}

/** The server side of fortio: echoes bodies; `?status=503&delay=1s` shape the answer. */
export async function startFortioServer(): Promise<void> {
  await serveHttp(8080, async (request, response) => {
    const body = await readBody(request.incoming);
    const delay = durationMs(request.url.searchParams.get('delay') ?? '');
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    sendText(response, Number(request.url.searchParams.get('status') ?? 200), body);
  });
}
