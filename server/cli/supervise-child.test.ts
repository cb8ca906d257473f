import { describe, expect, it } from 'vitest';
import { nextDelay, splitLines, superviseChild } from './supervise-child';

describe('nextDelay', () => {
  it('doubles up to a limit, and begins anew after a long run', () => {
    const delays = [nextDelay(undefined, 0)];
    for (let crash = 0; crash < 7; crash += 1) delays.push(nextDelay(delays.at(-1), 100));
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    expect(nextDelay(15_000, 31_000)).toBe(500);
  });
});

describe('splitLines', () => {
  it('joins what chunks tore apart and leaves empty lines out', () => {
    const lines: string[] = [];
    const take = splitLines((line) => lines.push(line));
    for (const chunk of ['{"a', '":1}\n\n{"b":2}', '\n']) take(Buffer.from(chunk));
    expect(lines).toEqual(['{"a":1}', '{"b":2}']);
  });
});

describe('superviseChild', () => {
  it('starts a crashed program again, and not one that was stopped', async () => {
    const crashes: string[] = [];
    const pids = new Set<number>();
    const twice = Promise.withResolvers<void>();
    const child = superviseChild({
      name: 'program',
      command: () => [process.execPath, '-e', 'console.log(process.pid); process.stdin.resume().on("end", () => process.exit(0))'],
      onLine: (line) => {
        pids.add(Number(line));
        if (pids.size === 1) process.kill(Number(line), 'SIGKILL');
        else twice.resolve();
      },
      onLog: () => undefined,
      onCrash: (outcome, delayMs) => crashes.push(`${outcome} ${delayMs}`),
    });
    await twice.promise;
    expect(pids.has(child.pid() ?? 0)).toBe(true);
    await child.stop(5000);
    expect(child.pid()).toBeUndefined();
    expect(crashes).toEqual(['SIGKILL 500']);
  });

  it('kills what does not stop in time', async () => {
    const running = Promise.withResolvers<void>();
    const child = superviseChild({
      name: 'stubborn',
      command: () => [process.execPath, '-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")'],
      onLine: () => running.resolve(),
      onLog: () => undefined,
      onCrash: () => undefined,
    });
    await running.promise;
    await child.stop(100);
    expect(child.pid()).toBeUndefined();
  });
});
