import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '@/lib/model';
import { createKubeClient, loadKubeConfig, resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';
import { startApiServer } from '@/server/mesh/apiserver';
import { startCitadel } from '@/server/mesh/citadel';
import { proxyNodeFlags } from '@/server/mesh/kubelet';
import { startPilot } from '@/server/mesh/pilot';
import { bundlePath } from './find-root';

/** The process of a sidecar, with a control plane and without a kubelet: how it ends. */
const suffix = `${200 + (process.pid % 50)}.${1 + (process.pid % 250)}`;
const podIp = `127.64.${suffix}`;
const appIp = `127.128.${suffix}`;
const folder = mkdtempSync(join(tmpdir(), 'heddle-proxy-'));
const stops: (() => Promise<unknown> | void)[] = [];
const logger = pino({ enabled: false });
let sidecar: ChildProcess;
let said = '';

interface Answer {
  status: number;
  body: string;
  connection: string | undefined;
}

function get(port: number, path: string, agent?: http.Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: podIp, port, path, ...(agent === undefined ? {} : { agent }) }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, connection: response.headers.connection }));
    });
    request.on('error', reject);
  });
}

const isReady = (): Promise<number> => get(15021, '/healthz/ready').then(({ status }) => status);

async function until(what: string, holds: () => Promise<boolean>, seconds = 20): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; the sidecar said:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A pod as the kubelet would have it run, and a token of its own. */
async function createPod(client: KubeClient): Promise<string> {
  const metadata = { name: 'slow-1', namespace: 'default', labels: { app: 'slow' } };
  await client.create(resources.serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'slow', namespace: 'default' },
  });
  const spec = { selector: { app: 'slow' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] };
  await client.create(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'slow', namespace: 'default' },
    spec,
  } as never);
  const pod = await client.create<Pod>(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { serviceAccountName: 'slow', containers: [{ name: 'app', image: 'slow', ports: [{ containerPort: 8080 }] }] },
  } as never);
  await client.patch(resources.pods, metadata, { status: { phase: 'Running', podIP: podIp } }, { subresource: 'status' });
  const answer = await client.raw('/api/v1/namespaces/default/serviceaccounts/slow/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['istio-ca'], boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'slow-1', uid: pod.metadata.uid } },
    }),
  });
  return (JSON.parse(answer.body.toString('utf8')) as { status: { token: string } }).status.token;
}

beforeAll(async () => {
  if (!existsSync(bundlePath('proxy'))) throw new Error('not built: run "npm run build" first');
  const kubernetes = await startApiServer({ dataDir: folder, port: 0 });
  stops.push(() => kubernetes.stop());
  const client = createKubeClient(await loadKubeConfig({ file: kubernetes.kubeconfigPath }));
  const token = await createPod(client);
  const citadel = await startCitadel({ client, logger, pkiDir: join(folder, 'pki') });
  stops.push(() => citadel.stop());
  const pilot = await startPilot({
    client,
    logger,
    ports: { plaintext: 0, tls: 0, debug: 0 },
    tls: citadel.server,
    authenticate: citadel.authenticate,
    methods: citadel.methods,
    writesBack: false,
  });
  stops.push(() => pilot.stop());

  const app = http.createServer((request, response) => {
    response.write('begun, ');
    setTimeout(() => response.end('finished'), request.url === '/slow' ? 3000 : 0);
  });
  app.listen(8080, appIp);
  await once(app, 'listening');
  stops.push(
    () => void app.close(),
    () => app.closeAllConnections(),
  );

  writeFileSync(join(folder, 'token'), token);
  const bootstrap = {
    node: {
      id: `sidecar~${podIp}~slow-1.default~default.svc.cluster.local`,
      cluster: 'slow.default',
      metadata: {
        NAMESPACE: 'default',
        NAME: 'slow-1',
        LABELS: { app: 'slow' },
        SERVICE_ACCOUNT: 'slow',
        INTERCEPTION_MODE: 'NONE',
        HEDDLE_PROXY: 'heddle',
        HEDDLE_APP_IP: appIp,
        HEDDLE_OUTBOUND_IP: `127.192.${suffix}`,
      },
    },
    discovery: { address: pilot.addresses.tls, rootCertPath: citadel.rootCertPath, tokenPath: join(folder, 'token') },
    admin: { address: podIp, port: 15000 },
    podIp,
    appIp,
    outboundIp: `127.192.${suffix}`,
  };
  writeFileSync(join(folder, 'bootstrap.json'), JSON.stringify(bootstrap));
  sidecar = spawn(process.execPath, [...proxyNodeFlags, bundlePath('proxy'), join(folder, 'bootstrap.json')], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  stops.push(() => void sidecar.kill('SIGKILL'));
  sidecar.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('the sidecar', async () => (await isReady()) === 200);
});

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a sidecar that is told to end', () => {
  it('is ready no more, takes nothing new, lets what runs finish, and is gone', async () => {
    const kept = new http.Agent({ keepAlive: true });
    expect(await get(8080, '/', kept)).toMatchObject({ status: 200, body: 'begun, finished' });
    const ended = once(sidecar, 'exit');
    const running = get(8080, '/slow');
    await new Promise((resolve) => setTimeout(resolve, 200));
    let finished = false;
    void running.then(() => (finished = true));

    sidecar.kill('SIGTERM');
    await until('readiness to end', async () => (await isReady()) === 503);
    await until('new connections to be refused', () =>
      get(8080, '/').then(
        () => false,
        (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
      ),
    );
    // All of this while the request runs on.
    expect(finished).toBe(false);
    expect(await isReady()).toBe(503);
    expect(await running).toMatchObject({ status: 200, body: 'begun, finished' });
    const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    expect([code, signal]).toEqual([0, null]);
    await expect(isReady()).rejects.toThrow();
    kept.destroy();
  });
});
