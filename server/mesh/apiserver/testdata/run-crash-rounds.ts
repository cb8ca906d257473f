import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { openObjectStore } from '../storage/object-store';

interface Outcome {
  rounds: number;
  acknowledged: number;
  /** What should be there and is not, or the other way round; empty when the store kept its word. */
  broken: string[];
}

/** Starts a writing child, kills it with SIGKILL at a random moment, opens the store and compares it with what was acknowledged; `rounds` times. */
export async function runCrashRounds(rounds: number, random: () => number): Promise<Outcome> {
  const root = await mkdtemp(join(tmpdir(), 'heddle-crash-'));
  const script = join(root, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./write-until-killed.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { '@': fileURLToPath(new URL('../../../../', import.meta.url)).replace(/\/$/, '') },
    logLevel: 'error',
  });
  const folder = join(root, 'store');
  const expected = new Map<string, { value: string; version: number }>();
  const broken: string[] = [];
  let acknowledged = 0;
  let version = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      const lines = await runUntilKilled(script, folder, round, 20 + random() * 180);
      const [opened = ''] = lines;
      if (Number(opened.split(' ')[1]) < version) broken.push(`round ${round}: the version went back from ${version} to ${opened}`);
      const last = new Map<string, { rv: number; value: string | undefined }>();
      for (const line of lines.slice(1)) {
        const [operation, rv = '', name = '', value = ''] = line.split(' ');
        acknowledged += 1;
        if (Number(rv) <= version) broken.push(`round ${round}: version ${rv} was given out twice`);
        if ((last.get(name)?.rv ?? 0) < Number(rv)) last.set(name, { rv: Number(rv), value: operation === 'del' ? undefined : value });
      }
      const store = await openObjectStore({ folder });
      const newest = Math.max(version, ...[...last.values()].map(({ rv }) => rv));
      if (store.resourceVersion() < newest) broken.push(`round ${round}: version ${newest} was acknowledged, the store is at ${store.resourceVersion()}`);
      version = store.resourceVersion();
      const present = new Map(store.list('/configmaps').map((object) => [object.metadata.name, object]));
      for (const [name, { rv, value }] of last) {
        const found = present.get(name);
        // A write that was on disk but not yet acknowledged may have come after the last acknowledged one.
        const newer = Number(found?.metadata.resourceVersion ?? store.resourceVersion()) > rv;
        const foundValue = (found?.['data'] as { value: string } | undefined)?.value;
        if (foundValue !== value && !newer) broken.push(`round ${round}: ${name} is ${foundValue}, acknowledged was ${value} at ${rv}`);
      }
      // Objects that no acknowledged write of this round touched are as they were, or were touched by one that was not acknowledged.
      for (const [name, before] of expected) {
        const found = present.get(name);
        if (last.has(name) || found === undefined) continue;
        const { value } = found['data'] as { value: string };
        if (value !== before.value && Number(found.metadata.resourceVersion) <= before.version) broken.push(`round ${round}: ${name} changed by itself`);
      }
      expected.clear();
      for (const [name, object] of present) expected.set(name, { value: (object['data'] as { value: string }).value, version });
      await store.close();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return { rounds, acknowledged, broken };
}

function runUntilKilled(script: string, folder: string, round: number, ms: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, folder, String(round)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      // The clock starts when the store is open, so that every round is killed while it writes.
      timer ??= setTimeout(() => child.kill('SIGKILL'), ms);
    });
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      clearTimeout(timer);
      if (signal !== 'SIGKILL') reject(new Error(`The child ended by itself: ${errors}`));
      // The last line may be cut off.
      else resolve(output.slice(0, output.lastIndexOf('\n')).split('\n'));
    });
  });
}
