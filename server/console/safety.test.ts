import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '@/lib/contract';
import type { EndpointName } from '@/lib/contract';
import { streamEvents } from '.';
import { call, virtualService } from './testdata/call-endpoint';
import { openConsole } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

let open: OpenConsole;
beforeAll(async () => {
  open = await openConsole();
});
afterAll(() => open.close());

describe('safety', () => {
  const marker = 'c2VjcmV0LW1hcmtlcg==';

  it('never lets the content of a Secret out, whatever is asked', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: {
        name: 'hidden',
        namespace: 'default',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { key: marker } }) },
        managedFields: [{ manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:data': { 'f:key': {} } } }],
      },
      data: { key: marker },
      stringData: { other: marker },
    };
    open.kubernetes.put('secrets', secret);
    const own = { params: { group: 'core', kind: 'Secret', namespace: 'default', name: 'hidden' } };
    const shown = await call<{ withheld: string[]; yaml: string }>('object', own);
    expect(shown.status).toBe(200);
    expect(shown.body.withheld).toEqual(['key', 'other']);
    const body = {
      objects: [secret],
      deletes: [{ group: '', version: 'v1', kind: 'Secret', namespace: 'default', name: 'hidden' }],
      bases: [secret],
    };
    for (const name of Object.keys(endpoints) as EndpointName[]) {
      const params = { ...own.params, id: 'hidden' };
      for (const query of ['', 'kinds=Secret', 'service=hidden', 'source=a/b/c/hidden&target=a/b/c/hidden']) {
        const answer = await call(name, { params, query, body });
        expect([name, answer.text.includes(marker)]).toEqual([name, false]);
        expect([name, answer.text.includes('secret-marker')]).toEqual([name, false]);
      }
    }
    expect((await call('preview', { body })).status).toBe(403);
    expect((await call('applyChange', { body })).status).toBe(403);
  });

  it.each([
    ['another origin', { origin: 'http://evil.example' }, 403],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a rebound name', { host: 'evil.example' }, 403],
    ['a form', { 'content-type': 'text/plain' }, 415],
  ])('refuses %s on every write, before anything is read', async (_, headers, status) => {
    open.kubernetes.writes.length = 0;
    for (const name of ['preview', 'applyChange', 'undoChange'] as const) {
      const answer = await call(name, { headers, params: { id: 'x' }, body: { objects: [virtualService([])] } });
      expect([name, answer.status]).toEqual([name, status]);
    }
    expect(open.kubernetes.writes).toEqual([]);
  });

  it('refuses a rebound name on every read', async () => {
    for (const name of Object.keys(endpoints) as EndpointName[]) {
      expect([name, (await call(name, { headers: { host: 'evil.example:20001' } })).status]).toEqual([name, 403]);
    }
    expect(streamEvents(new Request('http://127.0.0.1/api/v1/events', { headers: { host: 'evil.example' } })).status).toBe(403);
  });
});
