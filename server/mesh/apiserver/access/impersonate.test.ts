import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKubeClient, resources } from '@/server/kube';
import type { AnyKubeObject, KubeClient } from '@/server/kube';
import { startTestServer } from '../testdata/start-test-server';
import type { TestServer } from '../testdata/start-test-server';

const rbac = (plural: string) => ({ group: 'rbac.authorization.k8s.io', version: 'v1', plural });
const configMaps = '/api/v1/namespaces/default/configmaps';

let test: TestServer;
let limited: KubeClient;

interface Answer {
  code: number;
  body: { message?: string; items?: unknown[]; status?: { userInfo?: unknown; allowed?: boolean } };
}

async function ask(
  client: KubeClient,
  path: string,
  headers: Record<string, string | string[]>,
  body?: unknown,
  method = body === undefined ? 'GET' : 'POST',
): Promise<Answer> {
  const answer = await client.raw(path, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  });
  return { code: answer.status, body: JSON.parse(answer.body.toString()) as Answer['body'] };
}

async function whoIs(client: KubeClient, headers: Record<string, string | string[]>): Promise<unknown> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  return (await ask(client, '/apis/authentication.k8s.io/v1/selfsubjectreviews', headers, review)).body.status?.userInfo;
}

beforeAll(async () => {
  test = await startTestServer();
  const object = (kind: string, name: string, rest: object): AnyKubeObject => ({
    apiVersion: kind === 'ServiceAccount' ? 'v1' : 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name },
    ...rest,
  });
  const { client } = test;
  for (const name of ['limited', 'reader']) {
    await client.create(resources.serviceAccounts, { ...object('ServiceAccount', name, {}), metadata: { name, namespace: 'default' } });
  }
  const rules = [
    { apiGroups: [''], resources: ['users'], verbs: ['impersonate'], resourceNames: ['jane'] },
    { apiGroups: [''], resources: ['groups'], verbs: ['impersonate'], resourceNames: ['readers'] },
    { apiGroups: ['authentication.k8s.io'], resources: ['userextras/scopes'], verbs: ['impersonate'], resourceNames: ['view'] },
  ];
  await client.create(rbac('clusterroles'), object('ClusterRole', 'as-jane', { rules }));
  await client.create(
    rbac('clusterrolebindings'),
    object('ClusterRoleBinding', 'limited-as-jane', {
      roleRef: { kind: 'ClusterRole', name: 'as-jane' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'default', name: 'limited' }],
    }),
  );
  await client.create(
    rbac('clusterrolebindings'),
    object('ClusterRoleBinding', 'readers-view', {
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'Group', name: 'readers' }],
    }),
  );
  const answer = await ask(client, '/api/v1/namespaces/default/serviceaccounts/limited/token', {}, { spec: {} });
  const { token } = answer.body.status as unknown as { token: string };
  limited = createKubeClient({
    context: 'limited',
    server: test.server.url,
    namespace: 'default',
    ca: test.server.caPem,
    skipTlsVerify: false,
    authorization: () => `Bearer ${token}`,
  });
});
afterAll(async () => {
  limited.close();
  expect(test.errors).toEqual([]);
  await test.stop();
});

describe('impersonation', () => {
  it('gives the administrator no more than the other has, for every kind of request', async () => {
    const as = { 'impersonate-user': 'system:serviceaccount:default:reader' };
    expect(await whoIs(test.client, as)).toEqual({
      username: 'system:serviceaccount:default:reader',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    expect(await ask(test.client, configMaps, as)).toMatchObject({
      code: 403,
      body: {
        message:
          'configmaps is forbidden: User "system:serviceaccount:default:reader" cannot list resource "configmaps" in API group "" in the namespace "default"',
      },
    });
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
    expect((await ask(test.client, configMaps, as, made)).code).toBe(403);
    expect((await ask(test.client, `${configMaps}/x`, as, undefined, 'DELETE')).code).toBe(403);
    expect((await ask(test.client, '/metrics', as)).code).toBe(403);
    const question = { spec: { resourceAttributes: { verb: 'delete', group: 'networking.istio.io', resource: 'virtualservices' } } };
    const review = await ask(test.client, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', as, question);
    expect(review.body.status).toEqual({ allowed: false });
  });

  it('takes groups, uid and extras', async () => {
    const as = {
      'impersonate-user': Buffer.from('józef').toString('latin1'),
      'impersonate-group': ['readers', 'others'],
      'impersonate-uid': '1234',
      'impersonate-extra-example.com%2Fscopes': ['view', 'edit'],
    };
    expect(await whoIs(test.client, as)).toEqual({
      username: 'józef',
      uid: '1234',
      groups: ['readers', 'others', 'system:authenticated'],
      extra: { 'example.com/scopes': ['view', 'edit'] },
    });
    expect((await ask(test.client, configMaps, as)).code).toBe(200);
    expect(await ask(test.client, configMaps, { 'impersonate-user': 'system:anonymous' })).toMatchObject({
      code: 403,
      body: { message: expect.stringContaining('User "system:anonymous" cannot list') as string },
    });
  });

  it('needs the right to impersonate each part', async () => {
    expect((await ask(limited, configMaps, {})).code).toBe(403);
    const jane = { 'impersonate-user': 'jane' };
    expect(await ask(limited, configMaps, jane)).toMatchObject({
      code: 403,
      body: { message: expect.stringContaining('User "jane" cannot list') as string },
    });
    expect((await ask(limited, configMaps, { ...jane, 'impersonate-group': 'readers' })).code).toBe(200);
    expect((await ask(limited, configMaps, { ...jane, 'impersonate-group': 'readers', 'impersonate-extra-scopes': 'view' })).code).toBe(
      200,
    );
    const refusals: [Record<string, string | string[]>, string][] = [
      [
        { 'impersonate-user': 'heddle-admin' },
        'users "heddle-admin" is forbidden: User "system:serviceaccount:default:limited" cannot impersonate resource "users" in API group "" at the cluster scope',
      ],
      [
        { 'impersonate-user': 'system:serviceaccount:default:reader' },
        'serviceaccounts "reader" is forbidden: User "system:serviceaccount:default:limited" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "default"',
      ],
      [{ ...jane, 'impersonate-group': ['readers', 'system:masters'] }, 'groups "system:masters" is forbidden'],
      [{ ...jane, 'impersonate-uid': '1' }, 'uids.authentication.k8s.io "1" is forbidden'],
      [
        { ...jane, 'impersonate-extra-scopes': ['view', 'edit'] },
        'userextras.authentication.k8s.io "edit" is forbidden: User "system:serviceaccount:default:limited" cannot impersonate resource "userextras/scopes"',
      ],
    ];
    for (const [headers, message] of refusals) {
      expect(await ask(limited, configMaps, headers)).toMatchObject({
        code: 403,
        body: { message: expect.stringContaining(message) as string },
      });
    }
    expect((await ask(limited, '/healthz/../version', { 'impersonate-user': 'heddle-admin' })).code).toBe(403);
  });

  it('is refused without a user, and to nobody', async () => {
    expect(await ask(test.client, configMaps, { 'impersonate-group': 'readers' })).toMatchObject({
      code: 400,
      body: { message: 'requested impersonate-group without impersonating a user' },
    });
    const nobody = createKubeClient({
      context: 'nobody',
      server: test.server.url,
      namespace: 'default',
      ca: test.server.caPem,
      skipTlsVerify: false,
    });
    expect((await ask(nobody, '/version', { 'impersonate-user': 'heddle-admin' })).code).toBe(401);
    nobody.close();
  });
});
