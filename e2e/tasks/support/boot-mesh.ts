import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { announcedTcpAddress, podAddresses, tcpPortKey, tcpPortsOfServices } from '@/lib/model';
import type { Pod, Service } from '@/lib/model';
import { markerManifest, pendingConvergence } from './convergence';
import { eventually } from './eventually';
import { Kubectl } from './kubectl';
import { mixSidecars } from './mix-sidecars';
import type { Sidecars } from './peers';
import { bundle, own } from './peers';
import type { Caller } from './send-request';

export interface MeshAddresses {
  kubernetes: string;
  kubeconfig: string;
  prometheus: string;
  jaeger: string;
  xdsTls: string;
  debug: string;
}

export interface BootOptions {
  /** Content of `external-hosts.yaml`: host → stand-in on loopback. */
  externalHosts?: Record<string, string | Record<string, string>>;
  /** Namespaces to make: name → whether its pods get a sidecar. */
  namespaces?: Record<string, boolean>;
  /** A folder of an earlier run. */
  dataDir?: string;
  /** What runs as sidecars and gateways. Default: our own proxy. */
  sidecars?: Sidecars;
}

const kinds = '(a path of a YAML file, or YAML itself)';

/** Everyone outside the mesh. */
export const outside: Caller = {};

/** The bundled mesh of a suite, in a process of its own, and kubectl to steer it. */
export class TaskMesh {
  readonly dataDir: string;
  readonly addresses: MeshAddresses;
  readonly kubectl: Kubectl;
  readonly process: ChildProcess;
  private readonly sidecars: Sidecars;
  private round = 0;

  constructor(dataDir: string, addresses: MeshAddresses, child: ChildProcess, sidecars: Sidecars) {
    this.dataDir = dataDir;
    this.sidecars = sidecars;
    this.addresses = addresses;
    this.process = child;
    this.kubectl = new Kubectl(addresses.kubeconfig, dataDir);
  }

  /** `kubectl apply` of each manifest; resolves when every proxy has it and all pods are ready. */
  async apply(manifests: readonly string[] | string, namespace?: string): Promise<void> {
    await this.write(manifests, namespace);
    await this.converged();
  }

  /** `kubectl apply` of each manifest. */
  async write(manifests: readonly string[] | string, namespace?: string): Promise<void> {
    for (const manifest of [manifests].flat()) await this.send('apply', manifest, namespace);
  }

  /** `kubectl delete` of each manifest; resolves when every proxy has forgotten it. */
  async remove(manifests: readonly string[] | string, namespace?: string): Promise<void> {
    for (const manifest of [manifests].flat()) await this.send('delete', manifest, namespace);
    this.round += 1;
    await this.kubectl.run(['apply', '-f', '-'], markerManifest(this.round));
    await this.converged();
  }

  private send(verb: 'apply' | 'delete', manifest: string, namespace: string | undefined): Promise<string> {
    const inline = manifest.includes('\n') || manifest.includes('{');
    if (!inline && !manifest.endsWith('.yaml')) throw new Error(`${manifest} is no manifest ${kinds}`);
    const flags = verb === 'delete' ? ['--ignore-not-found', '--wait=true', '--timeout=30s'] : [];
    const within = namespace === undefined ? [] : ['-n', namespace];
    const mixed = verb === 'apply' && this.sidecars === 'mixed';
    const text = mixed ? mixSidecars(inline ? manifest : readFileSync(manifest, 'utf8')) : inline ? manifest : '';
    return this.kubectl.run([verb, ...within, ...flags, '-f', text === '' ? manifest : '-'], text);
  }

  /** Resolves when all pods are ready and every proxy has acknowledged all that is written. */
  async converged(seconds = 40): Promise<void> {
    let pending: string[] = [];
    await eventually(
      'convergence',
      async () => (pending = await pendingConvergence(this.kubectl, this.addresses.debug, this.sidecars !== 'heddle')).length === 0,
      {
        seconds,
        everyMs: 100,
      },
    ).catch((error: unknown) => {
      throw new Error(`not converged: ${pending.slice(0, 8).join('; ')}`, { cause: error });
    });
  }

