import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MeshObjectsResponse, ObjectResponse, ObjectsResponse, RelationsResponse, RightsResponse } from '@/lib/contract';
import type { KubernetesResource } from '@/lib/model';
import { validateObjects } from '@/lib/validate';
import { setConsole } from './console-state';
import { call } from './testdata/call-endpoint';
import { startFakeKubernetes } from './testdata/fake-kubernetes';
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
  await vi.waitFor(async () => expect((await list('kinds=VirtualService&q=broken')).total).toBe(1), { timeout: 10_000 });
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

describe('what findings depend on', () => {
  it('is watched beyond the configuration: accounts and Secrets by name, DaemonSets, the injector', async () => {
    const account = (name: string) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } });
    open.kubernetes.put('serviceaccounts', account('machines'));
    open.kubernetes.put('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'hidden', namespace: 'default', annotations: { copy: 'c2VjcmV0' } },
      data: { key: 'c2VjcmV0' },
    });
    open.kubernetes.put('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio-sidecar-injector', namespace: 'istio-system' },
      data: { values: '{"sidecarInjectorWebhook":{"enableNamespacesByDefault":true}}' },
    });
    open.kubernetes.put('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'unlabelled' } });
    open.kubernetes.put('daemonsets.apps', {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'default' },
      spec: {
        template: {
          metadata: { labels: { app: 'agent' }, annotations: { 'sidecar.istio.io/injekt': 'true' } },
          spec: { containers: [{ name: 'a' }] },
        },
      },
    });
    open.kubernetes.put(`workloadgroups.${istio}`, {
      apiVersion: `${istio}/v1`,
      kind: 'WorkloadGroup',
      metadata: { name: 'vms', namespace: 'default' },
      spec: { metadata: { labels: { app: 'vm' } }, template: { serviceAccount: 'machine' } },
    });
    const warnings = async (kind: string, name: string) =>
      (await list(`kinds=${kind}`)).objects.find(({ ref }) => ref.name === name)?.findings;
    await expect.poll(() => warnings('WorkloadGroup', 'vms')).toMatchObject({ warning: 1 });
    expect(await warnings('DaemonSet', 'agent')).toMatchObject({ warning: 1 });
    expect(await warnings('Namespace', 'unlabelled')).toMatchObject({ info: 1 });
    const { body } = await call<MeshObjectsResponse>('meshObjects', {});
    expect(JSON.stringify(body)).not.toContain('c2VjcmV0');
    expect(body.objects.filter(({ kind }) => kind === 'Secret')).toEqual([
      { apiVersion: 'v1', kind: 'Secret', metadata: expect.objectContaining({ name: 'hidden', namespace: 'default' }) as object },
    ]);
    // What the editor is given says the same as the list.
    const codes = validateObjects(body.objects as unknown as KubernetesResource[], { complete: body.complete }).map((one) => one.code);
    expect(codes).toEqual(expect.arrayContaining(['HED0481', 'HED0148', 'HED0108']));
  });
});

describe('other clusters of the mesh', () => {
  it('are compared: a service that differs there is found here', async () => {
    const there = await startFakeKubernetes();
    const service = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'reviews', namespace: 'default' },
      spec: { ports: [{ name, port: 9080 }] },
    });
    there.put('services', service('tcp'));
    const folder = mkdtempSync(join(tmpdir(), 'heddle-remote-'));
    const kubeconfig = join(folder, 'west');
    const cluster = { name: 'west', cluster: { server: there.url } };
    const context = { name: 'west', context: { cluster: 'west', user: 'west' } };
    writeFileSync(
      kubeconfig,
      JSON.stringify({ 'current-context': 'west', contexts: [context], clusters: [cluster], users: [{ name: 'west', user: {} }] }),
    );
    const other = await openConsole({ HEDDLE_REMOTES: `west=${kubeconfig}` });
    try {
      const findings = async () => {
        const { body } = await call<ObjectsResponse>('objects', { query: 'kinds=Service&q=reviews' });
        return body.objects[0]?.findings.warning;
      };
      await expect.poll(findings).toBe(1);
      there.put('services', service('http'));
      await expect.poll(findings).toBe(0);
    } finally {
      await other.close();
      await there.stop();
      rmSync(folder, { recursive: true });
      setConsole(open.console);
    }
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
