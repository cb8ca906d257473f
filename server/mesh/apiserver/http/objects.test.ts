import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubeStatusOf, resources } from '@/server/kube';
import type { AnyKubeObject } from '@/server/kube';
import { configMap, deployment, pod, service, virtualService } from '../testdata/objects';
import { startApiServer } from '../start-api-server';
import { startTestServer } from '../testdata/start-test-server';
import type { TestServer } from '../testdata/start-test-server';

const virtualServices = { group: 'networking.istio.io', version: 'v1', plural: 'virtualservices' };
let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
});
afterAll(async () => {
  expect(test.errors).toEqual([]);
  await test.stop();
});
const at = (name: string, namespace = 'default') => ({ name, namespace });
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => kubeStatusOf(error),
  );

describe('creating', () => {
  it('fills in what the system knows and says 409 the second time', async () => {
    const made = await test.client.create(virtualServices, virtualService('made'));
    expect(made.metadata).toMatchObject({ name: 'made', namespace: 'default', generation: 1 });
    expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(await failure(test.client.create(virtualServices, virtualService('made')))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'virtualservices.networking.istio.io "made" already exists',
    });
  });

  it('makes a name from generateName', async () => {
    const made = await test.client.create(resources.configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: '', generateName: 'gen-', namespace: 'default' },
    });
    expect(made.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  it('refuses a namespace that does not exist', async () => {
    expect(await failure(test.client.create(resources.configMaps, configMap('x', {}, 'nowhere')))).toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
    });
  });

  it('stores nothing on a dry run', async () => {
    const shown = await test.client.create(resources.configMaps, configMap('dry', { a: '1' }), { dryRun: true });
    expect(shown).toMatchObject({ data: { a: '1' } });
    expect(await failure(test.client.get(resources.configMaps, at('dry')))).toMatchObject({
      code: 404,
      reason: 'NotFound',
      details: { name: 'dry', kind: 'configmaps' },
    });
  });

  it('names every field that is wrong', async () => {
    const wrong = virtualService('wrong');
    (wrong.spec as Record<string, unknown>)['hosts'] = 'not-a-list';
    const destination: Record<string, unknown> | undefined = wrong.spec.http[0]?.route[0];
    if (destination !== undefined) destination['weight'] = 'heavy';
    const status = await failure(test.client.create(virtualServices, wrong));
    expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(status?.details?.causes?.map((cause) => cause.field)).toEqual(['spec.hosts', 'spec.http[0].route[0].weight']);
    expect(status?.message).toContain('VirtualService.networking.istio.io "wrong" is invalid');
  });

  it('refuses names, labels and ports that Kubernetes refuses', async () => {
    expect(await failure(test.client.create(resources.configMaps, configMap('Upper', {})))).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'metadata.name' }] },
    });
    const labelled = { ...configMap('labelled', {}), metadata: { name: 'labelled', namespace: 'default', labels: { 'a b': 'c' } } };
    expect(await failure(test.client.create(resources.configMaps, labelled))).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'metadata.labels' }] },
    });
    const twice = service('twice');
    twice.spec.ports.push({ name: 'http', port: 9081 });
    expect(await failure(test.client.create(resources.services, twice))).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'spec.ports[1].name', reason: 'FieldValueDuplicate' }] },
    });
    const mismatch = deployment('mismatch');
    mismatch.spec.template.metadata.labels = { app: 'other' };
    expect(await failure(test.client.create(resources.deployments, mismatch))).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'spec.template.metadata.labels' }] },
    });
  });

  it('drops, reports or refuses unknown fields, as asked', async () => {
    const object = virtualService('typo');
    (object.spec as Record<string, unknown>)['hostz'] = ['x'];
    expect(await failure(test.client.create(virtualServices, object, { fieldValidation: 'Strict' }))).toMatchObject({
      code: 400,
      message: expect.stringContaining('strict decoding error: unknown field "spec.hostz"') as string,
    });
    const warnings: string[] = [];
    const made = await test.client.create(virtualServices, object, { onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual(['unknown field "spec.hostz"']);
    expect(made['spec']).not.toHaveProperty('hostz');
  });
});

