import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRun } from './run-file';

const root = path.resolve(import.meta.dirname, '../..');
const startWithinMs = 60_000;

/** A console of its own (as built) in front of the demo's mesh, but with the metrics API at `prometheus`. */
export async function startConsole(prometheus: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'heddle-e2e-console-'));
  const { kubeconfig, jaeger } = readRun();
  const options = ['--kubeconfig', kubeconfig, '--prometheus', prometheus, '--traces', jaeger, '--data-dir', dataDir, '--port', '0'];
  const child = spawn(process.execPath, [path.join(root, 'dist/heddle.mjs'), 'console', ...options], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) resolve((JSON.parse(line) as { console: string }).console);
    });
    child.once('close', (code) => reject(new Error(`heddle console ended with ${code}`)));
  });
  const answers = async (): Promise<boolean> => {
    try {
      return (await fetch(`${url}/healthz`)).ok;
    } catch {
      return false;
    }
  };
  for (const deadline = Date.now() + startWithinMs; !(await answers()); await sleep(200))
    if (Date.now() > deadline) throw new Error(`The console does not answer at ${url}.`);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      for (let waited = 0; child.exitCode === null && child.signalCode === null && waited < 5_000; waited += 50) await sleep(50);
      child.kill('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
