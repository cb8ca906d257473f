import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { resources } from '@/server/kube';
import { pod } from './testdata/objects';
import { startTestServer } from './testdata/start-test-server';
import type { TestServer } from './testdata/start-test-server';

const required = process.env['HEDDLE_PEERS'] === 'required';
const kubectlPresent = spawnSync('kubectl', ['version', '--client']).status === 0;
const samples = resolve(process.env['HEDDLE_SHARED'] ?? '../shared', 'data/istio-samples/bookinfo');
const samplesPresent = existsSync(samples);

let test: TestServer;
let scratch: string;

interface Run {
  code: number;
  out: string;
  err: string;
}

/** Runs kubectl without blocking: the server it talks to lives in this process. */
function kubectl(args: string[], options: { input?: string; env?: Record<string, string> } = {}): Promise<Run> {
  return new Promise((done, failed) => {
    const env = { ...process.env, KUBECONFIG: test.server.kubeconfigPath, HOME: scratch, ...options.env };
    const child = spawn('kubectl', args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', failed);
    child.on('close', (code) => done({ code: code ?? -1, out, err }));
    child.stdin.end(options.input ?? '');
  });
}

/** Runs a kubectl that would go on for ever. `printed` resolves once it has printed a text; `end` stops it and returns all that it printed. */
function follow(...args: string[]): { printed: (text: string) => Promise<void>; end: () => Promise<string> } {
  const child = spawn('kubectl', args, { env: { ...process.env, KUBECONFIG: test.server.kubeconfigPath, HOME: scratch } });
  const ended = new Promise((done) => child.once('close', done));
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  return {
    printed: (text) => expect.poll(() => out, { timeout: 20_000 }).toContain(text),
    async end() {
      child.kill('SIGTERM');
      await ended;
      return out;
    },
  };
}

async function ok(...args: string[]): Promise<string> {
  const { code, out, err } = await kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${err}${out}`);
  return out;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(scratch, name);
  await writeFile(path, text);
  return path;
}

const route = (weight: number, name = 'reviews') => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}}
spec:
  hosts: [${name}]
  http:
  - route:
    - {destination: {host: ${name}, subset: v1}, weight: ${weight}}
    - {destination: {host: ${name}, subset: v2}, weight: ${100 - weight}}
`;

const web = (image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: app, image: "${image}", env: [{name: A, value: "1"}, {name: B, value: "2"}]}
      - {name: helper, image: helper:1}
`;

describe.skipIf(!kubectlPresent && !required)('kubectl', () => {
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'heddle-kubectl-'));
    test = await startTestServer();
  });
  afterAll(async () => {
    expect(test.errors).toEqual([]);
    await test.stop();
    await rm(scratch, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await ok('delete', 'vs,dr,gw,deploy,svc,cm,pods', '--all', '--wait=false');
  });

  it('knows the server, its kinds and its documentation', async () => {
    expect(await ok('version')).toContain('Server Version: v1.32');
    const kinds = await ok('api-resources', '--no-headers', '-o', 'name');
    for (const kind of [
      'pods',
      'deployments.apps',
      'virtualservices.networking.istio.io',
      'httproutes.gateway.networking.k8s.io',
      'events.events.k8s.io',
    ]) {
      expect(kinds.split('\n')).toContain(kind);
    }
    expect(await ok('api-versions')).toContain('networking.istio.io/v1alpha3');
    expect(await ok('explain', 'virtualservice.spec.http.route')).toMatch(/weight\s+<integer>/);
    expect(await ok('explain', 'deployment.spec.template.spec.containers')).toMatch(/livenessProbe\s+<Object>/);
    expect(await ok('get', '--raw', '/readyz')).toBe('ok');
    expect(await ok('get', 'ns', '-o', 'name')).toContain('namespace/istio-system');
  });

  it('applies on the client: creates, changes, removes and sees no change', async () => {
    const path = await file('web.yaml', web('app:1'));
    expect(await ok('apply', '-f', path)).toBe('deployment.apps/web created\n');
    expect(await ok('apply', '-f', path)).toBe('deployment.apps/web unchanged\n');
    // Leaves out the second container and one variable: a strategic merge patch with directives.
    await file(
      'web.yaml',
      web('app:2')
        .replace(', {name: B, value: "2"}', '')
        .replace(/\n\s+- \{name: helper.*\}/, ''),
    );
    const difference = await kubectl(['diff', '-f', path]);
    expect(difference.code).toBe(1);
    expect(difference.out).toContain('-      - image: helper:1');
    expect(await ok('apply', '-f', path)).toBe('deployment.apps/web configured\n');
    const containers = JSON.parse(await ok('get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers}')) as unknown[];
    expect(containers).toMatchObject([{ name: 'app', image: 'app:2', env: [{ name: 'A', value: '1' }] }]);
    expect((containers[0] as { env: unknown[] }).env).toHaveLength(1);
    expect(await ok('apply', '--dry-run=server', '-f', await file('dry.yaml', route(50, 'dry')))).toContain('created (server dry run)');
    expect((await kubectl(['get', 'vs', 'dry'])).err).toContain(
      'Error from server (NotFound): virtualservices.networking.istio.io "dry" not found',
    );
  });

  it('applies on the server, with conflicts and a way through them', async () => {
    const path = await file('route.yaml', route(80));
    await ok('apply', '-f', path);
    await file('route.yaml', route(60));
    const refused = await kubectl(['apply', '--server-side', '--field-manager=second', '-f', path]);
    expect(refused.err).toContain('Apply failed with 1 conflict: conflict with "kubectl-client-side-apply"');
    expect(refused.err).toContain('.spec.http');
    await ok('apply', '--server-side', '--field-manager=second', '--force-conflicts', '-f', path);
    expect(await ok('get', 'vs', 'reviews', '-o', 'jsonpath={.spec.http[0].route[0].weight}')).toBe('60');
    expect(await ok('get', 'vs', 'reviews', '-o', 'jsonpath={.metadata.managedFields[*].manager}', '--show-managed-fields')).toContain(
      'second',
    );
    expect((await kubectl(['diff', '--server-side', '--field-manager=second', '-f', path])).code).toBe(0);
    // Moves from client-side to server-side apply with the same manager.
    await ok('apply', '-f', await file('moved.yaml', route(10, 'moved')));
    expect(await ok('apply', '--server-side', '-f', await file('moved.yaml', route(20, 'moved')))).toContain('serverside-applied');
  });

  it('patches, labels, annotates, scales and replaces', async () => {
    await ok('apply', '-f', await file('route.yaml', route(80)), '-f', await file('web.yaml', web('app:1')));
    await ok('patch', 'vs', 'reviews', '--type=merge', '-p', '{"spec":{"hosts":["reviews","other"]}}');
    await ok('patch', 'vs', 'reviews', '--type=json', '-p', '[{"op":"remove","path":"/spec/hosts/1"}]');
    expect(await ok('get', 'vs', 'reviews', '-o', 'jsonpath={.spec.hosts}')).toBe('["reviews"]');
    expect((await kubectl(['patch', 'vs', 'reviews', '-p', '{}'])).err).toContain('strategic-merge-patch+json is not supported');
    await ok('patch', 'deploy', 'web', '-p', '{"spec":{"template":{"spec":{"containers":[{"name":"helper","$patch":"delete"}]}}}}');
    expect(await ok('get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[*].name}')).toBe('app');
    await ok('set', 'image', 'deploy/web', 'app=app:9');
    expect(await ok('get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}')).toBe('app:9');
    await ok('label', 'vs', 'reviews', 'team=a');
    await ok('annotate', 'deploy', 'web', 'note=b');
    expect(await ok('get', 'vs', '-l', 'team=a', '-o', 'name')).toBe('virtualservice.networking.istio.io/reviews\n');
    expect(await ok('scale', 'deploy', 'web', '--replicas=3')).toContain('scaled');
    expect(await ok('get', 'deploy', 'web', '--no-headers')).toMatch(/^web\s+0\/3\s+0\s+0\s+/);
    const before = await ok('get', 'vs', 'reviews', '-o', 'yaml');
    await ok('label', 'vs', 'reviews', 'team=b', '--overwrite');
    const stale = await kubectl(['replace', '-f', '-'], { input: before });
    expect(stale.err).toContain('the object has been modified');
  });

  it('edits with an editor', async () => {
    await ok('apply', '-f', await file('route.yaml', route(80)));
    const editor = await file('edit.sh', '#!/bin/sh\nsed -i "s/weight: 80/weight: 75/; s/weight: 20/weight: 25/" "$1"\n');
    const { code, err } = await kubectl(['edit', 'vs', 'reviews'], { env: { KUBE_EDITOR: `sh ${editor}` } });
    expect([code, err]).toEqual([0, '']);
    expect(await ok('get', 'vs', 'reviews', '-o', 'jsonpath={.spec.http[0].route[*].weight}')).toBe('75 25');
  });

  it('creates what it sends as protobuf', async () => {
    await ok('create', 'namespace', 'made');
    await ok('create', 'configmap', 'settings', '--from-literal=a=b', '--from-literal=empty=');
    expect(await ok('get', 'cm', 'settings', '-o', 'jsonpath={.data}')).toBe('{"a":"b","empty":""}');
    await ok('create', 'secret', 'generic', 'hidden', '--from-literal=k=v');
    expect(await ok('get', 'secret', 'hidden', '-o', 'jsonpath={.data.k}')).toBe(Buffer.from('v').toString('base64'));
    await ok('create', 'deployment', 'made', '--image=nginx', '--port=80', '--replicas=2');
    expect(
      await ok('get', 'deploy', 'made', '-o', 'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}'),
    ).toBe('2 80');
    await ok('expose', 'deploy', 'made', '--port=80', '--target-port=http');
    expect(await ok('get', 'svc', 'made', '-o', 'jsonpath={.spec.ports[0].targetPort} {.spec.selector.app}')).toBe('http made');
    await ok('create', 'serviceaccount', 'robot');
    await ok('create', 'role', 'reader', '--verb=get,list', '--resource=configmaps');
    await ok('create', 'rolebinding', 'robot-reads', '--role=reader', '--serviceaccount=default:robot');
    await ok('create', 'ingress', 'in', '--rule=a.example/path=made:80');
    await ok('create', 'job', 'once', '--image=busybox', '--', 'date');
    await ok('delete', 'ns', 'made');
  });

  it('knows who may do what', async () => {
    expect(await ok('auth', 'can-i', 'create', 'virtualservices')).toBe('yes\n');
    expect(await ok('auth', 'whoami')).toContain('heddle-admin');
    await ok('create', 'serviceaccount', 'limited');
    await ok('create', 'rolebinding', 'limited-views', '--clusterrole=view', '--serviceaccount=default:limited');
    const token = (await ok('create', 'token', 'limited')).trim();
    const config = (await ok('config', 'view', '--raw', '--minify'))
      .replace(/client-certificate-data: .*\n/, `token: ${token}\n`)
      .replace(/ +client-key-data: .*\n/, '');
    const env = { KUBECONFIG: await file('limited', config) };
    expect((await kubectl(['get', 'vs'], { env })).code).toBe(0);
    expect((await kubectl(['auth', 'whoami'], { env })).out).toContain('system:serviceaccount:default:limited');
    expect((await kubectl(['auth', 'can-i', 'delete', 'pods'], { env })).out).toContain('no');
    expect((await kubectl(['get', 'secrets'], { env })).err).toContain(
      'secrets is forbidden: User "system:serviceaccount:default:limited" cannot list resource "secrets" in API group "" in the namespace "default"',
    );
  });

  it('asks and acts as somebody else', async () => {
    const account = 'system:serviceaccount:default:default';
    expect(await ok('auth', 'can-i', 'delete', 'virtualservices')).toBe('yes\n');
    const asked = await kubectl(['auth', 'can-i', 'delete', 'virtualservices', '--as', account]);
    expect([asked.code, asked.out]).toEqual([1, 'no\n']);
    expect((await kubectl(['get', 'vs', '--as', account])).err).toContain(
      `virtualservices.networking.istio.io is forbidden: User "${account}" cannot list resource "virtualservices" in API group "networking.istio.io" in the namespace "default"`,
    );
    await ok('create', 'clusterrolebinding', 'auditors-view', '--clusterrole=view', '--group=auditors');
    expect((await kubectl(['get', 'vs', '--as', 'jane', '--as-group', 'auditors', '--as-group', 'others'])).code).toBe(0);
    const who = await ok('auth', 'whoami', '--as', 'jane', '--as-group', 'auditors', '--as-uid', '7', '-o', 'json');
    expect(JSON.parse(who)).toMatchObject({
      status: { userInfo: { username: 'jane', uid: '7', groups: ['auditors', 'system:authenticated'] } },
    });
    // Whoever is lent a name may not lend himself another.
    await ok('create', 'serviceaccount', 'borrower');
    const token = (await ok('create', 'token', 'borrower')).trim();
    const config = (await ok('config', 'view', '--raw', '--minify'))
      .replace(/client-certificate-data: .*\n/, `token: ${token}\n`)
      .replace(/ +client-key-data: .*\n/, '');
    const env = { KUBECONFIG: await file('borrower', config) };
    expect((await kubectl(['get', 'vs', '--as', 'heddle-admin', '--as-group', 'system:masters'], { env })).err).toContain(
      'users "heddle-admin" is forbidden: User "system:serviceaccount:default:borrower" cannot impersonate resource "users"',
    );
  });

  it('prints, describes, waits and watches', async () => {
    await ok('apply', '-f', await file('route.yaml', route(80)), '-f', await file('web.yaml', web('app:1')));
    expect(await ok('get', 'vs')).toMatch(/NAME\s+GATEWAYS\s+HOSTS\s+AGE\nreviews\s+\["reviews"\]\s+\d+s/);
    expect(await ok('get', 'deploy', '-o', 'wide')).toMatch(/CONTAINERS\s+IMAGES\s+SELECTOR\n.*app,helper\s+app:1,helper:1\s+app=web/);
    expect(await ok('describe', 'vs', 'reviews')).toMatch(/Hosts:\n\s+reviews/);
    expect(await ok('describe', 'deploy', 'web')).toContain('app:1');
    const waiting = ok('wait', 'deploy/web', '--for=condition=Available', '--timeout=20s');
    const watching = follow('get', 'vs', '-w', '--no-headers', '-o', 'custom-columns=N:.metadata.name,W:.spec.http[0].route[0].weight');
    await watching.printed('reviews   80');
    const deployment = await test.client.get(resources.deployments, { name: 'web', namespace: 'default' });
    const conditions = [{ type: 'Available', status: 'True' }];
    await test.client.update(resources.deployments, Object.assign({}, deployment, { status: { replicas: 1, conditions } }), {
      subresource: 'status',
    });
    expect(await waiting).toBe('deployment.apps/web condition met\n');
    // What comes later is printed too.
    await ok('apply', '-f', await file('route.yaml', route(70)));
    await watching.printed('reviews   70');
    expect((await watching.end()).trim().split('\n')).toHaveLength(2);
  });

  it('reads logs, the end of them and what is still to come', async () => {
    const made = await test.client.create(
      resources.pods,
      pod('talker', {
        nodeName: 'node-1',
        containers: [
          { name: 'app', image: 'a:1' },
          { name: 'istio-proxy', image: 'b:1' },
        ],
      }),
    );
    await test.client.update(resources.pods, Object.assign({}, made, { status: { phase: 'Running' } }), { subresource: 'status' });
    const folder = join(test.dataDir, 'pods', 'default_talker');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'app.log'), 'one\ntwo\nthree\n');
    await writeFile(join(folder, 'proxy.log'), 'access\n');
    expect(await ok('logs', 'talker', '-c', 'app')).toBe('one\ntwo\nthree\n');
    expect(await ok('logs', 'talker', '-c', 'app', '--tail=2')).toBe('two\nthree\n');
    expect(await ok('logs', 'talker', '-c', 'istio-proxy')).toBe('access\n');
    expect((await kubectl(['logs', 'talker', '-c', 'nobody'])).err).toContain('container nobody is not valid for pod talker');
    const following = follow('logs', 'talker', '-c', 'app', '-f', '--tail=1');
    await following.printed('three');
    await appendFile(join(folder, 'app.log'), 'four\n');
    await following.printed('four');
    expect(await following.end()).toBe('three\nfour\n');
    await ok('delete', 'pod', 'talker', '--grace-period=0', '--force');
  });

  it('is told what is wrong with an object', async () => {
    const typo = await kubectl(['apply', '-f', await file('typo.yaml', route(80).replace('hosts:', 'hostz:'))]);
    expect(typo.err).toContain('unknown field "spec.hostz"');
    const wrong = await kubectl(['apply', '-f', await file('wrong.yaml', route(80).replace('weight: 80', 'weight: many'))]);
    expect(wrong.err).toContain('spec.http[0].route[0].weight');
    const nowhere = await kubectl(['apply', '-n', 'nowhere', '-f', await file('route.yaml', route(80))]);
    expect(nowhere.err).toContain('namespaces "nowhere" not found');
  });

  describe.skipIf(!samplesPresent && !required)("Istio's Bookinfo sample", () => {
    it('applies unchanged', async () => {
      const applied = await ok('apply', '-f', join(samples, 'platform/kube/bookinfo.yaml'));
      expect(applied.trim().split('\n')).toHaveLength(14);
      expect(await ok('get', 'svc,deploy', '-l', 'app=reviews', '-o', 'name')).toBe(
        'service/reviews\ndeployment.apps/reviews-v1\ndeployment.apps/reviews-v2\ndeployment.apps/reviews-v3\n',
      );
      const folder = join(samples, 'networking');
      const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
      expect(files.length).toBeGreaterThan(15);
      for (const name of files) {
        const { code, out, err } = await kubectl(['apply', '-f', join(folder, name)]);
        expect([name, code, err, out.includes('Warning')]).toEqual([name, 0, '', false]);
      }
      for (const name of await readdir(join(samples, 'gateway-api'))) await ok('apply', '-f', join(samples, 'gateway-api', name));
      await ok('delete', '-f', join(samples, 'platform/kube/bookinfo.yaml'), '--wait=false');
    });
  });
});