describe('built-in kinds', () => {
  it('get their defaults and addresses', async () => {
    const one = await test.client.create(resources.services, service('one'));
    const two = await test.client.create(resources.services, {
      ...service('two'),
      spec: { ...service('two').spec, type: 'NodePort' },
    } as AnyKubeObject);
    const spec = one['spec'] as { clusterIP: string; ports: unknown[]; type: string };
    expect(spec).toMatchObject({ type: 'ClusterIP', ports: [{ name: 'http', port: 9080, targetPort: 9080, protocol: 'TCP' }] });
    expect(spec.clusterIP).toMatch(/^127\.96\.\d+\.\d+$/);
    expect((two['spec'] as typeof spec).clusterIP).not.toBe(spec.clusterIP);
    expect((two['spec'] as { ports: { nodePort: number }[] }).ports[0]?.nodePort).toBeGreaterThanOrEqual(30_000);
    const taken = { ...service('three'), spec: { ...service('three').spec, clusterIP: spec.clusterIP } };
    expect(await failure(test.client.create(resources.services, taken))).toMatchObject({ code: 422 });
    const updated = await test.client.update(resources.services, {
      ...service('one'),
      spec: { ...service('one').spec, ports: [{ name: 'http', port: 9090 }] },
    } as AnyKubeObject);
    expect((updated['spec'] as typeof spec).clusterIP).toBe(spec.clusterIP);
  });

  it('keep spec and status apart', async () => {
    await test.client.create(resources.deployments, { ...deployment('parts'), status: { readyReplicas: 9 } } as AnyKubeObject);
    const first = await test.client.get(resources.deployments, at('parts'));
    expect(first['status']).toEqual({});
    const status = await test.client.update(
      resources.deployments,
      { ...first, spec: { replicas: 7 }, status: { readyReplicas: 1 } } as AnyKubeObject,
      { subresource: 'status' },
    );
    expect(status).toMatchObject({ spec: { replicas: 1 }, status: { readyReplicas: 1 }, metadata: { generation: 1 } });
    const scaled = await test.client.patch(resources.deployments, at('parts'), { spec: { replicas: 2 }, status: { readyReplicas: 5 } });
    expect(scaled).toMatchObject({ spec: { replicas: 2 }, status: { readyReplicas: 1 }, metadata: { generation: 2 } });
  });

  it('scale through the subresource', async () => {
    await test.client.create(resources.deployments, deployment('scaled'));
    const scale = await test.client.patch(resources.deployments, at('scaled'), { spec: { replicas: 4 } }, { subresource: 'scale' });
    expect(scale).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 4 }, status: { selector: 'app=scaled' } });
    expect(await test.client.get(resources.deployments, at('scaled'))).toMatchObject({ spec: { replicas: 4 } });
  });

  it('encode what a Secret is given as text', async () => {
    const made = await test.client.create(resources.secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: at('secret'),
      stringData: { password: 'üx' },
    } as AnyKubeObject);
    expect(made).toMatchObject({ type: 'Opaque', data: { password: Buffer.from('üx').toString('base64') } });
    expect(made).not.toHaveProperty('stringData');
  });
});

