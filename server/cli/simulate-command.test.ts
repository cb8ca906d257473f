import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Simulation } from '@/lib/simulate';
import { simulateCommand } from './simulate-command';
import { readObjects } from './simulate-objects';

const samples = resolve(process.env['HEDDLE_SHARED'] ?? '../shared', 'data/istio-samples');
const folder = mkdtempSync(join(tmpdir(), 'heddle-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...words: string[]): Promise<string> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    await simulateCommand().parseAsync(words, { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return written.join('');
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('readObjects', () => {
  it('reads files and directories, unpacks lists, takes an object once', () => {
    const objects = readObjects([
      file(
        'a.yaml',
        'apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n# nothing\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\n',
      ),
      file(
        'list.json',
        '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","labels":{"x":"y"}}}]}',
      ),
    ]);
    expect(objects.map(({ metadata }) => metadata)).toEqual([{ name: 'a', labels: { x: 'y' } }, { name: 'b' }]);
    expect(readObjects([folder])).toHaveLength(2);
  });

  it('says which file is wrong, and where', () => {
    const broken = file('broken.txt', 'a: b\nc: [d\n');
    expect(() => readObjects([broken])).toThrow(expect.objectContaining({ code: 'invalid_object', path: `${broken}:3` }));
    const other = file('other.txt', 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\nhello: world\n');
    expect(() => readObjects([other])).toThrow(expect.objectContaining({ code: 'invalid_object', path: `${other}:5` }));
    expect(() => readObjects([join(folder, 'missing')])).toThrow(expect.objectContaining({ code: 'not_found' }));
  });
});

describe.skipIf(!existsSync(samples))(`simulate with Istio's samples${existsSync(samples) ? '' : ' (left out: no samples)'}`, () => {
  const bookinfo = (path: string): string => join(samples, 'bookinfo', path);
  const reviews = 'GET http://reviews:9080/reviews/1';
  const cluster = (name: string, subset: string): string => `outbound|9080|${subset}|${name}.default.svc.cluster.local`;
  const ask = async (networking: string[], from: string, request: string, ...headers: string[]): Promise<Simulation> => {
    const files = [bookinfo('platform/kube/bookinfo.yaml'), ...networking.map((name) => bookinfo(`networking/${name}.yaml`))];
    const words = ['--from', from, '--request', request, ...headers.flatMap((header) => ['--header', header]), '--output', 'json'];
    return JSON.parse(await run(...files.flatMap((path) => ['-f', path]), ...words)) as Simulation;
  };

  it.each<[string, string[], [string, number][]]>([
    ['virtual-service-all-v1', [], [['v1', 100]]],
    [
      'virtual-service-reviews-80-20',
      [],
      [
        ['v1', 80],
        ['v2', 20],
      ],
    ],
    [
      'virtual-service-reviews-90-10',
      [],
      [
        ['v1', 90],
        ['v2', 10],
      ],
    ],
    [
      'virtual-service-reviews-50-v3',
      [],
      [
        ['v1', 50],
        ['v3', 50],
      ],
    ],
    ['virtual-service-reviews-v3', [], [['v3', 100]]],
    [
      'virtual-service-reviews-v2-v3',
      [],
      [
        ['v2', 50],
        ['v3', 50],
      ],
    ],
    ['virtual-service-reviews-jason-v2-v3', ['end-user: jason'], [['v2', 100]]],
    ['virtual-service-reviews-jason-v2-v3', ['end-user: kim'], [['v3', 100]]],
    ['virtual-service-reviews-test-v2', ['end-user: jason'], [['v2', 100]]],
    ['virtual-service-reviews-test-v2', [], [['v1', 100]]],
  ])('%s %j → %j', async (name, headers, wanted) => {
    const { clusters, object, mtls, status } = await ask(['destination-rule-all', name], 'default/productpage-v1', reviews, ...headers);
    expect(clusters).toEqual(wanted.map(([subset, weight]) => ({ name: cluster('reviews', subset), weight })));
    expect({ object, mtls, status }).toEqual({ object: 'VirtualService default/reviews', mtls: true, status: undefined });
  });

  it('knows the faults', async () => {
    const ratings = 'GET http://ratings:9080/ratings/1';
    const delay = ['destination-rule-all', 'virtual-service-ratings-test-delay'];
    expect(await ask(delay, 'default/reviews-v2', ratings, 'end-user: jason')).toMatchObject({
      path: 'spec.http[0]',
      fault: { delay: { ms: 7000, percent: 100 } },
    });
    expect(await ask(delay, 'default/reviews-v2', ratings)).toMatchObject({
      path: 'spec.http[1]',
      fault: null,
      tried: [{ object: 'VirtualService default/ratings', path: 'spec.http[0]', failed: 'header end-user is "jason"' }],
    });
    const abort = ['destination-rule-all', 'virtual-service-ratings-test-abort'];
    expect(await ask(abort, 'default/reviews-v2', ratings, 'end-user: jason')).toMatchObject({
      fault: { abort: { status: 500, percent: 100 } },
      status: 500,
    });
  });

  it('says that a subset without its DestinationRule has no cluster', async () => {
    expect(await ask(['virtual-service-all-v1'], 'default/productpage-v1', reviews)).toMatchObject({ status: 503 });
  });

  it('comes in by the gateway', async () => {
    const from = 'istio-system/istio-ingressgateway';
    expect(await ask(['bookinfo-gateway'], from, 'GET http://bookinfo.example:8080/productpage')).toMatchObject({
      object: 'VirtualService default/bookinfo',
      clusters: [{ name: cluster('productpage', ''), weight: 100 }],
    });
    expect(await ask(['bookinfo-gateway'], from, 'GET http://bookinfo.example:8080/ratings')).toMatchObject({ status: 404 });
  });

  it('has every field of the contract', async () => {
    const simulation = await ask(
      ['destination-rule-all', 'virtual-service-ratings-test-abort'],
      'default/reviews-v2',
      'GET http://ratings:9080/ratings/1',
    );
    expect(simulation).toMatchObject({
      listener: expect.any(String) as unknown,
      virtualHost: expect.any(String) as unknown,
      route: expect.any(String) as unknown,
      object: 'VirtualService default/ratings',
      path: 'spec.http[1]',
      clusters: [{ name: cluster('ratings', 'v1'), weight: 100 }],
      fault: null,
      timeoutMs: 0,
      retries: 2,
      mirror: [],
      authorization: { verdict: 'allow' },
      mtls: true,
      tried: [{ object: 'VirtualService default/ratings', path: 'spec.http[0]', failed: 'header end-user is "jason"' }],
    });
    // Nothing but the application decides.
    expect(simulation).not.toHaveProperty('status');
  });

  it('prints it for people', async () => {
    const files = [
      'platform/kube/bookinfo.yaml',
      'networking/destination-rule-all.yaml',
      'networking/virtual-service-reviews-test-v2.yaml',
    ];
    const text = await run(...files.flatMap((path) => ['-f', bookinfo(path)]), '--from', 'default/productpage-v1', '--request', reviews);
    expect(text).toContain('VirtualService default/reviews at spec.http[1]');
    expect(text).toContain('not met: header end-user is "jason"');
  });
});
