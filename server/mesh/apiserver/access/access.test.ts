import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKubeClient, kubeStatusOf, resources } from '@/server/kube';
import type { AnyKubeObject, KubeClient } from '@/server/kube';
import { pod, virtualService } from '../testdata/objects';
import { startTestServer } from '../testdata/start-test-server';
import type { TestServer } from '../testdata/start-test-server';

const virtualServices = { group: 'networking.istio.io', version: 'v1', plural: 'virtualservices' };
const roles = (plural: string) => ({ group: 'rbac.authorization.k8s.io', version: 'v1', plural });
let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
});
afterAll(async () => {
  expect(test.errors).toEqual([]);
  await test.stop();
});

const clients: KubeClient[] = [];
afterAll(() => clients.forEach((client) => client.close()));
function clientWith(token: string | undefined): KubeClient {
  const client = createKubeClient({
    context: 'test',
    server: test.server.url,
    namespace: 'default',
    ca: test.server.caPem,
    skipTlsVerify: false,
    ...(token === undefined ? {} : { authorization: () => `Bearer ${token}` }),
  });
  clients.push(client);
  return client;
}
async function account(name: string): Promise<void> {
  await test.client.create(resources.serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: 'default' },
  });
}
async function tokenOf(name: string, spec: Record<string, unknown> = {}): Promise<string> {
  const answer = await post(`/api/v1/namespaces/default/serviceaccounts/${name}/token`, { spec });
  return (answer['status'] as { token: string }).token;
}
async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await test.client.raw(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return JSON.parse(answer.body.toString()) as Record<string, unknown>;
}

describe('who asks', () => {
  it('is nobody without a certificate or a token: only health and version are open', async () => {
    const nobody = clientWith(undefined);
    for (const path of ['/healthz', '/livez', '/readyz', '/version']) expect([path, (await nobody.raw(path)).status]).toEqual([path, 200]);
    for (const path of ['/api', '/apis', '/metrics', '/openapi/v3', '/api/v1/namespaces'])
      expect([path, (await nobody.raw(path)).status]).toEqual([path, 401]);
    expect((await clientWith('not.a.token').raw('/version')).status).toBe(401);
  });

  it('is not whoever signs for himself', async () => {
    const other = await startTestServer();
    const { cert, key } = other.client.connection;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const url = new URL(`${test.server.url}/api/v1/namespaces`);
      request(url, { ca: test.server.caPem, cert, key }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    await other.stop();
    expect(status).toBe(401);
  });

  it('may do what his roles allow, in the namespace where they do', async () => {
    await account('reader');
    await test.client.create(roles('roles'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'routes', namespace: 'default' },
      rules: [{ apiGroups: ['networking.istio.io'], resources: ['virtualservices'], verbs: ['get', 'list', 'create'] }],
    } as AnyKubeObject);
    await test.client.create(roles('rolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'reader-routes', namespace: 'default' },
      roleRef: { kind: 'Role', name: 'routes' },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'default' }],
    } as AnyKubeObject);
    const reader = clientWith(await tokenOf('reader'));
    await reader.create(virtualServices, virtualService('mine'));
    expect((await reader.list(virtualServices, { namespace: 'default' })).items).toHaveLength(1);
    await expect(reader.list(virtualServices)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(reader.list(virtualServices, { namespace: 'istio-system' })).rejects.toMatchObject({ code: 'forbidden' });
    const refused = await reader.delete(virtualServices, { name: 'mine', namespace: 'default' }).catch(kubeStatusOf);
    expect(refused).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'virtualservices.networking.istio.io "mine" is forbidden: User "system:serviceaccount:default:reader" cannot delete resource "virtualservices" in API group "networking.istio.io" in the namespace "default"',
    });
    const review = await reader.create({ group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectaccessreviews' }, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: { name: '' },
      spec: { resourceAttributes: { verb: 'list', group: 'networking.istio.io', resource: 'virtualservices', namespace: 'default' } },
    } as AnyKubeObject);
    expect(review['status']).toMatchObject({ allowed: true });
  });
});

