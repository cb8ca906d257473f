import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MarksResponse } from '@/lib/contract';
import { call, route, virtualService } from './testdata/call-endpoint';
import { openConsole } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

let open: OpenConsole;
beforeEach(async () => {
  open = await openConsole();
});
afterEach(() => open.close());

const now = Date.now();
const iso = (secondsAgo: number): string => new Date(now - secondsAgo * 1000).toISOString();

/** A Deployment in its third revision, whose last rollout is not over. */
function putDeployment(): void {
  open.kubernetes.put('deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'reviews-v2', namespace: 'default', uid: 'd1', annotations: { 'deployment.kubernetes.io/revision': '3' } },
    spec: { replicas: 2, template: { spec: { containers: [] } } },
    status: { replicas: 3, updatedReplicas: 1, availableReplicas: 2 },
  });
  for (const [revision, secondsAgo] of [
    [1, 500],
    [2, 300],
    [3, 20],
  ]) {
    open.kubernetes.put('replicasets.apps', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `reviews-v2-${revision}`,
        namespace: 'default',
        creationTimestamp: iso(secondsAgo ?? 0),
        annotations: { 'deployment.kubernetes.io/revision': String(revision) },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'reviews-v2', uid: 'd1', controller: true }],
      },
    });
  }
}

it('tells of a rollout back to an earlier template when its pods came', async () => {
  const owned = { 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd2', controller: true };
  open.kubernetes.put('deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', uid: 'd2', annotations: { 'deployment.kubernetes.io/revision': '3' } },
    spec: { replicas: 1, template: { spec: { containers: [] } } },
    status: { replicas: 1, updatedReplicas: 1, conditions: [{ type: 'Progressing', reason: 'NewReplicaSetAvailable' }] },
  });
  for (const [name, secondsAgo, annotations] of [
    ['web-1', 500, owned],
    ['web-2', 300, { 'deployment.kubernetes.io/revision': '2' }],
  ] as const)
    open.kubernetes.put('replicasets.apps', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name, namespace: 'default', uid: name, creationTimestamp: iso(secondsAgo), annotations, ownerReferences: [deployment] },
    });
  open.kubernetes.put('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web-1-x',
      namespace: 'default',
      creationTimestamp: iso(60),
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'web-1', controller: true }],
    },
    spec: { containers: [] },
  });
  const listed = async () => {
    const { body } = await call<MarksResponse>('marks', { query: 'duration=15m' });
    return body.marks.map(({ time, text }) => `${Math.round(now / 1000 - time)} ${text}`);
  };
  const secondsAgo = (seconds: number) => expect.stringMatching(new RegExp(`^(${seconds}|${seconds + 1}) `));
  await expect.poll(listed).toHaveLength(2);
  expect(await listed()).toEqual([secondsAgo(300), secondsAgo(60)]);
  expect((await listed()).map((one) => one.replace(/^\d+ /, ''))).toEqual([
    'Deployment default/web began to roll out revision 2.',
    'Deployment default/web began to roll out revision 3.',
  ]);
});

it('tells changes, and rollouts of Deployments but for their first', async () => {
  putDeployment();
  await call('applyChange', { body: { objects: [virtualService([{ route: route({ v1: 100 }) }])], reason: 'a try' } });
  const listed = async () => {
    const { body } = await call<MarksResponse>('marks', { query: 'duration=15m' });
    return body.marks.map(({ kind, text }) => `${kind}: ${text}`);
  };
  await expect.poll(listed).toHaveLength(3);
  expect(await listed()).toEqual([
    'deployment: Deployment default/reviews-v2 began to roll out revision 2.',
    'deployment: Deployment default/reviews-v2 rolls out revision 3.',
    expect.stringMatching(/^change: /),
  ]);
  const { body } = await call<MarksResponse>('marks', { query: `duration=60s&at=${iso(280)}` });
  expect(body.marks.map(({ kind }) => kind)).toEqual(['deployment']);
});
