import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ObjectResponse, ObjectsResponse, RelationsResponse, RightsResponse } from '@/lib/contract';
import { call } from './testdata/call-endpoint';
import { openConsole } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

const istio = 'networking.istio.io';
const broken = {
  apiVersion: `${istio}/v1`,
  kind: 'VirtualService',
  metadata: {
    name: 'broken',
    namespace: 'default',
    managedFields: [
      { manager: 'argocd', operation: 'Apply', time: '2026-01-02T00:00:00Z' },
      { manager: 'kubectl', operation: 'Update', time: '2026-01-01T00:00:00Z' },
      { manager: 'istiod', operation: 'Update', subresource: 'status' },
    ],
  },
  spec: { hosts: ['reviews'], http: [{ route: [{ destination: { host: 'revievs' } }] }] },
};

let open: OpenConsole;
beforeAll(async () => {
  open = await openConsole();
  open.kubernetes.put(`virtualservices.${istio}`, broken);
  await vi.waitFor(async () => expect((await list('kinds=VirtualService&q=broken')).total).toBe(1));
});
afterAll(() => open.close());

async function list(query: string): Promise<ObjectsResponse> {
  const { status, body } = await call<ObjectsResponse>('objects', { query });
  expect(status).toBe(200);
  return body;
}

describe('the list of objects', () => {
  it('counts findings, names who wrote an object, and narrows down by both', async () => {
    const { objects, facets } = await list('severities=error');
    expect(objects.map(({ ref, owners, findings }) => [ref.name, owners, findings.error])).toEqual([['broken', ['argocd', 'kubectl'], 1]]);
    expect(facets.owners).toContainEqual({ value: 'argocd', count: 1 });
    expect((await list('owners=argocd')).total).toBe(1);
    expect((await list('owners=nobody')).total).toBe(0);
  });

  it('comes in pages, sorted by the server', async () => {
    for (let index = 0; index < 30; index++) {
      const name = `entry-${String(index).padStart(2, '0')}`;
      open.kubernetes.put(`serviceentries.${istio}`, {
        apiVersion: `${istio}/v1`,
        kind: 'ServiceEntry',
        metadata: { name, namespace: 'default' },
        spec: { hosts: [`${name}.example.com`], ports: [{ number: 80, name: 'http', protocol: 'HTTP' }], resolution: 'DNS' },
      });
    }
    await expect.poll(async () => (await list('kinds=ServiceEntry')).total).toBe(30);
    const page = await list('kinds=ServiceEntry&sort=name&descending=true&offset=10&limit=5');
    expect(page.objects.map((one) => one.ref.name)).toEqual(['entry-19', 'entry-18', 'entry-17', 'entry-16', 'entry-15']);
    expect(page.total).toBe(30);
  });
});

describe('one object', () => {
  const params = { group: istio, kind: 'VirtualService', namespace: 'default', name: 'broken' };

  it('has its findings at their lines, with the object as the fix leaves it', async () => {
    const { body } = await call<ObjectResponse>('object', { params });
    const [finding] = body.findings;
    expect(finding).toMatchObject({ code: 'HED0101', path: 'spec.http[0].route[0].destination.host', title: expect.any(String) as string });
    expect(body.yaml.split('\n')[(finding?.line ?? 0) - 1]).toContain('host: revievs');
    expect(finding?.mended?.['spec']).toMatchObject({ http: [{ route: [{ destination: { host: 'reviews' } }] }] });
  });

  it('has its own changes', async () => {
    const { body: before } = await call<RelationsResponse>('objectRelations', { params });
    expect(before.changes.every((one) => one.objects.some(({ ref }) => ref.name === 'broken'))).toBe(true);
  });
});

describe('rights', () => {
  it('are what SelfSubjectAccessReviews say, with the reason', async () => {
    open.kubernetes.denied.add(`delete virtualservices.${istio}`);
    const { body } = await call<RightsResponse>('rights', { query: `kind=${istio}/VirtualService&namespace=default` });
    expect(body.rights).toContainEqual({ verb: 'delete', allowed: false, reason: 'no rule grants it' });
    expect(body.rights).toContainEqual({ verb: 'patch', allowed: true, reason: '' });
    expect(body.resource).toBe(`virtualservices.${istio}`);
  });
});
