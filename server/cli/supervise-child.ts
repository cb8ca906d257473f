import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface ChildOptions {
  name: string;
  /** Program and arguments. A function: asked anew before each start. */
  command: () => readonly string[];
  env?: Record<string, string>;
  /** One line of its standard output. */
  onLine: (line: string) => void;
  /** What it writes to standard error. */
  onLog: (chunk: Buffer) => void;
  /** It is gone and starts again after `delayMs`. */
  onCrash: (outcome: string, delayMs: number) => void;
}

export interface SupervisedChild {
  readonly name: string;
  /** Of the running process. */
  pid(): number | undefined;
  /** Ends it: closes its standard input, SIGTERM, after `graceMs` SIGKILL. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

const firstDelayMs = 500;
const longestDelayMs = 15_000;
/** A child that ran this long before it crashed begins at the first delay again. */
const healthyAfterMs = 30_000;

/** The delay before the next start: doubled after each crash, and the first one again after a long healthy run. */
export function nextDelay(previousMs: number | undefined, ranMs: number): number {
  if (previousMs === undefined || ranMs >= healthyAfterMs) return firstDelayMs;
  return Math.min(previousMs * 2, longestDelayMs);
}

/** Calls back per line of a stream of chunks. */
export function splitLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  };
}

/** Keeps a program running: starts it, and starts it again with back-off whenever it ends, until it is stopped. */
export function superviseChild(options: ChildOptions): SupervisedChild {
  let child: ChildProcess | undefined;
  let delayMs: number | undefined;
  let retry: NodeJS.Timeout | undefined;
  let stopping = false;
  let startedAt = 0;

  function start(): void {
    const [program = process.execPath, ...args] = options.command();
    startedAt = performance.now();
    // Standard input is a pipe on purpose: when this process is gone, however it went, the child reads its end and exits.
    const started = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env, HEDDLE_CHILD: '1' },
    });
    child = started;
    started.stdin.on('error', () => undefined);
    started.stdout.on('data', splitLines(options.onLine));
    started.stderr.on('data', options.onLog);
    started.on('error', (error) => options.onLog(Buffer.from(`${error.message}\n`)));
    started.on('close', (code, signal) => {
      if (child === started) child = undefined;
      if (stopping) return;
      delayMs = nextDelay(delayMs, performance.now() - startedAt);
      options.onCrash(signal === null ? `exit ${code ?? 1}` : signal, delayMs);
      retry = setTimeout(start, delayMs);
    });
  }

  start();
  return {
    name: options.name,
    pid: () => child?.pid,
    stop: (graceMs) => {
      stopping = true;
      clearTimeout(retry);
      const running = child;
      if (running === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        const kill = setTimeout(() => running.kill('SIGKILL'), graceMs);
        running.once('close', () => {
          clearTimeout(kill);
          resolve();
        });
        running.kill('SIGTERM');
        running.stdin?.end();
      });
    },
  };
}
