import { expect, it } from 'vitest';
import { isRollingOut } from '.';
import type { Deployment } from '.';

function deployment(revision: string, replicas: number, status: Record<string, unknown>): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', annotations: { 'deployment.kubernetes.io/revision': revision } },
    spec: { replicas, template: { spec: { containers: [] } } },
    status,
  };
}

const progress = (reason: string) => ({ conditions: [{ type: 'Progressing', status: 'True', reason }] });

it.each([
  ['pods of an older template are there', '2', 3, { replicas: 4, updatedReplicas: 1, ...progress('ReplicaSetUpdated') }, true],
  ['all are new, but not all available', '2', 3, { replicas: 3, updatedReplicas: 3, ...progress('ReplicaSetUpdated') }, true],
  [
    'it stands still because the new ones do not come up',
    '2',
    3,
    { replicas: 3, updatedReplicas: 3, ...progress('ProgressDeadlineExceeded') },
    true,
  ],
  ['it is over', '2', 3, { replicas: 3, updatedReplicas: 3, ...progress('NewReplicaSetAvailable') }, false],
  ['it is over and more pods are asked for', '2', 9, { replicas: 3, updatedReplicas: 3, ...progress('NewReplicaSetAvailable') }, false],
  ['it has just been made', '1', 3, { replicas: 3, updatedReplicas: 3, ...progress('ReplicaSetUpdated') }, false],
  ['nothing of it is to run', '2', 0, progress('ReplicaSetUpdated'), false],
  ['nothing is told', '2', 3, {}, false],
])('%s', (_, revision, replicas, status, rolling) => {
  expect(isRollingOut(deployment(revision, replicas, status))).toBe(rolling);
});
