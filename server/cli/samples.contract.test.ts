import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '@/lib/model';
import { addressesOfPodIp } from '@/lib/model';
import { bundlePath, findRoot } from './find-root';
import { readMeshEvent } from './child-events';

const shared = process.env['HEDDLE_SHARED'] ?? join(findRoot(), '../shared');
const samples = join(shared, 'data/istio-samples');
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const missing = [...(hasKubectl ? [] : ['kubectl']), ...(existsSync(samples) ? [] : ["Istio's samples (HEDDLE_SHARED)"])];
const required = process.env['HEDDLE_PEERS'] === 'required';

const dataDir = mkdtempSync(join(tmpdir(), 'heddle-samples-'));
let mesh: ChildProcess | undefined;
let kubeconfig = '';

function kubectl(...args: string[]): string {
  const run = spawnSync('kubectl', ['--kubeconfig', kubeconfig, ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}

const podsOf = (namespace: string, selector = ''): Pod[] =>
  (JSON.parse(kubectl('get', 'pods', '-n', namespace, '-l', selector, '-o', 'json')) as { items: Pod[] }).items;
const ready = (namespace: string) => kubectl('wait', '-n', namespace, '--for=condition=available', 'deploy', '--all', '--timeout=60s');

/** What `curl URL` inside a pod sends: to the proxy at the pod's outbound address. `undefined`: the connection broke. */
function callFrom(pod: Pod | undefined, url: string): Promise<{ status: number; body: string } | undefined> {
  const outboundIp = addressesOfPodIp(pod?.status?.podIP ?? '')?.outboundIp ?? '';
  return new Promise((resolve) => {
    const outgoing = request({ host: outboundIp, port: 15_001, path: url, headers: { host: new URL(url).host }, agent: false }, (reply) => {
      let body = '';
      reply.on('data', (chunk: Buffer) => (body += chunk.toString()));
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body }));
    });
    outgoing.on('error', () => resolve(undefined));
    outgoing.end();
  });
}

/** Sends a line over TCP and resolves to the first that comes back. */
function sendLine(host: string, port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(`${line}\n`));
    socket.on('data', (chunk: Buffer) => {
      resolve(chunk.toString().trim());
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
  });
}

async function until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

it.runIf(missing.length > 0)(`needs: ${missing.join(', ')}`, (context) => {
  if (required) throw new Error(`missing: ${missing.join(', ')}`);
  context.skip();
});