  /** The running pods of an app (label `app`), by name. */
  async pods(app: string, namespace = 'default', labels = ''): Promise<Pod[]> {
    const selector = `app=${app}${labels === '' ? '' : `,${labels}`}`;
    const { items } = await this.kubectl.json<{ items: Pod[] }>(['get', 'pods', '-n', namespace, '-l', selector]);
    return items.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  }

  async pod(app: string, namespace = 'default', labels = ''): Promise<Pod> {
    const [pod] = await this.pods(app, namespace, labels);
    if (pod === undefined) throw new Error(`no pod of ${app} in ${namespace}`);
    return pod;
  }

  /** To send as the application of a pod sends. */
  async caller(app: string, namespace = 'default', labels = ''): Promise<Caller> {
    return callerOf(await this.pod(app, namespace, labels));
  }

  /** The address the gateway listens at on the host for one of its container ports (80 → 8080, 443 → 8443). */
  async gateway(containerPort: number, app = 'istio-ingressgateway'): Promise<{ host: string; port: number }> {
    const pod = await this.pod(app, 'istio-system');
    const ports = JSON.parse(pod.metadata.annotations?.['heddle.dev/host-ports'] ?? '{}') as Record<string, number>;
    const port = ports[String(containerPort)];
    if (port === undefined) throw new Error(`the gateway has no port ${containerPort}`);
    return { host: '127.0.0.1', port };
  }

  /** Where a TCP service answers to an application: at its sidecar's outbound address, else (no sidecar) at one of the service's pods. */
  async tcpService(from: Caller, name: string, port: number, namespace = 'default'): Promise<{ host: string; port: number }> {
    const { items } = await this.kubectl.json<{ items: Service[] }>(['get', 'services', '-A']);
    if (from.proxy === undefined) return this.endpoint(name, port, namespace);
    const announced = announcedTcpAddress(tcpPortsOfServices(items)).get(tcpPortKey({ namespace, name, port }));
    if (announced === undefined) throw new Error(`service ${name} has no TCP port ${port}`);
    return { host: from.proxy.host, port: announced };
  }

  /** One endpoint of a service port, as kube-proxy picks it for a pod without a sidecar. */
  async endpoint(name: string, port: number, namespace = 'default'): Promise<{ host: string; port: number }> {
    const service = await this.kubectl.json<Service>(['get', 'service', name, '-n', namespace]);
    const spec = service.spec.ports?.find((one) => one.port === port);
    const selector = Object.entries(service.spec.selector ?? {}).map(([key, value]) => `${key}=${value}`);
    const { items } = await this.kubectl.json<{ items: Pod[] }>(['get', 'pods', '-n', namespace, '-l', selector.join(',')]);
    const host = items.find((pod) => pod.metadata.deletionTimestamp === undefined)?.status?.podIP;
    const target = typeof spec?.targetPort === 'number' ? spec.targetPort : port;
    if (spec === undefined || host === undefined) throw new Error(`service ${namespace}/${name} has no endpoint for ${port}`);
    return { host, port: target };
  }

  /** Lines of a pod's access log that match; waits for one, because a proxy writes a line when its request is over. */
  async accessLog(pattern: RegExp, app: string, namespace = 'default', labels = '', seconds = 12): Promise<string[]> {
    const { metadata } = await this.pod(app, namespace, labels);
    const file = join(this.dataDir, 'pods', `${metadata.namespace}_${metadata.name}`, 'proxy.log');
    return eventually(
      `a line like ${pattern} in the access log of ${metadata.name}`,
      () => {
        const lines = readFileSync(file, 'utf8').split('\n');
        const found = lines.filter((line) => pattern.test(line));
        return found.length > 0 && found;
      },
      { seconds },
    );
  }

