import { HeddleError } from '@/lib/errors';

export interface JsonAnswer {
  status: number;
  /** The parsed body; the text itself when it is not JSON. */
  body: unknown;
}

/** GETs from a trace store. Any status is an answer; no answer is a HeddleError. */
export async function askJson(base: string, path: string, query: URLSearchParams | null, signal?: AbortSignal): Promise<JsonAnswer> {
  const limit = AbortSignal.timeout(15_000);
  const text = query === null ? '' : query.toString();
  try {
    const response = await fetch(`${base}${path}${text === '' ? '' : `?${text}`}`, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const received = await response.text();
    try {
      return { status: response.status, body: JSON.parse(received) };
    } catch {
      return { status: response.status, body: received };
    }
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    if (limit.aborted) throw new HeddleError('timeout', 'The trace store did not answer within 15 s.', { cause });
    throw new HeddleError('source_unavailable', `The trace store at ${base} cannot be reached.`, { cause });
  }
}

/** The body of an answer that must be good. */
export async function mustAnswer(base: string, path: string, query: URLSearchParams | null, signal?: AbortSignal): Promise<unknown> {
  const { status, body } = await askJson(base, path, query, signal);
  if (status >= 400) throw new HeddleError('source_failed', `The trace store answered ${path} with status ${status}: ${messageOf(body)}`);
  return body;
}

function messageOf(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.slice(0, 200);
}
