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

it('tells changes, and rollouts of Deployments but for their first', async () => {
  putDeployment();
  await call('applyChange', { body: { objects: [virtualService([{ route: route({ v1: 100 }) }])], reason: 'a try' } });
  const listed = async () => {
    const { body } = await call<MarksResponse>('marks', { query: 'duration=15m' });
    return body.marks.map(({ kind, text }) => `${kind}: ${text}`);
  };
  await expect.poll(listed, { timeout: 5000 }).toHaveLength(3);
  expect(await listed()).toEqual([
    'deployment: Deployment default/reviews-v2 began to roll out revision 2.',
    'deployment: Deployment default/reviews-v2 rolls out revision 3.',
    expect.stringMatching(/^change: /),
  ]);
  const { body } = await call<MarksResponse>('marks', { query: `duration=60s&at=${iso(280)}` });
  expect(body.marks.map(({ kind }) => kind)).toEqual(['deployment']);
});
