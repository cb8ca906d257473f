import { graphQuery } from '@/lib/contract';
import { checkOrigin, failure, parseInput, queryOf } from './answer-request';
import { getConsole } from './console-state';
import type { Console } from './console-state';

const beatMs = 15_000;

/**
 * `GET /events`: server-sent events `graph` (whole first, then deltas), `objects` and `change`. The query is the graph's; `graph=false`
 * leaves the graph out. A comment every 15 s keeps proxies from closing.
 */
export function streamEvents(request: Request): Response {
  let console: Console | null = null;
  try {
    console = getConsole();
    checkOrigin(request, console);
    const url = new URL(request.url);
    const wantsGraph = url.searchParams.get('graph') !== 'false';
    url.searchParams.delete('graph');
    const query = parseInput(graphQuery, queryOf(new Request(url, { headers: request.headers }), graphQuery), 'query');
    return new Response(streamOf(console, wantsGraph ? { ...query, at: undefined } : null, request.signal), {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      },
    });
  } catch (error) {
    return failure(error, console, 'events');
  }
}

function streamOf(console: Console, query: Parameters<Console['graphs']['subscribe']>[0], signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stop: () => void = () => undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => {
        // A reader that does not keep up gets the next whole state instead of a growing heap: deltas it missed would be lost.
        if ((controller.desiredSize ?? 0) < -1000) {
          stop();
          controller.close();
          return;
        }
        controller.enqueue(encoder.encode(text));
      };
      send(': heddle\n\n');
      const beat = setInterval(() => send(': beat\n\n'), beatMs);
      const unsubscribe = console.graphs.subscribe(query, ({ event, data }) => send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      let stopped = false;
      stop = () => {
        if (stopped) return;
        stopped = true;
        clearInterval(beat);
        unsubscribe();
      };
      signal.addEventListener('abort', () => {
        if (stopped) return;
        stop();
        controller.close();
      });
    },
    cancel() {
      stop();
    },
  });
}
