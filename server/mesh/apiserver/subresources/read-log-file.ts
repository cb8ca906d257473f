import { createReadStream, watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import type { LogQuery, PodAccess } from './pod-access';

/**
 * Logs as the bundled mesh writes them: `FOLDER/NS_NAME/proxy.log` for the container `istio-proxy`, `app.log` for the others; the run before
 * the last restart, where it was kept, as `….log.previous`. Lines carry no time of their own, so `sinceTime` and `timestamps` have no effect.
 */
export function podLogFiles(folder: string): PodAccess {
  return {
    async openLog(query) {
      const name = query.container === 'istio-proxy' ? 'proxy.log' : 'app.log';
      const path = join(folder, `${query.namespace}_${query.pod}`, query.previous ? `${name}.previous` : name);
      const size = await sizeOf(path);
      if (size === undefined && !query.follow) return undefined;
      const start = size === undefined || query.tailLines === undefined ? 0 : await startOfTail(path, size, query.tailLines);
      if (!query.follow) {
        const end = Math.min(size ?? 0, start + (query.limitBytes ?? Number.POSITIVE_INFINITY));
        return end === start ? Readable.from([]) : createReadStream(path, { start, end: end - 1 });
      }
      return Readable.from(follow(path, start, query), { objectMode: false });
    },
  };
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

/** Where the last `lines` lines begin; reads backwards in blocks, so that long logs cost nothing. */
async function startOfTail(path: string, size: number, lines: number): Promise<number> {
  if (lines === 0) return size;
  const file = await open(path, 'r');
  try {
    const block = Buffer.alloc(64 * 1024);
    let found = 0;
    for (let end = size; end > 0; end -= block.length) {
      const from = Math.max(0, end - block.length);
      const { bytesRead } = await file.read(block, 0, end - from, from);
      for (let i = bytesRead - 1; i >= 0; i--) {
        if (block[i] !== 0x0a || from + i === size - 1) continue;
        found += 1;
        if (found === lines) return from + i + 1;
      }
    }
    return 0;
  } finally {
    await file.close();
  }
}

/** What is there and then what comes. A file that shrank was started anew. */
async function* follow(path: string, start: number, query: LogQuery): AsyncGenerator<Buffer> {
  let position = start;
  let left = query.limitBytes ?? Number.POSITIVE_INFINITY;
  while (!query.signal.aborted && left > 0) {
    const size = (await sizeOf(path)) ?? 0;
    if (size < position) position = 0;
    if (size > position) {
      const end = Math.min(size, position + left);
      for await (const chunk of createReadStream(path, { start: position, end: end - 1 })) yield chunk as Buffer;
      left -= end - position;
      position = end;
    } else await nextChange(path, query.signal);
  }
}

/** Resolves at the next write to the file; at the latest after a second, for file systems that do not tell. */
function nextChange(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      watcher?.close();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, 1000);
    signal.addEventListener('abort', done, { once: true });
    let watcher: ReturnType<typeof watch> | undefined;
    try {
      watcher = watch(path, done);
      watcher.on('error', done);
    } catch {
      // Not there yet: the timer asks again.
    }
  });
}
