import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointSlice, Pod } from '@/lib/model';
import { resources } from '@/server/kube';
import type { ResourceRef } from '@/server/kube';
import { startTimeOf } from './pods/process-records';
import { startKubelet } from './start-kubelet';
import type { Kubelet } from './start-kubelet';
import { createFakeKube } from './testdata/fake-kube';
import type { KubeletOptions } from './types';

/** Stands in for a server on the pod's address: built-in workloads and sidecars get their own bundles in a running mesh. */
const server = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const bootstrap = process.argv[2]?.endsWith('bootstrap.json') ? JSON.parse(readFileSync(process.argv[2])) : undefined;
const host = bootstrap?.podIp ?? process.env.POD_BIND_IP;
const port = bootstrap ? 15021 : 9080;
console.log('arguments', process.argv.slice(2).join(' '), 'proxy', process.env.HTTP_PROXY ?? 'none', 'mode', process.env.MODE ?? '');
process.stdin.resume().on('end', () => process.exit(0));
createServer((_, response) => response.end('ok')).listen(port, host);
`;

const log = { info: () => undefined, warn: () => undefined };

let folder: string;
let kube: ReturnType<typeof createFakeKube>;
let kubelet: Kubelet | undefined;

function options(): KubeletOptions {
  const bundle = join(folder, 'server.mjs');
  writeFileSync(bundle, server);
  return {
    dataDir: folder,
    resolveImage: (image) => (image === 'known' ? { workload: 'web', args: [], listens: true } : undefined),
    workloadBundle: bundle,
    proxyBundle: bundle,
    discoveryAddress: '127.0.0.1:1',
    rootCertPath: join(folder, 'root.pem'),
    trustDomain: 'cluster.local',
    defaultProxy: 'heddle',
    zipkinAddress: '127.0.0.1:1',
    otlpAddress: '127.0.0.1:1',
    log,
  };
}

const create = (resource: ResourceRef, kind: string, apiVersion: string, name: string, rest: Record<string, unknown>, metadata = {}) =>
  kube.create(resource, { apiVersion, kind, metadata: { name, namespace: 'default', ...metadata }, ...rest });

const pods = async () => (await kube.list<Pod>(resources.pods)).items;
const isReady = (pod: Pod) =>
  pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;

async function until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited in vain for: ${what}`);
}

const container = { name: 'web', image: 'known', ports: [{ containerPort: 9080 }] };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-kubelet-'));
  kube = createFakeKube();
});

afterEach(async () => {
  await kubelet?.stop(500);
  kubelet = undefined;
  rmSync(folder, { recursive: true, force: true });
});

