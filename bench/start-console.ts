import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** The built console, or the one that HEDDLE_BENCH_CONSOLE names, once it answers; waits 30 s at most. */
export async function startConsole(): Promise<{ url: string; stop: () => void }> {
  const running = process.env['HEDDLE_BENCH_CONSOLE'];
  if (running !== undefined) return { url: running, stop: () => undefined };
  const server = path.resolve('.next/standalone/server.js');
  if (!existsSync(server)) throw new Error('The console is not built: run `npm run build` first.');
  const port = await freePort();
  const child = spawn(process.execPath, [server], {
    env: { ...process.env, PORT: String(port), HOSTNAME: '127.0.0.1', NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 150; tries += 1) {
    const answers = await fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    );
    if (answers) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url, stop: () => void child.kill('SIGTERM') };
}
