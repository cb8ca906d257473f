import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '../..');
const startWithinMs = 120_000;

/** Starts the whole demo on a data directory of its own and waits until all of it answers; stops it after the last story. */
export default async function startDemo(): Promise<() => Promise<void>> {
  // A demo that runs already can be used while writing stories.
  if (process.env['HEDDLE_E2E_RUN'] !== undefined) return async () => undefined;
  const dataDir = mkdtempSync(path.join(tmpdir(), 'heddle-e2e-'));
  const runFile = path.join(dataDir, 'run.json');
  const demo = spawn(
    process.execPath,
    [path.join(root, 'dist/heddle.mjs'), 'demo', '--data-dir', dataDir, '--port', '0', '--rps', process.env['HEDDLE_E2E_RPS'] ?? '30'],
    {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let output = '';
  demo.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const deadline = Date.now() + startWithinMs;
  while (!existsSync(runFile)) {
    if (demo.exitCode !== null) throw new Error(`The demo ended with ${demo.exitCode}:\n${output}`);
    if (Date.now() > deadline) throw new Error(`The demo did not come up in ${startWithinMs / 1000} s:\n${output}`);
    await sleep(100);
  }
  process.env['HEDDLE_E2E_RUN'] = runFile;
  return async () => {
    demo.kill('SIGTERM');
    for (let waited = 0; demo.exitCode === null && waited < 6_000; waited += 100) await sleep(100);
    rmSync(dataDir, { recursive: true, force: true });
  };
}
