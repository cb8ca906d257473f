import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubernetesResource } from '@/lib/model';
import { parseRequest } from './parse-request';
import { simulate } from './simulate-request';

interface Scenario {
  title: string;
  /** Added to the objects of `shop.yaml`. */
  objects: KubernetesResource[];
  calls: { from: string; request: string; headers?: string[]; expect: Record<string, unknown> }[];
}

const folder = new URL('testdata/', import.meta.url);
const read = (name: string): unknown => parse(readFileSync(new URL(name, folder), 'utf8'));
const shop = read('shop.yaml') as KubernetesResource[];
const nowMs = Date.parse('2026-01-01T00:00:00Z');

for (const name of readdirSync(folder).filter((file) => file.endsWith('.scenario.yaml'))) {
  const scenario = read(name) as Scenario;
  describe(scenario.title, () => {
    it.each(scenario.calls)('$from $request $headers', ({ from, request, headers = [], expect: wanted }) => {
      const objects = [...shop, ...scenario.objects];
      expect(simulate({ objects, from, request: parseRequest(request, headers), nowMs })).toMatchObject(wanted);
    });
  });
}

describe('simulate', () => {
  it('says which workloads there are', () => {
    const ask = () => simulate({ objects: shop, from: 'shop/nobody', request: parseRequest('GET http://api', []), nowMs });
    expect(ask).toThrow(/no workload "shop\/nobody"/);
  });

  it('finds workloads by their label app too', () => {
    expect(simulate({ objects: shop, from: 'shop/api', request: parseRequest('GET http://api', []), nowMs }).object).toBe(
      'Service shop/api',
    );
  });

  it('does not change what it is given', () => {
    const before = JSON.stringify(shop);
    simulate({ objects: shop, from: 'shop/web', request: parseRequest('GET http://api', []), nowMs });
    expect(JSON.stringify(shop)).toBe(before);
  });
});

describe('parseRequest', () => {
  it.each([
    ['GET http://reviews:9080/reviews/1?x=2', { method: 'GET', scheme: 'http', host: 'reviews', port: 9080, path: '/reviews/1?x=2' }],
    ['http://reviews', { method: 'GET', port: 80, path: '/' }],
    ['post reviews/x', { method: 'POST', host: 'reviews', path: '/x' }],
    ['GET https://a.b?q', { scheme: 'https', port: 443, path: '/?q' }],
    ['tcp://db:5432', { scheme: 'tcp', port: 5432 }],
  ])('%s', (line, wanted) => {
    expect(parseRequest(line, ['X-A:  b:c '])).toMatchObject({ ...wanted, headers: { 'x-a': 'b:c' } });
  });

  it.each(['', 'GET', 'GET ftp://a', 'tcp://db', 'GET http://a:70000/', 'GET http://a /b'])('refuses %j', (line) => {
    expect(() => parseRequest(line === 'GET' ? 'GET http://' : line, [])).toThrow(/request|port/);
  });

  it('refuses what is no header', () => {
    expect(() => parseRequest('GET http://a', ['no header'])).toThrow(/no header/);
  });
});
