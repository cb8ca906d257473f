import { request as rawRequest } from 'node:http';
import { expect, test } from '@playwright/test';
import { readRun } from '../support/run-file';

/** A raw request: browsers and fetch do not let one set Host or Origin. */
function send(method: string, path: string, headers: Record<string, string>, body = ''): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(readRun().console);
  return new Promise((resolve, reject) => {
    const request = rawRequest(
      { hostname, port, path, method, headers: { 'content-length': String(Buffer.byteLength(body)), ...headers } },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const json = { 'content-type': 'application/json' };
const draft = JSON.stringify({
  objects: [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'details', namespace: 'default' },
      spec: { hosts: ['details'], http: [{ route: [{ destination: { host: 'details' } }], timeout: '5s' }] },
    },
  ],
});

test('a page of another origin cannot write', async () => {
  const host = new URL(readRun().console).host;
  expect((await send('POST', '/api/v1/preview', { ...json, host, origin: 'http://evil.example' }, draft)).status).toBe(403);
  expect((await send('POST', '/api/v1/changes', { ...json, host, 'sec-fetch-site': 'cross-site' }, draft)).status).toBe(403);
  expect((await send('POST', '/api/v1/preview', { ...json, host, origin: `http://${host}` }, draft)).status).toBe(200);
});

test('a rebound Host is refused, for reads too', async () => {
  expect((await send('GET', '/api/v1/meta', { host: 'evil.example' })).status).toBe(403);
  expect((await send('GET', '/', { host: 'evil.example' })).status).toBe(403);
});

test('a write that is no JSON is refused', async () => {
  const host = new URL(readRun().console).host;
  expect((await send('POST', '/api/v1/preview', { 'content-type': 'text/plain', host }, draft)).status).toBe(415);
});

test('pages carry a content security policy without unsafe scripts', async ({ request }) => {
  const policy = (await request.get(readRun().console)).headers()['content-security-policy'] ?? '';
  const scripts = /script-src ([^;]+)/.exec(policy)?.[1] ?? '';
  expect(scripts).toContain("'nonce-");
  expect(scripts).not.toContain("'unsafe-inline'");
});
