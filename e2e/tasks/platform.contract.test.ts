import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { bootMesh, startMesh } from './support/boot-mesh';
import type { TaskMesh } from './support/boot-mesh';
import { countReplies } from './support/count-replies';
import { eventually } from './support/eventually';
import { describeTask, sample } from './support/peers';
import type { Caller } from './support/send-request';
import { send } from './support/send-request';

interface Manifest {
  kind: string;
  spec?: {
    replicas?: number;
    template?: { spec: { containers: { env?: { name: string; value?: string }[] }[] } };
  };
}

/** Istio's Bookinfo with a name of its own for everything, told to its programs as the original is told: by environment variables. */
function renamedBookinfo(replicas: number): string {
  const names = { productpage: 'shop', details: 'info', reviews: 'opinions', ratings: 'marks' };
  const text = readFileSync(sample('bookinfo/platform/kube/bookinfo.yaml'), 'utf8');
  const renamed = Object.entries(names).reduce(
    // Names of images stay.
    (result, [from, to]) => result.replace(new RegExp(`(?<!examples-bookinfo-)\\b${from}\\b`, 'g'), to),
    text,
  );
  const documents = parseAllDocuments(renamed)
    .map((document) => document.toJS() as Manifest | null)
    .filter((document) => document !== null);
  for (const { spec } of documents.filter(({ kind }) => kind === 'Deployment')) {
    if (spec?.template === undefined) continue;
    spec.replicas = replicas;
    for (const container of spec.template.spec.containers) {
      container.env = Object.entries(names).map(([from, to]) => ({ name: `${from.toUpperCase()}_HOSTNAME`, value: to }));
    }
  }
  return documents.map((document) => stringify(document)).join('---\n');
}

describeTask('the kubelet runs pods, whatever they are', () => {
  let mesh: TaskMesh;
  let curl: Caller;

  beforeAll(async () => {
    mesh = await bootMesh({ namespaces: { bookshop: true } });
    await mesh.apply(sample('curl/curl.yaml'));
    curl = await mesh.caller('curl');
  }, 90_000);
  afterAll(() => mesh?.stop());

  it('a copy of Bookinfo with other names, in another namespace, with three replicas', async () => {
    const manifest = renamedBookinfo(3);
    await mesh.apply(manifest, 'bookshop');
    const pods = new Set<string>();
    await countReplies(120, 4, async () => {
      const { status, body } = await send(curl, 'http://shop.bookshop:9080/productpage');
      expect(status).toBe(200);
      expect(body).toContain('Book Details');
      const pod = /<u>(opinions-v\d-[^<]+)<\/u>/.exec(body)?.[1];
      if (pod !== undefined) pods.add(pod);
      return String(status);
    });
    // Nine pods of three versions: 120 requests miss one of them less than once in 10^5 runs.
    expect(pods.size).toBe(9);
    await mesh.remove(manifest, 'bookshop');
    const { items } = await mesh.kubectl.json<{ items: object[] }>(['get', 'pods', '-n', 'bookshop']);
    expect(items).toEqual([]);
  }, 180_000);

  it("any pod may name a local command: a program of the user's own is in the mesh", async () => {
    const script =
      "require('http').createServer((q,r)=>r.end('mine '+q.headers['x-forwarded-client-cert'])).listen(7070,process.env.POD_BIND_IP)";
    const manifest = `
apiVersion: v1
kind: Service
metadata: {name: mine}
spec: {selector: {app: mine}, ports: [{name: http, port: 80, targetPort: 7070}]}
---
apiVersion: v1
kind: Pod
metadata:
  name: mine
  labels: {app: mine}
  annotations: {heddle.dev/command: ${JSON.stringify(`exec "${process.execPath}" -e "${script}"`)}}
spec:
  containers: [{name: main, image: example.org/mine:1, ports: [{containerPort: 7070}]}]
`;
    await mesh.apply(manifest);
    const reply = await eventually('an answer', async () => {
      const attempt = await send(curl, 'http://mine/');
      return attempt.status === 200 && attempt;
    });
    expect(reply.body).toMatch(/^mine .*URI=spiffe:\/\/cluster\.local\/ns\/default\/sa\/curl/);
    await mesh.remove(manifest);
  });

  it('an unknown image is ErrImagePull, with advice', async () => {
    await mesh.kubectl.run(['run', 'strange', '--image=example.org/strange:1']);
    const waiting = await eventually('the reason', async () => {
      const pod = await mesh.kubectl.json<{
        status?: { containerStatuses?: { name: string; state?: { waiting?: { reason: string; message?: string } } }[] };
      }>(['get', 'pod', 'strange']);
      const state = pod.status?.containerStatuses?.find(({ name }) => name === 'strange')?.state?.waiting;
      return state?.reason === 'ErrImagePull' || state?.reason === 'ImagePullBackOff' ? state : undefined;
    });
    expect(waiting.message).toContain('heddle.dev/command');
    expect(await mesh.kubectl.run(['get', 'pods', 'strange'])).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(await mesh.kubectl.run(['describe', 'pod', 'strange'])).toContain('heddle.dev/command');
    await mesh.kubectl.run(['delete', 'pod', 'strange', '--wait=true']);
  });

  it('without its sidecar a pod is sent nothing', async () => {
    await mesh.apply(sample('httpbin/httpbin.yaml'));
    const ask = () => send(curl, 'http://httpbin:8000/ip', { timeoutMs: 1500 });
    expect((await ask()).status).toBe(200);
    const { metadata } = await mesh.pod('httpbin');
    const folder = join(mesh.dataDir, 'pods', `default_${metadata.name}`);
    const bootstrap = join(folder, 'bootstrap.json');
    const sidecar = await processWithArgument(bootstrap);
    process.kill(sidecar, 'SIGSTOP');
    try {
      expect((await ask()).status).toBe(0);
    } finally {
      process.kill(sidecar, 'SIGCONT');
    }
    await eventually('traffic to come back', async () => (await ask()).status === 200);
    await mesh.remove(sample('httpbin/httpbin.yaml'));
  });
});

