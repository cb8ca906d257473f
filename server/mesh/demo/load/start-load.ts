import { Agent, request } from 'node:http';
import { LatencyWindow } from './latency-window';
import type { LoadReport } from './latency-window';
import { personas, pickWeighted } from './personas';
import type { Persona } from './personas';

export interface LoadOptions {
  /** The ingress gateway, `http://127.0.0.1:8080`. */
  target: string;
  /** Host header, when it is not the target's own. */
  host?: string;
  requestsPerSecond: number;
  /** How often a report is made. */
  reportEveryMs: number;
  /** Only this path instead of the personas' own. */
  path?: string;
  onReport: (report: LoadReport) => void;
}

const replyWithinMs = 20_000;
/** More open requests than this are a server that has stopped answering; sending more would only fill memory. */
const mostOpen = 2000;

interface Reply {
  status: number;
  cookie: string | undefined;
}

function send(options: LoadOptions, agent: Agent, persona: Persona, path: string, cookie?: string, form?: string): Promise<Reply> {
  return new Promise((resolve) => {
    const failed = { status: 0, cookie: undefined };
    const outgoing = request(new URL(path, options.target), {
      agent,
      method: form === undefined ? 'GET' : 'POST',
      timeout: replyWithinMs,
      headers: {
        'user-agent': persona.userAgent,
        ...(options.host === undefined ? {} : { host: options.host }),
        ...(cookie === undefined ? {} : { cookie }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(form) }),
      },
    });
    outgoing.on('response', (incoming) => {
      incoming.resume();
      incoming.on('end', () => {
        resolve({ status: incoming.statusCode ?? 0, cookie: incoming.headers['set-cookie']?.[0]?.split(';')[0] });
      });
      incoming.on('error', () => {
        resolve(failed);
      });
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => {
      resolve(failed);
    });
    outgoing.end(form);
  });
}

/**
 * Sends requests at a steady rate whatever becomes of them (open loop): a slow server does not lower the rate, and a late request
 * counts from when it was due. Returns the way to stop it.
 */
export function startLoad(options: LoadOptions): () => void {
  const agent = new Agent({ keepAlive: true });
  const window = new LatencyWindow();
  const sessions = new Map<string, string>();
  const periodMs = 1000 / options.requestsPerSecond;
  let open = 0;
  let nextAt = performance.now();

  async function visit(dueAt: number): Promise<void> {
    const persona = pickWeighted(personas as readonly [Persona, ...Persona[]], Math.random());
    const { path } = pickWeighted(persona.paths as readonly [{ path: string; weight: number }], Math.random());
    open += 1;
    if (persona.user !== undefined && !sessions.has(persona.name)) {
      const login = await send(options, agent, persona, '/login', undefined, `username=${persona.user}&passwd=${persona.user}`);
      if (login.cookie !== undefined) sessions.set(persona.name, login.cookie);
    }
    const reply = await send(options, agent, persona, options.path ?? path, sessions.get(persona.name));
    open -= 1;
    window.record(reply.status, performance.now() - dueAt);
  }

  function sendDue(): void {
    const now = performance.now();
    // After a sleep of the whole machine there is no point in sending an hour of requests at once.
    if (now - nextAt > 5000) nextAt = now;
    for (; nextAt <= now; nextAt += periodMs) {
      if (open >= mostOpen) window.drop();
      else void visit(nextAt);
    }
    timer = setTimeout(sendDue, Math.max(1, nextAt - performance.now()));
  }

  let timer = setTimeout(sendDue, 0);
  const reporter = setInterval(() => {
    options.onReport(window.take(new Date(), options.reportEveryMs / 1000));
  }, options.reportEveryMs);
  return () => {
    clearTimeout(timer);
    clearInterval(reporter);
    agent.destroy();
  };
}