  /** A page of a pod's proxy: `15000 /stats`. */
  async proxyPage(app: string, path: string, namespace = 'default', port = 15_000): Promise<string> {
    const pod = await this.pod(app, namespace);
    return (await fetch(`http://${pod.status?.podIP}:${port}${path}`)).text();
  }

  /** Ends the mesh; its folder goes too unless it is kept for another run. */
  async stop(keep = false): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const closed = new Promise((resolve) => this.process.once('close', resolve));
      this.process.kill('SIGTERM');
      const timer = setTimeout(() => this.process.kill('SIGKILL'), 8000);
      await closed;
      clearTimeout(timer);
    }
    if (!keep) rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** To send as the application of a pod sends. */
export function callerOf(pod: Pod): Caller {
  const podIp = pod.status?.podIP ?? '';
  const { appIp, outboundIp } = podAddresses(podIp.replace(/^127\.64\./, ''));
  const injected = pod.spec.containers.some(({ name }) => name === 'istio-proxy');
  return injected ? { localAddress: appIp, proxy: { host: outboundIp, port: 15_001 } } : { localAddress: podIp };
}

/** `heddle mesh` alone, with nothing in it but itself. */
export async function startMesh(options: BootOptions = {}): Promise<TaskMesh> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'heddle-task-'));
  if (options.externalHosts !== undefined) writeFileSync(join(dataDir, 'external-hosts.yaml'), JSON.stringify(options.externalHosts));
  const { sidecars = 'heddle' } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { addresses, child } = await launchMesh(dataDir, sidecars);
      return new TaskMesh(dataDir, addresses, child, sidecars);
    } catch (error) {
      // A port that was free when it was chosen may be somebody else's when it is opened.
      if (attempt === 3 || !String(error).includes('EADDRINUSE')) throw error;
    }
  }
}

async function launchMesh(dataDir: string, sidecars: Sidecars): Promise<{ addresses: MeshAddresses; child: ChildProcess }> {
  const anyPort = ['kubernetes', 'xds', 'xds-tls', 'debug', 'prometheus', 'jaeger', 'otlp', 'zipkin'].flatMap((name) => [
    `--${name}-port`,
    '0',
  ]);
  const proxy = ['--proxy', sidecars === 'envoy' ? 'envoy' : 'heddle'];
  const child = spawn(process.execPath, [bundle('heddle'), 'mesh', '--data-dir', dataDir, ...proxy, ...anyPort], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000)));
  const addresses = await new Promise<MeshAddresses>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as MeshAddresses & { event: string };
      if (event.event === 'ready') resolve(event);
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`heddle mesh ended with ${code}:\n${log}`)));
  });
  return { addresses, child };
}

/** `heddle mesh` with mesh settings, an ingress gateway and the namespaces of the suite. */
export async function bootMesh(options: BootOptions = {}): Promise<TaskMesh> {
  const mesh = await startMesh(options);
  try {
    const namespaces = Object.entries({ default: true, ...options.namespaces }).map(
      ([name, injected]) =>
        `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: {istio-injection: ${injected ? 'enabled' : 'disabled'}}}\n`,
    );
    await mesh.kubectl.run(['apply', '-f', '-'], namespaces.join('---\n'));
    await mesh.write(own('mesh.yaml'));
    await mesh.apply(markerManifest(0), 'markers');
    return mesh;
  } catch (error) {
    await mesh.stop();
    throw error;
  }
}

/** For `afterEach`: nothing in the mesh may have been rejected by a proxy. */
export async function expectNoRejections(mesh: TaskMesh): Promise<void> {
  const rows = (await (await fetch(`http://${mesh.addresses.debug}/debug/syncz`)).json()) as {
    proxy: string;
    'heddle.dev/nacks': object[];
  }[];
  expect(rows.filter((row) => row['heddle.dev/nacks'].length > 0)).toEqual([]);
}