describe.skipIf(missing.length > 0)("Istio's samples on the bundled mesh", () => {
  beforeAll(async () => {
    const ports = ['kubernetes', 'xds', 'xds-tls', 'debug', 'prometheus', 'jaeger', 'otlp', 'zipkin'].flatMap((name) => [
      `--${name}-port`,
      '0',
    ]);
    const child = spawn(process.execPath, [bundlePath('heddle'), 'mesh', '--data-dir', dataDir, ...ports], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, HEDDLE_CHILD: '1' },
    });
    mesh = child;
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until('the mesh', () => output.split('\n').some((line) => readMeshEvent(line)?.event === 'ready'));
    kubeconfig = join(dataDir, 'kubeconfig');
  });

  afterAll(async () => {
    const closed = new Promise((resolve) => mesh?.once('close', resolve));
    mesh?.kill('SIGTERM');
    await closed;
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('runs bookinfo.yaml unchanged in a namespace of its own, three of a kind', async () => {
    kubectl('create', 'namespace', 'shop');
    kubectl('label', 'namespace', 'shop', 'istio-injection=enabled');
    kubectl('apply', '-n', 'shop', '-f', join(samples, 'bookinfo/platform/kube/bookinfo.yaml'));
    kubectl('scale', '-n', 'shop', 'deploy/ratings-v1', '--replicas=3');
    ready('shop');
    expect(podsOf('shop')).toHaveLength(8);
    const [page] = podsOf('shop', 'app=productpage');
    const answers = new Set<string>();
    for (let call = 0; call < 40 && answers.size < 3; call += 1) {
      const reply = await callFrom(page, 'http://reviews:9080/reviews/0');
      expect(reply?.status).toBe(200);
      answers.add(/"podname":"(reviews-v\d)/.exec(reply?.body ?? '')?.[1] ?? '');
    }
    expect([...answers].sort()).toEqual(['reviews-v1', 'reviews-v2', 'reviews-v3']);
  });

  it('applies single files of its networking with kubectl', async () => {
    kubectl('apply', '-n', 'shop', '-f', join(samples, 'bookinfo/networking/destination-rule-all.yaml'));
    kubectl('apply', '-n', 'shop', '-f', join(samples, 'bookinfo/networking/virtual-service-reviews-v3.yaml'));
    const [page] = podsOf('shop', 'app=productpage');
    await until('v3 alone', async () => {
      const bodies = await Promise.all(Array.from({ length: 12 }, () => callFrom(page, 'http://reviews:9080/reviews/0')));
      return bodies.every((reply) => reply?.body.includes('reviews-v3'));
    });
  });

  it('runs httpbin, curl, sleep, tcp-echo, helloworld, fortio and the websockets sample', async () => {
    kubectl('create', 'namespace', 'foo');
    kubectl('label', 'namespace', 'foo', 'istio-injection=enabled');
    const files = [
      'httpbin/httpbin.yaml',
      'curl/curl.yaml',
      'sleep/sleep.yaml',
      'tcp-echo/tcp-echo-services.yaml',
      'helloworld/helloworld.yaml',
      'httpbin/sample-client/fortio-deploy.yaml',
      'websockets/app.yaml',
    ];
    for (const file of files) kubectl('apply', '-n', 'foo', '-f', join(samples, file));
    ready('foo');
    const [curl] = podsOf('foo', 'app=curl');
    const headers = await callFrom(curl, 'http://httpbin.foo:8000/headers');
    expect(headers?.status).toBe(200);
    expect((JSON.parse(headers?.body ?? '{}') as { headers: Record<string, string[]> }).headers['X-Forwarded-Client-Cert']?.[0]).toContain(
      'spiffe://cluster.local/ns/foo/sa/curl',
    );
    expect((await callFrom(curl, 'http://helloworld.foo:5000/hello'))?.body).toMatch(/^Hello version: v[12], instance: helloworld-v[12]/);
    expect((await callFrom(curl, 'http://httpbin.foo:8000/status/418'))?.status).toBe(418);
  });

  it('lets a pod without a sidecar reach services by name, in plaintext and from its own address', async () => {
    kubectl('create', 'namespace', 'legacy');
    kubectl('apply', '-n', 'legacy', '-f', join(samples, 'sleep/sleep.yaml'));
    ready('legacy');
    const [sleep] = podsOf('legacy', 'app=sleep');
    expect(sleep?.spec.containers).toHaveLength(1);
    const reply = await callFrom(sleep, 'http://httpbin.foo:8000/headers');
    expect(reply?.status).toBe(200);
    expect(reply?.body).not.toContain('X-Forwarded-Client-Cert');
  });

  it('announces TCP services to the application by the address and port of its sidecar', async () => {
    const annotations = { 'heddle.dev/command': 'env > "$ENV_FILE"; exec sleep 1000' };
    const file = join(dataDir, 'environment');
    const spec = { containers: [{ name: 'own', image: 'anything', env: [{ name: 'ENV_FILE', value: file }] }] };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'own', namespace: 'foo', annotations }, spec };
    const run = spawnSync('kubectl', ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], { input: JSON.stringify(pod) });
    expect(run.status).toBe(0);
    kubectl('wait', '-n', 'foo', '--for=condition=ready', 'pod/own', '--timeout=30s');
    const text = await until('its environment', () => existsSync(file) && readFileSync(file, 'utf8'));
    const host = /^TCP_ECHO_SERVICE_HOST=(.*)$/m.exec(text)?.[1] ?? '';
    const port = Number(/^TCP_ECHO_SERVICE_PORT=(.*)$/m.exec(text)?.[1]);
    expect(host).toMatch(/^127\.192\./);
    const words = new Set<string>();
    for (let call = 0; call < 40 && words.size < 2; call += 1) words.add(await sendLine(host, port, 'hello'));
    expect([...words].sort()).toEqual(['one hello', 'two hello']);
  });

  it('says what to do about an image it does not know', async () => {
    kubectl('run', 'db', '-n', 'legacy', '--image=postgres:17');
    const waiting = await until(
      'the message',
      () => podsOf('legacy').find((pod) => pod.metadata.name === 'db')?.status?.containerStatuses?.[0]?.state?.waiting,
    );
    expect(waiting.reason).toBe('ErrImagePull');
    expect(waiting.message).toContain('heddle.dev/command');
  });

  it.skipIf(process.env['HEDDLE_ENVOY'] === undefined && !required)(
    'runs a stock Envoy in the place of a sidecar (peer: envoy)',
    async () => {
      const patch = { spec: { template: { metadata: { annotations: { 'heddle.dev/proxy': 'envoy' } } } } };
      kubectl('patch', 'deploy', 'details-v1', '-n', 'shop', '--type=merge', '-p', JSON.stringify(patch));
      kubectl('rollout', 'status', 'deploy/details-v1', '-n', 'shop', '--timeout=60s');
      await until('the old pod to go', () => podsOf('shop', 'app=details').length === 1);
      const [page] = podsOf('shop', 'app=productpage');
      expect((await callFrom(page, 'http://details:9080/details/0'))?.status).toBe(200);
      const dump = await fetch(`http://${podsOf('shop', 'app=details')[0]?.status?.podIP ?? ''}:15000/server_info`);
      expect(await dump.text()).toContain('"version"');
    },
  );

  it('empties a namespace that is deleted, processes and all', async () => {
    const before = podsOf('legacy').length;
    expect(before).toBeGreaterThan(0);
    kubectl('delete', 'namespace', 'legacy', '--wait', '--timeout=60s');
    expect(podsOf('legacy')).toEqual([]);
    await until('the folders to go', () => !existsSync(join(dataDir, 'pods')) || !existsSync(join(dataDir, 'pods', 'legacy_db')));
  });
});
