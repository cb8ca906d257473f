import { expect, it } from 'vitest';
import type { Pod } from '@/lib/model';
import type { KubeClient } from '@/server/kube';
import { readDrainTime } from './read-drain-time';

const client = (mesh?: string): KubeClient =>
  ({
    get: () => (mesh === undefined ? Promise.reject(new Error('not found')) : Promise.resolve({ data: { mesh } })),
  }) as unknown as KubeClient;
const pod = (config?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', ...(config === undefined ? {} : { annotations: { 'proxy.istio.io/config': config } }) },
  spec: { containers: [] },
});

it('takes the drain time from the pod, else from the mesh, else Istio’s', async () => {
  const mesh = client('defaultConfig: {drainDuration: 5s}');
  expect(await readDrainTime(mesh, pod('drainDuration: 1m'))).toBe(60);
  expect(await readDrainTime(mesh, pod('{"concurrency": 2}'))).toBe(5);
  expect(await readDrainTime(client('enableTracing: true'), pod())).toBe(45);
  expect(await readDrainTime(client(), pod('{'))).toBe(45);
  expect(await readDrainTime(client('defaultConfig: {drainDuration: 10ms}'), pod())).toBe(1);
});