describe('changing', () => {
  it('refuses a stale version and changes nothing when nothing changes', async () => {
    const first = await test.client.create(resources.configMaps, configMap('versions', { a: '1' }));
    const second = await test.client.update(resources.configMaps, { ...first, data: { a: '2' } } as AnyKubeObject);
    expect(await failure(test.client.update(resources.configMaps, { ...first, data: { a: '3' } } as AnyKubeObject))).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "versions": the object has been modified; please apply your changes to the latest version and try again',
    });
    const same = await test.client.update(resources.configMaps, second);
    expect(same.metadata.resourceVersion).toBe(second.metadata.resourceVersion);
  });

  it('understands the three patches, and says which it does not', async () => {
    await test.client.create(resources.deployments, deployment('patched'));
    const containers = (object: AnyKubeObject) =>
      (object['spec'] as { template: { spec: { containers: { name: string; env?: unknown }[] } } }).template.spec.containers;
    const strategic = { spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'A', value: '1' }] }] } } } };
    expect(containers(await test.client.patch(resources.deployments, at('patched'), strategic, { type: 'strategic' }))).toMatchObject([
      { name: 'app', image: 'example/app:1', env: [{ name: 'A', value: '1' }] },
    ]);
    const operations = [{ op: 'add', path: '/spec/template/spec/containers/0/env/-', value: { name: 'B', value: '2' } }];
    expect(containers(await test.client.patch(resources.deployments, at('patched'), operations, { type: 'json' }))[0]?.env).toHaveLength(2);
    expect(
      await failure(
        test.client.patch(resources.deployments, at('patched'), [{ op: 'test', path: '/spec/replicas', value: 5 }], { type: 'json' }),
      ),
    ).toMatchObject({ code: 422 });
    expect(await failure(test.client.patch(virtualServices, at('made'), {}, { type: 'strategic' }))).toMatchObject({
      code: 415,
      reason: 'UnsupportedMediaType',
    });
  });

  it('serves every version of a kind as the same object', async () => {
    const old = { ...virtualServices, version: 'v1alpha3' };
    await test.client.create(old, { ...virtualService('versions'), apiVersion: 'networking.istio.io/v1alpha3' });
    expect(await test.client.get(virtualServices, at('versions'))).toMatchObject({ apiVersion: 'networking.istio.io/v1' });
    expect(await test.client.get({ ...virtualServices, version: 'v1beta1' }, at('versions'))).toMatchObject({
      apiVersion: 'networking.istio.io/v1beta1',
    });
    expect(await failure(test.client.get({ ...virtualServices, version: 'v2' }, at('versions')))).toMatchObject({ code: 404 });
    const tcp = { group: 'gateway.networking.k8s.io', version: 'v1alpha2', plural: 'tcproutes' };
    const route = {
      apiVersion: 'gateway.networking.k8s.io/v1alpha2',
      kind: 'TCPRoute',
      metadata: at('tcp'),
      spec: { rules: [{ backendRefs: [{ name: 'x', port: 1 }] }] },
    };
    expect(await test.client.create(tcp, route)).toMatchObject({ apiVersion: 'gateway.networking.k8s.io/v1alpha2' });
  });

  it('shows an event under both of its APIs', async () => {
    const involvedObject = { kind: 'Pod', name: 'p', namespace: 'default' };
    await test.client.create(resources.events, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: at('ev'),
      involvedObject,
      message: 'hello',
      reason: 'Said',
    } as AnyKubeObject);
    const other = { group: 'events.k8s.io', version: 'v1', plural: 'events' };
    expect(await test.client.get(other, at('ev'))).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      note: 'hello',
      regarding: { name: 'p' },
    });
    expect((await test.client.list(resources.events, { fieldSelector: 'involvedObject.name=p' })).items).toHaveLength(1);
  });
});

describe('deleting', () => {
  it('answers with a Status, and with 409 when a precondition fails', async () => {
    const made = await test.client.create(resources.configMaps, configMap('gone', {}));
    expect(await failure(test.client.delete(resources.configMaps, at('gone'), { preconditions: { uid: 'other' } }))).toMatchObject({
      code: 409,
    });
    expect(await test.client.delete(resources.configMaps, at('gone'))).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { uid: made.metadata.uid },
    });
  });

  it('waits for finalizers', async () => {
    const held = configMap('held', {});
    await test.client.create(resources.configMaps, { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } });
    expect(await test.client.delete(resources.configMaps, at('held'))).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) as string },
    });
    await test.client.patch(resources.configMaps, at('held'), { metadata: { finalizers: null } });
    expect(await failure(test.client.get(resources.configMaps, at('held')))).toMatchObject({ code: 404 });
  });

  it('gives a running pod time, until its node says it is over', async () => {
    await test.client.create(resources.pods, pod('running', { nodeName: 'node-1' }));
    expect(await test.client.delete(resources.pods, at('running'))).toMatchObject({ metadata: { deletionGracePeriodSeconds: 30 } });
    expect(await test.client.get(resources.pods, at('running'))).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) as string },
    });
    await test.client.delete(resources.pods, at('running'), { gracePeriodSeconds: 0 });
    expect(await failure(test.client.get(resources.pods, at('running')))).toMatchObject({ code: 404 });
    await test.client.create(resources.pods, pod('waiting'));
    expect(await test.client.delete(resources.pods, at('waiting'))).toMatchObject({ kind: 'Status', status: 'Success' });
  });

  it('takes a whole selection', async () => {
    for (const name of ['c1', 'c2', 'c3'])
      await test.client.create(resources.configMaps, {
        ...configMap(name, {}),
        metadata: { name, namespace: 'default', labels: { set: name === 'c3' ? 'no' : 'yes' } },
      });
    const { status } = await test.client.raw('/api/v1/namespaces/default/configmaps?labelSelector=set%3Dyes', { method: 'DELETE' });
    expect(status).toBe(200);
    expect((await test.client.list(resources.configMaps, { labelSelector: 'set' })).items.map((item) => item.metadata.name)).toEqual([
      'c3',
    ]);
  });
});

