import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What runs where (CONTRACTS §4): written when all of it answers, removed at the end. */
export interface RunFile {
  console: string;
  kubernetes: string;
  kubeconfig: string;
  prometheus: string;
  jaeger: string;
  otlpHttp: string;
  /** `host:port`, plaintext ADS. */
  xds: string;
  ingress: string;
  pids: Record<string, number | number[]>;
}

const runPath = (dataDir: string) => join(dataDir, 'run.json');

export function writeRunFile(dataDir: string, content: RunFile): void {
  mkdirSync(dataDir, { recursive: true });
  const path = runPath(dataDir);
  // Readers poll for the file: it must never be seen half-written.
  writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

export function removeRunFile(dataDir: string): void {
  rmSync(runPath(dataDir), { force: true });
}

/** The pid of a demo that runs on this data directory, or `undefined`. A file left by one that was killed counts for nothing. */
export function runningDemo(dataDir: string): number | undefined {
  try {
    const pid = (JSON.parse(readFileSync(runPath(dataDir), 'utf8')) as Partial<RunFile>).pids?.['demo'];
    if (typeof pid !== 'number' || pid === process.pid) return undefined;
    process.kill(pid, 0);
    // Pids are used again: only a process of ours counts.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('heddle') ? pid : undefined;
  } catch {
    return undefined;
  }
}