/** The pid of the process that was started with this argument. */
async function processWithArgument(argument: string): Promise<number> {
  const child = spawn('pgrep', ['-f', argument], { stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  const pid = out
    .split('\n')
    .map(Number)
    .find((one) => one > 0 && one !== child.pid);
  if (pid === undefined) throw new Error(`no process has the argument ${argument}`);
  return pid;
}

describeTask('a mesh that is killed', () => {
  describe('kill -9 during writes', () => {
    it('loses nothing that was acknowledged', async () => {
      let mesh = await startMesh();
      try {
        const acknowledged = new Set<string>();
        const stopAt = [40, 120];
        for (const [round, target] of stopAt.entries()) {
          const names = Array.from({ length: 400 }, (_, index) => `kept-${round}-${index}`);
          const manifest = names
            .map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {name: ${name}}\n`)
            .join('---\n');
          const closed = new Promise((resolve) => mesh.process.once('close', resolve));
          const writer = spawn('kubectl', ['create', '-f', '-'], {
            env: { PATH: process.env['PATH'] ?? '', KUBECONFIG: mesh.addresses.kubeconfig, HOME: mesh.dataDir },
            stdio: ['pipe', 'pipe', 'ignore'],
          });
          let printed = '';
          let lines = 0;
          writer.stdout.on('data', (chunk: Buffer) => {
            printed += chunk.toString();
            lines = printed.split('\n').length - 1;
            if (lines >= target) mesh.process.kill('SIGKILL');
          });
          writer.stdin.on('error', () => undefined);
          const finished = new Promise((resolve) => writer.once('close', resolve));
          writer.stdin.end(manifest);
          await closed;
          // Nobody answers any more: what kubectl has printed until now is all that was acknowledged.
          writer.kill();
          await finished;
          for (const [, name] of printed.matchAll(/configmap\/(\S+) created/g)) acknowledged.add(name ?? '');
          mesh = await startMesh({ dataDir: mesh.dataDir });
          const { items } = await mesh.kubectl.json<{ items: { metadata: { name: string }; data?: { name?: string } }[] }>([
            'get',
            'configmaps',
          ]);
          const present = new Set(items.filter(({ metadata, data }) => data?.name === metadata.name).map(({ metadata }) => metadata.name));
          expect([...acknowledged].filter((name) => !present.has(name))).toEqual([]);
          expect(acknowledged.size).toBeGreaterThanOrEqual(target);
        }
      } finally {
        await mesh.stop();
      }
    });
  });
});
