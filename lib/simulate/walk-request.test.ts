import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { sayWords } from '@/lib/i18n';
import type { KubernetesResource } from '@/lib/model';
import { alignWalks, parseRequest, simulate, walkRequest } from '.';

const shop = parse(readFileSync(new URL('testdata/shop.yaml', import.meta.url), 'utf8')) as KubernetesResource[];
const nowMs = Date.parse('2026-01-01T00:00:00Z');

function route(http: unknown): KubernetesResource {
  const spec = { hosts: ['api'], http };
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'api', namespace: 'shop' }, spec } as never;
}

function walk(objects: KubernetesResource[], line = 'GET http://api/x') {
  const request = parseRequest(line, []);
  return walkRequest(simulate({ objects: [...shop, ...objects], from: 'shop/web', request, nowMs }), 'shop/web', request);
}

const texts = (steps: ReturnType<typeof walk>) => steps.map((one) => sayWords(one.code, { ...one.values }).text);

it('tells which rules lost and why, which one won, and what becomes of the request', () => {
  const steps = walk([
    route([
      { match: [{ headers: { 'end-user': { exact: 'jason' } } }], route: [{ destination: { host: 'api' } }] },
      { route: [{ destination: { host: 'api' } }], timeout: '3s', fault: { abort: { httpStatus: 503, percentage: { value: 100 } } } },
    ]),
  ]);
  const lost = steps.find((one) => one.tone === 'lost');
  expect(lost?.source).toEqual({ object: 'VirtualService shop/api', path: 'spec.http[0].match[0]' });
  expect(texts(steps)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^api http\[0\]\.match\[0\] does not take it, .*end-user/),
      'api http[1] takes it.',
      'Timeout 3s',
      '100 % of such requests fail with status 503 on purpose.',
      'Status 503: fault: abort',
    ]),
  );
  expect(steps.find((one) => one.key === 'timeout')?.source?.path).toBe('spec.http[1].timeout');
});

it('puts two ways beside each other and marks what differs', () => {
  const rows = alignWalks(walk([]), walk([route([{ route: [{ destination: { host: 'api' } }], timeout: '3s' }])]));
  const differing = rows.filter((one) => one.differs).map((one) => one.key);
  expect(differing).toContain('timeout');
  expect(differing).toContain('rule Service shop/api ');
  expect(differing).not.toContain('listener');
  expect(rows.at(-1)).toMatchObject({ key: 'answer', differs: false });
});

it('follows a request to a host nobody knows', () => {
  expect(texts(walk([], 'GET http://nowhere.example/x')).at(-1)).toMatch(/application|Status/);
});
