import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Logger } from 'pino';
import { HeddleError } from '@/lib/errors';
import type { ExternalHost, KeySetSource } from '@/lib/pilot';

export interface KeySetFetcherOptions {
  logger: Logger;
  /** Called with all key sets that are known, whenever one of them changed. */
  onChange(keySets: Readonly<Record<string, string>>): void;
  fetchText?: FetchText;
}

type FetchText = (url: string, timeoutMs: number) => Promise<string>;

const refreshMs = 20 * 60 * 1000;
const firstRetryMs = 1000;
const maxBytes = 1024 * 1024;

interface Known {
  source: KeySetSource;
  text: string | undefined;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/** Fetches the key sets that policies name, and again every 20 minutes (Istio's interval); a failed one is tried again soon, the last good stays. */
export function createKeySetFetcher(options: KeySetFetcherOptions) {
  const fetchText: FetchText = options.fetchText ?? ((url, timeoutMs) => readUrl(url, timeoutMs, {}));
  const known = new Map<string, Known>();
  let stopped = false;

  async function refresh(entry: Known): Promise<void> {
    let wait = refreshMs;
    try {
      const text = await fetchKeySet(entry.source, fetchText);
      entry.failures = 0;
      if (stopped || known.get(entry.source.key) !== entry) return;
      if (text !== entry.text) {
        entry.text = text;
        announce();
      }
    } catch (error) {
      wait = Math.min(firstRetryMs * 2 ** Math.min(entry.failures, 10), 60_000);
      entry.failures += 1;
      options.logger.warn({ err: error, keySet: entry.source.key }, 'a key set could not be fetched');
    }
    if (stopped || known.get(entry.source.key) !== entry) return;
    entry.timer = setTimeout(() => void refresh(entry), wait);
    entry.timer.unref();
  }

  function announce(): void {
    const texts = [...known.values()].flatMap(({ source, text }) => (text === undefined ? [] : [[source.key, text] as const]));
    options.onChange(Object.fromEntries(texts));
  }

  return {
    /** Takes what is needed now; what is new is fetched, what is needed no more is forgotten. */
    want(sources: readonly KeySetSource[]): void {
      const keys = new Set(sources.map(({ key }) => key));
      for (const [key, entry] of known) {
        if (keys.has(key)) continue;
        clearTimeout(entry.timer);
        known.delete(key);
      }
      for (const source of sources) {
        const existing = known.get(source.key);
        if (existing !== undefined) {
          existing.source = source;
          continue;
        }
        const entry: Known = { source, text: undefined, failures: 0, timer: undefined };
        known.set(source.key, entry);
        void refresh(entry);
      }
    },
    stop(): void {
      stopped = true;
      for (const entry of known.values()) clearTimeout(entry.timer);
    },
  };
}

async function fetchKeySet(source: KeySetSource, fetchText: FetchText): Promise<string> {
  const fetch = (url: string): Promise<string> => fetchText(url, source.timeoutMs);
  const text = await fetch(source.uri ?? (await discoverUri(source.issuer, fetch)));
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || !('keys' in parsed))
    throw new HeddleError('source_failed', `${source.key} is no JSON Web Key Set`);
  return text;
}

/** OpenID Connect Discovery 1.0 §4. */
async function discoverUri(issuer: string, fetchText: (url: string) => Promise<string>): Promise<string> {
  const parsed: unknown = JSON.parse(await fetchText(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
  if (typeof parsed === 'object' && parsed !== null && 'jwks_uri' in parsed && typeof parsed.jwks_uri === 'string') return parsed.jwks_uri;
  throw new HeddleError('source_failed', `${issuer} says nothing of its keys (jwks_uri)`);
}

/** GET of a small text. Names outside the mesh may have a stand-in (`external-hosts.yaml`), which is dialled in their place. */
export function readUrl(url: string, timeoutMs: number, standIns: Readonly<Record<string, ExternalHost>>): Promise<string> {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new HeddleError('invalid_config', `${url}: only http and https can be fetched`);
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  const place = standInOf(standIns[hostname], number) ?? { host: hostname, port: number };
  const headers = { host: port === '' ? hostname : `${hostname}:${port}`, accept: 'application/json' };
  const request = { ...place, path: pathname + search, headers, servername: hostname, signal: AbortSignal.timeout(timeoutMs) };
  return new Promise((resolve, reject) => {
    const sent = (protocol === 'https:' ? httpsRequest : httpRequest)(request, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) response.destroy(new HeddleError('too_large', `${url}: more than ${maxBytes} bytes`));
        chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new HeddleError('source_failed', `${url}: HTTP ${response.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

function standInOf(entry: ExternalHost | undefined, port: number): { host: string; port: number } | undefined {
  const text = typeof entry === 'object' ? entry[String(port)] : entry;
  if (text === undefined) return undefined;
  const [host = '', chosen] = text.split(':');
  return { host, port: chosen === undefined ? port : Number(chosen) };
}