describe('tokens', () => {
  it('end with their account, with their pod, and with their audience', async () => {
    await account('robot');
    const made = await test.client.create(resources.pods, pod('home'));
    const free = await tokenOf('robot');
    const bound = await tokenOf('robot', { boundObjectRef: { kind: 'Pod', name: 'home', uid: made.metadata.uid } });
    const audience = await tokenOf('robot', { audiences: ['istio-ca'] });
    const review = async (token: string, audiences?: string[]) =>
      (await post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token, ...(audiences === undefined ? {} : { audiences }) } }))[
        'status'
      ];
    expect(await review(free)).toMatchObject({
      authenticated: true,
      user: {
        username: 'system:serviceaccount:default:robot',
        groups: expect.arrayContaining(['system:serviceaccounts:default']) as string[],
      },
    });
    expect(await review(bound)).toMatchObject({
      authenticated: true,
      user: { extra: { 'authentication.kubernetes.io/pod-name': ['home'] } },
    });
    expect(await review(audience)).toMatchObject({ authenticated: false });
    expect(await review(audience, ['istio-ca', 'other'])).toMatchObject({ authenticated: true, audiences: ['istio-ca'] });
    await test.client.delete(resources.pods, { name: 'home', namespace: 'default' });
    expect(await review(bound)).toMatchObject({ authenticated: false });
    await test.client.delete(resources.serviceAccounts, { name: 'robot', namespace: 'default' });
    await account('robot');
    expect(await review(free)).toMatchObject({ authenticated: false });
    expect(await review(`${free.slice(0, -4)}AAAA`)).toMatchObject({ authenticated: false });
  });

  it('are refused for accounts that do not exist and times that are too short', async () => {
    expect(await post('/api/v1/namespaces/default/serviceaccounts/nobody/token', {})).toMatchObject({ code: 404 });
    expect(await post('/api/v1/namespaces/default/serviceaccounts/default/token', { spec: { expirationSeconds: 5 } })).toMatchObject({
      code: 400,
    });
  });
});

describe('proxy', () => {
  it('forwards to the pod, without the credentials of the caller', async () => {
    const backend = http.createServer((message, response) => {
      response.setHeader('x-path', message.url ?? '');
      response.statusCode = 207;
      response.end(
        JSON.stringify({
          authorization: message.headers.authorization ?? null,
          lent: Object.keys(message.headers).filter((name) => name.startsWith('impersonate')),
          method: message.method,
        }),
      );
    });
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const { port } = backend.address() as AddressInfo;
    const made = await test.client.create(
      resources.pods,
      pod('web', { nodeName: 'n', containers: [{ name: 'app', image: 'a:1', ports: [{ name: 'http', containerPort: port }] }] }),
    );
    await test.client.update(resources.pods, Object.assign({}, made, { status: { phase: 'Running', podIP: '127.0.0.1' } }), {
      subresource: 'status',
    });
    const answer = await test.client.raw(`/api/v1/namespaces/default/pods/web:${port}/proxy/debug/x%20y?a=1&b=2`, {
      method: 'POST',
      body: 'x',
      headers: { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' },
    });
    expect([answer.status, answer.headers['x-path']]).toEqual([207, '/debug/x%20y?a=1&b=2']);
    expect(JSON.parse(answer.body.toString())).toEqual({ authorization: null, lent: [], method: 'POST' });
    expect((await test.client.raw('/api/v1/namespaces/default/pods/web:http/proxy/')).status).toBe(207);
    await new Promise((resolve) => backend.close(resolve).closeAllConnections());
    expect((await test.client.raw(`/api/v1/namespaces/default/pods/web:${port}/proxy/`)).status).toBe(503);
    expect((await test.client.raw('/api/v1/namespaces/default/pods/nobody:80/proxy/')).status).toBe(404);
  });
});

it('counts requests for its own metrics', async () => {
  const text = (await test.client.rawGet('/metrics')).toString();
  expect(text).toMatch(/apiserver_request_total\{verb="CREATE",group="",version="v1",resource="pods",subresource="",code="201"\} \d+/);
  expect(text).toMatch(/apiserver_storage_objects\{resource="namespaces"\} 4/);
});
