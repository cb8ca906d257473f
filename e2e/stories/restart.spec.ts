import { expect, test } from '@playwright/test';
import type { ChangeResponse, FaultsResponse } from '@/lib/contract';
import { callConsole } from '../support/console-api';
import { askKubernetes } from '../support/kube-api';
import { readRun } from '../support/run-file';

const path = '/apis/networking.istio.io/v1/namespaces/default/virtualservices/details';
const fault = { abort: { httpStatus: 503, percentage: { value: 20 } } };
const route = [{ destination: { host: 'details' } }];

interface Stored {
  metadata: { resourceVersion: string; annotations?: Record<string, string> };
  spec: { http: { name?: string; fault?: unknown }[] };
}

async function stored(): Promise<Stored | null> {
  const { status, body } = await askKubernetes('GET', path);
  return status === 404 ? null : (body as Stored);
}

test.afterEach(async () => {
  await askKubernetes('DELETE', path);
});

test('a fault ends across a restart of the console, and another version of the object in between', async () => {
  const { change } = await callConsole<ChangeResponse>('changes', {
    objects: [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'details', namespace: 'default' },
        spec: { hosts: ['details'], http: [{ route, fault }] },
      },
    ],
    faultSeconds: 8,
  });
  const expiresAt = Date.parse(change.faults?.[0]?.expiresAt ?? '');
  process.kill(readRun().pids['console'] as number, 'SIGKILL');
  // Someone writes the object anew meanwhile: without the console's note, with a rule of their own, and the fault still in it.
  const theirs = {
    name: 'theirs',
    match: [{ uri: { prefix: '/special' } }],
    route,
    fault: { delay: { fixedDelay: '1s', percentage: { value: 1 } } },
  };
  const patch = { metadata: { annotations: { 'heddle.dev/faults': null } }, spec: { http: [theirs, { route, fault }] } };
  expect((await askKubernetes('PATCH', path, { body: patch })).status).toBe(200);
  await expect
    .poll(async () => (await stored())?.spec.http, { timeout: Math.max(0, expiresAt - Date.now()) + 25_000, intervals: [500] })
    .toEqual([theirs, { route }]);
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt - 1000);
  const { faults } = await callConsole<FaultsResponse>('faults');
  expect(faults).toMatchObject([{ own: false, expiresAt: null, path: 'spec.http[0]' }]);
});
