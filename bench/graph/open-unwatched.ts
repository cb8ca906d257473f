import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findChromium, chromiumArguments } from '../launch-chromium';

export interface Loaded {
  /** Navigation to the picture on the screen. */
  paintedMs: number;
  /** Tasks of more than 50 ms, with when they began. */
  tasks: { at: number; took: number }[];
}

interface Answer {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** What the page kept of its own start. `observe` hands over what came before it was called. */
const readStart = `new Promise((resolve) => {
  const painted = performance.getEntriesByName('heddle:painted')[0];
  new PerformanceObserver((list, observer) => {
    observer.disconnect();
    resolve(JSON.stringify({ painted: painted?.startTime, tasks: list.getEntries().map(({ startTime, duration }) => ({ at: startTime, took: duration })) }));
  }).observe({ type: 'longtask', buffered: true });
  setTimeout(() => resolve(JSON.stringify({ painted: painted?.startTime, tasks: [] })), 300);
})`;

/** Long enough for what follows the first picture; asked for again when there is none yet. */
const lookAfterMs = 3_500;
const patienceMs = 60_000;

/**
 * A browser that nobody watches while a page loads. With a debugger on the page V8 keeps more, and parses large functions twice: a quarter of
 * the longest task was only that. So the page is opened from outside, and asked when all is over.
 */
export class UnwatchedBrowser {
  readonly #child: ChildProcess;
  readonly #home: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #sent = 0;

  private constructor(child: ChildProcess, home: string, socket: WebSocket) {
    this.#child = child;
    this.#home = home;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id === undefined) return;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  static async launch(): Promise<UnwatchedBrowser> {
    const home = mkdtempSync(path.join(tmpdir(), 'heddle-bench-'));
    const child = spawn(
      findChromium(),
      [...chromiumArguments, '--headless', '--remote-debugging-port=0', '--window-size=1200,800', `--user-data-dir=${home}`, 'about:blank'],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /listening on (ws:\S+)/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', () => reject(new Error(`Chromium ended: ${said.slice(-500)}`)));
    });
    const socket = new WebSocket(address);
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    return new UnwatchedBrowser(child, home, socket);
  }

  async #send(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    this.#sent += 1;
    const id = this.#sent;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  }

  /** Opens a page with nothing in its cache, waits for the picture, and closes it. */
  async load(url: string): Promise<Loaded> {
    const { browserContextId } = await this.#send('Target.createBrowserContext', {});
    const { targetId } = await this.#send('Target.createTarget', { url, browserContextId, width: 1200, height: 800 });
    const began = Date.now();
    let read: { painted?: number; tasks: Loaded['tasks'] } = { tasks: [] };
    while (read.painted === undefined) {
      if (Date.now() - began > patienceMs) throw new Error('nothing was painted within a minute');
      await new Promise((resolve) => setTimeout(resolve, lookAfterMs));
      const { sessionId } = await this.#send('Target.attachToTarget', { targetId, flatten: true });
      const { result } = await this.#send(
        'Runtime.evaluate',
        { expression: readStart, awaitPromise: true, returnByValue: true },
        sessionId as string,
      );
      read = JSON.parse((result as { value: string }).value) as typeof read;
      await this.#send('Target.detachFromTarget', { sessionId });
    }
    await this.#send('Target.disposeBrowserContext', { browserContextId });
    return { paintedMs: read.painted, tasks: read.tasks };
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    // Debian starts it from a script, which a signal would end alone. It may end before it answers.
    void this.#send('Browser.close', {});
    await ended;
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