describe('startKubelet', () => {
  it('runs a Deployment as ready pods behind their service, and fewer of them when it is scaled down', async () => {
    kubelet = await startKubelet(kube, options());
    await create(resources.services, 'Service', 'v1', 'web', {
      spec: { selector: { app: 'web' }, clusterIP: '127.96.0.9', ports: [{ name: 'http', port: 80, targetPort: 9080 }] },
    });
    await create(resources.deployments, 'Deployment', 'apps/v1', 'web', {
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
      },
    });
    const running = await until('three ready pods', async () => {
      const ready = (await pods()).filter(isReady);
      return ready.length === 3 && ready;
    });
    expect(new Set(running.map((pod) => pod.status?.podIP)).size).toBe(3);
    expect(await fetch(`http://${running[0]?.status?.podIP ?? ''}:9080/`).then((response) => response.text())).toBe('ok');
    const slice = await until('three endpoints', async () => {
      const [first] = (await kube.list<EndpointSlice>(resources.endpointSlices)).items;
      return first?.endpoints?.filter((endpoint) => endpoint.conditions?.ready).length === 3 && first;
    });
    expect(slice.ports).toEqual([{ name: 'http', port: 9080, protocol: 'TCP' }]);
    await until(
      'the status of the Deployment',
      () => kube.find(resources.deployments, { name: 'web', namespace: 'default' })?.['status'] as object | undefined,
    );

    await kube.patch(resources.deployments, { name: 'web', namespace: 'default' }, { spec: { replicas: 1 } });
    await until('one pod', async () => (await pods()).length === 1);
    await until('one process', () => kubelet?.processes().length === 1);
  });

  it('starts a sidecar beside an injected application, which binds its own address and calls through it', async () => {
    kubelet = await startKubelet(kube, options());
    const proxy = { name: 'istio-proxy', image: 'heddle/proxy' };
    await create(resources.pods, 'Pod', 'v1', 'web-1', { spec: { containers: [container, proxy] } }, { labels: { app: 'web' } });
    const [pod] = await until('a ready pod', async () => {
      const ready = (await pods()).filter(isReady);
      return ready.length === 1 && ready;
    });
    expect(pod?.status?.containerStatuses?.map((status) => [status.name, status.ready])).toEqual([
      ['web', true],
      ['istio-proxy', true],
    ]);
    const bootstrap = JSON.parse(readFileSync(join(folder, 'pods/default_web-1/bootstrap.json'), 'utf8')) as {
      node: { id: string; metadata: Record<string, unknown> };
      podIp: string;
    };
    expect(bootstrap.node.id).toBe(`sidecar~${bootstrap.podIp}~web-1.default~default.svc.cluster.local`);
    expect(bootstrap.node.metadata).toMatchObject({ NAMESPACE: 'default', SERVICE_ACCOUNT: 'default', HEDDLE_PROXY: 'heddle' });
    expect(readFileSync(join(folder, 'pods/default_web-1/token'), 'utf8')).toBe('a-token');
    const suffix = bootstrap.podIp.split('.').slice(2).join('.');
    expect(readFileSync(join(folder, 'pods/default_web-1/app.log'), 'utf8')).toContain(`proxy http://127.192.${suffix}:15001`);
    expect(await fetch(`http://127.128.${suffix}:9080/`).then((response) => response.status)).toBe(200);
  });

  it('says what to do about an image that nothing stands in for', async () => {
    kubelet = await startKubelet(kube, options());
    await create(resources.pods, 'Pod', 'v1', 'db', { spec: { containers: [{ name: 'db', image: 'postgres:17' }] } });
    const waiting = await until('ErrImagePull', async () => (await pods())[0]?.status?.containerStatuses?.[0]?.state?.waiting?.message);
    expect(waiting).toContain('heddle.dev/command');
    expect((await pods())[0]?.status?.phase).toBe('Pending');
  });

  it('runs a command line of the pod with environment from references, and waits for what is missing', async () => {
    kubelet = await startKubelet(kube, options());
    const env = [
      { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } },
      { name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ];
    const annotations = { 'heddle.dev/command': 'echo "mode $MODE of $WHO"; exec sleep 1000' };
    await create(resources.pods, 'Pod', 'v1', 'own', { spec: { containers: [{ name: 'own', image: 'any', env }] } }, { annotations });
    await until('CreateContainerConfigError', async () => {
      return (await pods())[0]?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError';
    });
    await create(resources.configMaps, 'ConfigMap', 'v1', 'settings', { data: { mode: 'fast' } });
    await until('the command', async () => isReady((await pods())[0] ?? ({} as Pod)));
    await until('its output', () => readFileSync(join(folder, 'pods/default_own/app.log'), 'utf8').includes('mode fast of own'));
  });

  it('starts a crashed container again, then with growing pauses', async () => {
    kubelet = await startKubelet(kube, options());
    await create(resources.pods, 'Pod', 'v1', 'web-1', { spec: { containers: [container] } });
    const pid = await until('a process', () => kubelet?.processes()[0]?.pid);
    process.kill(pid, 'SIGKILL');
    await until('another process', () => {
      const now = kubelet?.processes()[0]?.pid;
      return now !== undefined && now !== pid;
    });
    process.kill(kubelet?.processes()[0]?.pid ?? 0, 'SIGKILL');
    const status = await until('CrashLoopBackOff', async () => {
      const [one] = (await pods())[0]?.status?.containerStatuses ?? [];
      return one?.state?.waiting?.reason === 'CrashLoopBackOff' && one;
    });
    expect(status.restartCount).toBe(2);
    expect(status.lastState?.terminated?.message).toContain('SIGKILL');
  });

  it('deletes a pod only when its process is gone, and leaves none behind when it stops', async () => {
    kubelet = await startKubelet(kube, options());
    await create(resources.pods, 'Pod', 'v1', 'first', { spec: { containers: [container] } });
    await create(resources.pods, 'Pod', 'v1', 'second', { spec: { containers: [container] } });
    const processes = await until('two processes', () => kubelet?.processes().length === 2 && kubelet.processes());
    const first = processes.find((one) => one.pod.name === 'first');
    await kube.delete(resources.pods, { name: 'first', namespace: 'default' });
    await until('the object to go', async () => (await pods()).length === 1);
    expect(startTimeOf(first?.pid ?? 0)).toBeUndefined();
    await kubelet.stop(500);
    kubelet = undefined;
    for (const { pid } of processes) expect(startTimeOf(pid)).toBeUndefined();
  });
});
