import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createKeySetFetcher, readUrl } from './fetch-key-sets';

const logger = pino({ enabled: false });
const stops: (() => void)[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const stop of stops.splice(0)) stop();
});

function start(pages: Record<string, string>) {
  const asked: string[] = [];
  const known: Record<string, string>[] = [];
  const fetcher = createKeySetFetcher({
    logger,
    onChange: (keySets) => known.push({ ...keySets }),
    async fetchText(url) {
      asked.push(url);
      const page = pages[url];
      if (page === undefined) throw new Error('no such page');
      return page;
    },
  });
  stops.push(() => fetcher.stop());
  return { fetcher, asked, known };
}

const keys = '{"keys":[]}';

describe('createKeySetFetcher', () => {
  it('fetches by URI, and by discovery where there is only an issuer', async () => {
    const { fetcher, known } = start({
      'https://a/jwks': keys,
      'https://b/.well-known/openid-configuration': '{"jwks_uri":"https://b/keys"}',
      'https://b/keys': keys,
    });
    fetcher.want([
      { key: 'https://a/jwks', uri: 'https://a/jwks', issuer: 'a', timeoutMs: 5000 },
      { key: 'https://b/', uri: undefined, issuer: 'https://b/', timeoutMs: 5000 },
    ]);
    await expect.poll(() => known.at(-1)).toEqual({ 'https://a/jwks': keys, 'https://b/': keys });
  });

  it('tries again soon after a failure, and keeps the last good one', async () => {
    vi.useFakeTimers();
    const pages: Record<string, string> = {};
    const { fetcher, asked, known } = start(pages);
    fetcher.want([{ key: 'https://a', uri: 'https://a', issuer: '', timeoutMs: 5000 }]);
    await vi.advanceTimersByTimeAsync(1500);
    expect(asked).toHaveLength(2);
    pages['https://a'] = keys;
    await vi.advanceTimersByTimeAsync(3000);
    expect(known).toEqual([{ 'https://a': keys }]);
    pages['https://a'] = 'not json';
    await vi.advanceTimersByTimeAsync(21 * 60_000);
    expect(known).toHaveLength(1);
  });

  it('forgets what is needed no more', async () => {
    vi.useFakeTimers();
    const { fetcher, asked } = start({ 'https://a': keys });
    fetcher.want([{ key: 'https://a', uri: 'https://a', issuer: '', timeoutMs: 5000 }]);
    await vi.advanceTimersByTimeAsync(0);
    fetcher.want([]);
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(asked).toHaveLength(1);
  });
});

describe('readUrl', () => {
  it('waits as long as it is told to', async () => {
    const server = createServer(() => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    const { port } = server.address() as AddressInfo;
    await expect(readUrl(`http://127.0.0.1:${port}/`, 50, {})).rejects.toThrow(/abort|timeout/i);
  });

  it('dials the stand-in of a name outside the mesh, with the name as Host', async () => {
    const server = createServer((request, response) => response.end(`${request.headers.host} ${request.url}`));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await readUrl('http://keys.example.com/a?b=1', 5000, { 'keys.example.com': `127.0.0.1:${port}` })).toBe(
      'keys.example.com /a?b=1',
    );
    expect(await readUrl('http://keys.example.com/a', 5000, { 'keys.example.com': { '80': `127.0.0.1:${port}` } })).toBe(
      'keys.example.com /a',
    );
    expect(() => readUrl('file:///etc/passwd', 5000, {})).toThrow('only http and https');
  });
});