describe('reading', () => {
  it('pages through a list without losing what changes between the pages', async () => {
    for (let i = 0; i < 7; i++)
      await test.client.create(resources.configMaps, {
        ...configMap(`page-${i}`, {}),
        metadata: { name: `page-${i}`, namespace: 'default', labels: { page: 'yes' } },
      });
    const first = await test.client.list(resources.configMaps, { labelSelector: 'page', limit: 3 });
    expect(first).toMatchObject({ remainingItemCount: 4 });
    await test.client.patch(resources.configMaps, at('page-0'), { data: { changed: 'yes' } });
    const second = await test.client.list(resources.configMaps, { labelSelector: 'page', limit: 3, continue: first.continue });
    const third = await test.client.list(resources.configMaps, { labelSelector: 'page', limit: 3, continue: second.continue });
    expect([...first.items, ...second.items, ...third.items].map((item) => item.metadata.name)).toEqual(
      Array.from({ length: 7 }, (_, i) => `page-${i}`),
    );
    expect(third.continue).toBeUndefined();
    expect(third.resourceVersion).toBe(first.resourceVersion);
    expect(await failure(test.client.list(resources.configMaps, { continue: 'nonsense' }))).toMatchObject({ code: 400 });
  });

  it('answers what it does not know with a Status', async () => {
    for (const [method, path, code] of [
      ['GET', '/api/v1/namespaces/default/unheardof', 404],
      ['GET', '/apis/nobody.example/v1/things', 404],
      ['GET', '/nothing/here', 404],
      ['TRACE', '/api/v1/namespaces/default/configmaps/x', 405],
      ['POST', '/api/v1/namespaces/default/configmaps/x', 405],
      ['GET', '/api/v1/namespaces/default/configmaps?labelSelector=%3D%3D', 400],
    ] as const) {
      const answer = await test.client.raw(path, { method });
      expect([path, answer.status]).toEqual([path, code]);
      expect(JSON.parse(answer.body.toString())).toMatchObject({ kind: 'Status', status: 'Failure', code });
    }
    const broken = await test.client.raw('/api/v1/namespaces/default/configmaps', {
      method: 'POST',
      body: '{"a":',
      headers: { 'content-type': 'application/json' },
    });
    expect(broken.status).toBe(400);
    const large = await test.client.raw('/api/v1/namespaces/default/configmaps', { method: 'POST', body: Buffer.alloc(4 << 20, 0x20) });
    expect(large.status).toBe(413);
  });
});

describe('a restart', () => {
  it('finds everything again under a version that only grows', async () => {
    const before = await test.client.listAll(virtualServices);
    await test.restart();
    const after = await test.client.listAll(virtualServices);
    expect(after.items).toEqual(before.items);
    const next = await test.client.create(resources.configMaps, configMap('after-restart', {}));
    expect(Number(next.metadata.resourceVersion)).toBeGreaterThan(Number(before.resourceVersion));
  });

  it('leaves nothing behind when its port is taken', async () => {
    const before = await test.client.listAll(virtualServices);
    const { port } = new URL(test.server.url);
    const dataDir = mkdtempSync(join(tmpdir(), 'heddle-api-'));
    await expect(startApiServer({ dataDir, port: Number(port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const second = await startApiServer({ dataDir, port: 0 });
    await second.stop();
    rmSync(dataDir, { recursive: true });
    expect((await test.client.listAll(virtualServices)).items).toEqual(before.items);
  });
});
