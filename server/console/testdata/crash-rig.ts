import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { AnyObject } from '@/lib/contract';
import { createKubeClient, loadKubeConfig, resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';
import type { StoredChange } from '../change-log';
import type { StoredRollout } from '../rollout-store';
import { startFakePrometheus } from './fake-prometheus';
import type { FakePrometheus } from './fake-prometheus';

const root = join(import.meta.dirname, '../../..');
const program = join(root, 'dist/crash-child.mjs');

export interface Seen {
  ready: boolean;
  changes: StoredChange[];
  rollouts: StoredRollout[];
}

/** The bundled mesh and the console's server, each a process that can be killed and started again on its own files. */
export interface CrashRig {
  prometheus: FakePrometheus;
  kube(): KubeClient;
  /** Asks the console; rejects when it refuses or is killed meanwhile. */
  ask(asked: Record<string, unknown>): Promise<unknown>;
  look(): Promise<Seen>;
  kill(victim: 'console' | 'mesh'): void;
  /** Starts what was killed and waits until all of it acts again. */
  revive(): Promise<void>;
  live(kind: 'VirtualService' | 'DestinationRule'): Promise<AnyObject | null>;
  close(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export async function until<T>(what: string, look: () => Promise<T | false | undefined> | T | false | undefined, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last = '';
  while (Date.now() < deadline) {
    try {
      const found = await look();
      if (found !== false && found !== undefined) return found;
    } catch (error) {
      last = error instanceof Error ? `: ${error.message}` : '';
    }
    await sleep(40);
  }
  throw new Error(`waited in vain for ${what}${last}`);
}

export async function openCrashRig(): Promise<CrashRig> {
  await build({
    entryPoints: [join(import.meta.dirname, 'crash-child.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  const folder = mkdtempSync(join(tmpdir(), 'heddle-crash-'));
  const kubernetesPort = await freePort();
  const prometheus = await startFakePrometheus();
  const processes: { mesh?: ChildProcess | undefined; console?: ChildProcess | undefined } = {};
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;
  let client: KubeClient | undefined;

  async function startMesh(): Promise<void> {
    const ports = ['xds', 'xds-tls', 'debug', 'prometheus', 'jaeger', 'otlp', 'zipkin'].flatMap((name) => [`--${name}-port`, '0']);
    const child = spawn(
      process.execPath,
      [join(root, 'dist/heddle.mjs'), 'mesh', '--data-dir', folder, '--kubernetes-port', String(kubernetesPort), ...ports],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    processes.mesh = child;
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => line.includes('"ready"') && resolve());
      child.once('exit', (code) => reject(new Error(`the mesh ended with ${String(code)}`)));
    });
  }

  function startConsole(): void {
    const child = spawn(process.execPath, [program], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        ...process.env,
        HEDDLE_DATA_DIR: folder,
        HEDDLE_KUBECONFIG: join(folder, 'kubeconfig'),
        HEDDLE_PROMETHEUS: prometheus.url,
        HEDDLE_LOG_LEVEL: 'silent',
      },
    });
    processes.console = child;
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, result, error } = JSON.parse(line) as { id: number; result?: unknown; error?: string };
      const one = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) one?.resolve(result);
      else one?.reject(new Error(error));
    });
    child.once('exit', () => {
      for (const one of waiting.values()) one.reject(new Error('the console was killed'));
      waiting.clear();
    });
  }

  function ask(question: Record<string, unknown>): Promise<unknown> {
    asked += 1;
    const id = asked;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      processes.console?.stdin?.write(`${JSON.stringify({ ...question, id })}\n`);
    });
  }

  const rig: CrashRig = {
    prometheus,
    kube() {
      if (client === undefined) throw new Error('no mesh runs');
      return client;
    },
    ask,
    look: async () => (await ask({ do: 'look' })) as Seen,
    kill(victim) {
      processes[victim]?.kill('SIGKILL');
      processes[victim] = undefined;
    },
    async revive() {
      if (processes.mesh === undefined) await startMesh();
      client ??= createKubeClient(await loadKubeConfig({ file: join(folder, 'kubeconfig') }));
      if (processes.console === undefined) startConsole();
      await until('the console to act', async () => (await rig.look()).ready);
    },
    async live(kind) {
      const plural = kind === 'VirtualService' ? 'virtualservices' : 'destinationrules';
      const items = await rig.kube().listAll({ group: 'networking.istio.io', version: 'v1', plural }, { namespace: 'default' });
      return (items.items[0] as AnyObject | undefined) ?? null;
    },
    async close() {
      client?.close();
      processes.console?.kill('SIGKILL');
      processes.mesh?.kill('SIGKILL');
      await prometheus.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await rig.revive();
  await addReviews(rig.kube());
  return rig;
}

/** A service with two versions. Its pods are marked as somebody else's, so that nothing runs for them. */
async function addReviews(kube: KubeClient): Promise<void> {
  const namespace = 'default';
  await kube.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }).catch(() => undefined);
  await kube.create(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'reviews', namespace },
    spec: { selector: { app: 'reviews' }, ports: [{ name: 'http', port: 9080 }] },
  } as never);
  for (const [index, version] of ['v1', 'v2'].entries()) {
    const name = `reviews-${version}`;
    await kube.create(resources.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { app: 'reviews', version }, annotations: { 'kubernetes.io/config.mirror': 'test' } },
      spec: { nodeName: 'elsewhere', containers: [{ name: 'reviews', image: 'reviews', ports: [{ containerPort: 9080 }] }] },
    } as never);
    const status = { phase: 'Running', podIP: `127.64.9.${index + 1}`, conditions: [{ type: 'Ready', status: 'True' }] };
    const answer = await kube.raw(`/api/v1/namespaces/${namespace}/pods/${name}/status`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ status }),
    });
    if (answer.status >= 300) throw new Error(`the status of ${name} was refused: ${answer.body.toString('utf8')}`);
  }
}
