import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isHeddleError } from '@/lib/errors';
import type { Container, Node, Pod, PodAddresses, PodStatus, Probe } from '@/lib/model';
import { proxyPorts } from '@/lib/model';
import { resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';
import { envoySecretsFolder, keepEnvoyFiles } from '../envoy/keep-envoy-files';
import { readDrainTime } from '../envoy/read-drain-time';
import type { ServiceView } from '../network/find-endpoints';
import { servePodNetwork } from '../network/serve-pod-network';
import type { KubeletOptions, PodProcess } from '../types';
import { chooseHostPorts, hostPortsAnnotation, releaseHostPorts } from './choose-host-ports';
import { ContainerProcess } from './container-process';
import type { Launch } from './container-process';
import { commandOf, isProxyContainer, launchApplication } from './launch-application';
import { launchEnvoy, launchProxy } from './launch-proxy';
import { podStatus } from './pod-status';
import { recordProcesses } from './process-records';
import type { RecordEvent } from './record-events';
import { RotatingLog } from './rotating-log';
import { runProbe } from './run-probe';
import { requestToken } from './service-account-token';
import type { HostPorts, NodeIdentity, ProxyKind } from './sidecar-bootstrap';
import { isGatewayPod, nodeIdentity, proxyKindOf } from './sidecar-bootstrap';
import { watchHealth } from './watch-health';

export interface RunPodOptions {
  kubelet: KubeletOptions;
  client: KubeClient;
  addresses: PodAddresses;
  /** Kept copies of what is needed at start. */
  view: ServiceView;
  node: (name: string) => Node | undefined;
  recordEvent: RecordEvent;
  onProcesses: () => void;
}

const timestamp = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
const applicationBackOff = { first: 10_000, most: 300_000 };
/** A pod without its proxy is cut off, so a proxy is tried again sooner than an application. */
const proxyBackOff = { first: 1000, most: 30_000 };
const proxyReadiness: Probe = { httpGet: { path: '/healthz/ready', port: proxyPorts.readiness }, periodSeconds: 2, failureThreshold: 3 };
const statusRetryMs = 500;
const logCheckMs = 30_000;

/** The folder of a pod in the data directory. */
export function podFolder(dataDir: string, pod: Pod): string {
  return join(dataDir, 'pods', `${pod.metadata.namespace ?? 'default'}_${pod.metadata.name}`);
}

/** Runs one pod: its files, its processes, its probes, its status. */
export class PodRunner {
  pod: Pod;
  private readonly options: RunPodOptions;
  private readonly folder: string;
  private readonly startTime: string;
  private readonly logs = new Map<string, RotatingLog>();
  private readonly initContainers: ContainerProcess[] = [];
  private readonly containers: ContainerProcess[] = [];
  private readonly healthStops = new Map<string, () => void>();
  private tokenTimer: NodeJS.Timeout | undefined;
  private stopEnvoyFiles: (() => void) | undefined;
  private stopNetwork: (() => void) | undefined;
  private hostPorts: HostPorts = {};
  private initialized = false;
  private stopped: Promise<void> | undefined;
  private written = '';
  private writing = false;
  private writeAgain = false;

  constructor(pod: Pod, options: RunPodOptions) {
    this.pod = pod;
    this.options = options;
    this.folder = podFolder(options.kubelet.dataDir, pod);
    this.startTime = pod.status?.startTime ?? timestamp();
    mkdirSync(this.folder, { recursive: true });
    for (const container of pod.spec.initContainers ?? []) this.initContainers.push(this.createContainer(container, 'OnFailure'));
    const policy = pod.spec.restartPolicy ?? 'Always';
    for (const container of pod.spec.containers) {
      if (isProxyContainer(pod, container) && this.proxyKind === 'external') continue;
      this.containers.push(this.createContainer(container, isProxyContainer(pod, container) ? 'Always' : policy));
    }
  }

  get addresses(): PodAddresses {
    return this.options.addresses;
  }

  private get proxyKind(): ProxyKind {
    return proxyKindOf(this.pod, this.options.kubelet.defaultProxy);
  }

  /** It has a proxy before its application (a gateway has nothing but one). */
  get injected(): boolean {
    return this.pod.spec.containers.some((container) => isProxyContainer(this.pod, container));
  }

  processes(): PodProcess[] {
    const pod = { namespace: this.pod.metadata.namespace ?? 'default', name: this.pod.metadata.name };
    return this.all().flatMap((container) => (container.pid === undefined ? [] : [{ pod, container: container.name, pid: container.pid }]));
  }

  async start(): Promise<void> {
    // The status of an earlier run may still call the pod ready; nothing of it runs yet.
    this.writeStatus();
    if (isGatewayPod(this.pod) || this.pod.spec.containers.some((one) => one.ports?.some((port) => port.hostPort !== undefined) === true)) {
      this.hostPorts = await chooseHostPorts(this.pod);
      await this.announceHostPorts();
    }
    if (!this.injected)
      this.stopNetwork = await servePodNetwork(this.addresses, this.pod.metadata.namespace ?? 'default', this.options.view);
    for (const container of this.initContainers) {
      if (!(await this.runToEnd(container))) return;
    }
    this.initialized = true;
    if (this.stopped !== undefined) return;
    await Promise.all(this.containers.map((container) => container.start()));
    this.watchExternalProxy();
    this.writeStatus();
  }

  /** Takes a newer version of the object: labels, annotations and the status others wrote. */
  update(pod: Pod): void {
    this.pod = pod;
  }

  /** Stops everything; resolves when no process is left. `graceMs` 0 kills at once. */
  stop(graceMs: number): Promise<void> {
    this.stopped ??= this.stopOnce(graceMs);
    return this.stopped;
  }

  /** Removes what the pod left on disk but its logs' folder of a pod that is gone for good. */
  removeFiles(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** How a command runs inside the pod: the environment of a container (`kubectl exec`). */
  async environmentOf(name: string | undefined): Promise<Launch | undefined> {
    const container = this.pod.spec.containers.find((one) => (name === undefined ? !isProxyContainer(this.pod, one) : one.name === name));
    return container === undefined ? undefined : this.launch(container);
  }

  private all(): ContainerProcess[] {
    return [...this.initContainers, ...this.containers];
  }

  private async stopOnce(graceMs: number): Promise<void> {
    clearTimeout(this.tokenTimer);
    this.stopEnvoyFiles?.();
    for (const stopHealth of this.healthStops.values()) stopHealth();
    this.healthStops.clear();
    for (const container of this.containers) container.ready = false;
    if (this.all().some((container) => container.isRunning)) {
      for (const container of this.containers) this.event('Normal', 'Killing', `Stopping container ${container.name}`);
    }
    await Promise.all(this.all().map((container) => container.stop(graceMs)));
    this.stopNetwork?.();
    releaseHostPorts(this.pod.metadata.uid ?? this.pod.metadata.name);
    for (const log of this.logs.values()) log.close();
    this.options.onProcesses();
  }

  private createContainer(spec: Container, restartPolicy: 'Always' | 'OnFailure' | 'Never'): ContainerProcess {
    const proxy = isProxyContainer(this.pod, spec);
    const statuses = [...(this.pod.status?.containerStatuses ?? []), ...(this.pod.status?.initContainerStatuses ?? [])];
    const earlier = statuses.find((status) => status.name === spec.name);
    const container: ContainerProcess = new ContainerProcess({
      name: spec.name,
      image: spec.image ?? '',
      restartPolicy,
      backOffMs: proxy ? proxyBackOff : applicationBackOff,
      restartCount: earlier?.restartCount ?? 0,
      launch: () => this.launch(spec),
      onOutput: (chunk) => this.logOf(spec).write(chunk),
      onChange: () => {
        this.containerChanged(container, spec);
      },
      onEvent: (type, reason, message) => {
        this.event(type, reason, message);
      },
    });
    return container;
  }

  /** Init containers run one after the other, each to a good end. Resolves to false when the pod is stopped first. */
  private runToEnd(container: ContainerProcess): Promise<boolean> {
    return new Promise((resolve) => {
      const look = setInterval(() => {
        if (this.stopped === undefined && !container.isFinished) return;
        clearInterval(look);
        resolve(this.stopped === undefined);
      }, 50);
      void container.start();
    });
  }

  private logOf(spec: Container): RotatingLog {
    const first = this.pod.spec.containers.find((one) => !isProxyContainer(this.pod, one));
    const name = isProxyContainer(this.pod, spec) ? 'proxy' : spec === first || spec.name === first?.name ? 'app' : spec.name;
    let log = this.logs.get(name);
    if (log === undefined) this.logs.set(name, (log = new RotatingLog(join(this.folder, `${name}.log`))));
    return log;
  }

  private async launch(spec: Container): Promise<Launch> {
    const { kubelet, client, addresses } = this.options;
    // Made now, so that a container that says nothing has an empty log rather than none.
    this.logOf(spec).beginRun();
    if (!isProxyContainer(this.pod, spec)) {
      return launchApplication({
        client,
        kubelet,
        pod: this.pod,
        container: spec,
        addresses,
        injected: this.injected,
        services: this.options.view.services(),
      });
    }
    await this.refreshToken();
    if (this.proxyKind === 'heddle') {
      return launchProxy({ kubelet, pod: this.pod, folder: this.folder, node: this.nodeIdentity(), addresses });
    }
    await this.writeEnvoyFiles();
    return launchEnvoy({ kubelet, folder: this.folder }, await readDrainTime(client, this.pod));
  }

  private nodeIdentity(): NodeIdentity {
    const secrets = this.proxyKind === 'heddle' ? undefined : join(this.folder, envoySecretsFolder);
    const node = this.options.node(this.pod.spec.nodeName ?? '');
    return nodeIdentity(this.pod, node, this.addresses, this.hostPorts, this.proxyKind, secrets);
  }

  /** What a stock Envoy needs, whether it is started here or by somebody else. */
  private async writeEnvoyFiles(): Promise<void> {
    const { kubelet } = this.options;
    this.stopEnvoyFiles?.();
    const options = { kubelet, folder: this.folder, node: this.nodeIdentity(), addresses: this.addresses };
    const stopFiles = await keepEnvoyFiles(options);
    const trimming = setInterval(() => this.logs.get('proxy')?.trim(), logCheckMs);
    this.stopEnvoyFiles = () => {
      clearInterval(trimming);
      stopFiles();
    };
    if (this.stopped !== undefined) this.stopEnvoyFiles();
  }

  /** Writes the ServiceAccount's token, now and again before it expires. */
  private async refreshToken(): Promise<void> {
    const { token, refreshAt } = await requestToken(this.options.client, this.pod, Date.now());
    if (this.stopped !== undefined) return;
    writeFileSync(join(this.folder, 'token'), token, { mode: 0o600 });
    clearTimeout(this.tokenTimer);
    this.tokenTimer = setTimeout(
      () => {
        void this.refreshToken().catch((error: unknown) => {
          this.event('Warning', 'FailedTokenRefresh', isHeddleError(error) ? error.message : String(error));
        });
      },
      Math.max(1000, refreshAt - Date.now()),
    );
  }

  private containerChanged(container: ContainerProcess, spec: Container): void {
    this.healthStops.get(container.name)?.();
    this.healthStops.delete(container.name);
    if (this.stopped === undefined) {
      if (container.isRunning && this.containers.includes(container)) this.watch(container, spec);
      recordProcesses(
        this.folder,
        this.processes().map((one) => one.pid),
      );
      this.stopProxyWhenDone();
    }
    this.options.onProcesses();
    this.writeStatus();
  }

  /** A pod whose applications have all ended for good is done; its proxy has no reason to stay. */
  private stopProxyWhenDone(): void {
    const isProxy = (container: ContainerProcess) =>
      this.pod.spec.containers.some((spec) => spec.name === container.name && isProxyContainer(this.pod, spec));
    const applications = this.containers.filter((container) => !isProxy(container));
    if (applications.length === 0 || !applications.every((container) => container.isFinished)) return;
    for (const container of this.containers) if (isProxy(container)) void container.stop(5000);
  }

  private watch(container: ContainerProcess, spec: Container): void {
    const proxy = isProxyContainer(this.pod, spec);
    const target = {
      address: proxy || !this.injected ? this.addresses.podIp : this.addresses.appIp,
      container: spec,
      execEnv: commandOf(this.pod) === undefined ? undefined : (process.env as Record<string, string>),
    };
    const probes = proxy ? { startup: undefined, readiness: proxyReadiness, liveness: undefined } : this.probesOf(spec);
    let told = '';
    this.healthStops.set(
      container.name,
      watchHealth({
        ...probes,
        run: (probe) => runProbe(probe, target),
        onStarted: () => {
          container.started = true;
          this.writeStatus();
        },
        onReady: (ready, message) => {
          if (!ready && message !== told && container.ready) this.event('Warning', 'Unhealthy', `Readiness probe failed: ${message}`);
          told = message;
          if (container.ready === ready) return;
          container.ready = ready;
          this.writeStatus();
        },
        onDead: (kind, message) => {
          this.event('Warning', 'Unhealthy', `${kind} probe failed: ${message}`);
          container.restart();
        },
      }),
    );
  }

  private probesOf(spec: Container): { startup: Probe | undefined; readiness: Probe | undefined; liveness: Probe | undefined } {
    const image = commandOf(this.pod) === undefined ? this.options.kubelet.resolveImage(spec.image ?? '') : undefined;
    const firstPort = spec.ports?.find((port) => port.protocol === undefined || port.protocol === 'TCP')?.containerPort;
    // A built-in server is known to listen: until it does the pod is not ready, probe or not, so that no request meets a closed port.
    const listening: Probe | undefined =
      image?.listens === true && firstPort !== undefined
        ? { tcpSocket: { port: firstPort }, periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 1 }
        : undefined;
    return { startup: spec.startupProbe ?? listening, readiness: spec.readinessProbe, liveness: spec.livenessProbe };
  }

  /** A proxy that somebody else starts counts as ours once it answers. */
  private watchExternalProxy(): void {
    if (this.proxyKind !== 'external' || !this.injected) return;
    const spec = this.pod.spec.containers.find((container) => isProxyContainer(this.pod, container));
    if (spec === undefined) return;
    void this.refreshToken()
      .then(() => this.writeEnvoyFiles())
      .catch((error: unknown) => {
        this.event('Warning', 'FailedBootstrap', error instanceof Error ? error.message : String(error));
      });
    const target = { address: this.addresses.podIp, container: spec, execEnv: undefined };
    this.healthStops.set(
      'external',
      watchHealth({
        startup: undefined,
        readiness: { httpGet: { path: '/ready', port: proxyPorts.admin }, periodSeconds: 2, failureThreshold: 2 },
        liveness: undefined,
        run: (probe) => runProbe(probe, target),
        onStarted: () => undefined,
        onReady: (ready) => {
          this.externalReady = ready;
          this.writeStatus();
        },
        onDead: () => undefined,
      }),
    );
  }

  private externalReady = false;

  private status(): PodStatus {
    const containers = this.containers.map((container) => container.status());
    const external = this.pod.spec.containers.find((one) => isProxyContainer(this.pod, one) && this.proxyKind === 'external');
    if (external !== undefined) {
      const message = 'The proxy of this pod is started by hand: npx heddle proxy bootstrap --envoy --pod NAMESPACE/NAME';
      const state = this.externalReady ? { running: { startedAt: this.startTime } } : { waiting: { reason: 'External', message } };
      containers.push({ name: external.name, image: external.image ?? '', ready: this.externalReady, restartCount: 0, state });
    }
    return podStatus({
      pod: this.pod,
      addresses: this.addresses,
      initContainers: this.initContainers.map((container) => container.status()),
      containers,
      initialized: this.initialized,
      startTime: this.startTime,
      now: timestamp(),
    });
  }

  /** Writes the status when it differs from what was written last; one write at a time, the newest state wins. */
  private writeStatus(): void {
    // A pod that was told to stop is deleted, or runs again after a restart of the mesh: what it does meanwhile is nobody's news.
    if (this.stopped !== undefined) return;
    if (this.writing) {
      this.writeAgain = true;
      return;
    }
    this.writing = true;
    setImmediate(() => void this.writeStatusOnce());
  }

  private async writeStatusOnce(): Promise<void> {
    const status = this.status();
    const text = JSON.stringify(status);
    let retry = false;
    if (text !== this.written) {
      try {
        const { namespace, name } = this.pod.metadata;
        await this.options.client.patch(resources.pods, { name, namespace }, { status }, { subresource: 'status' });
        this.pod = { ...this.pod, status };
        this.written = text;
      } catch (error) {
        retry = !(isHeddleError(error) && error.code === 'not_found') && this.stopped === undefined;
      }
    }
    this.writing = false;
    if (retry) setTimeout(() => this.writeStatus(), statusRetryMs);
    if (!this.writeAgain) return;
    this.writeAgain = false;
    this.writeStatus();
  }

  private async announceHostPorts(): Promise<void> {
    const text = JSON.stringify(this.hostPorts);
    if (this.pod.metadata.annotations?.[hostPortsAnnotation] === text) return;
    const { namespace, name } = this.pod.metadata;
    const patch = { metadata: { annotations: { [hostPortsAnnotation]: text } } };
    await this.options.client.patch(resources.pods, { name, namespace }, patch).catch((error: unknown) => {
      this.event('Warning', 'FailedAnnotation', isHeddleError(error) ? error.message : String(error));
    });
  }

  private event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.options.recordEvent(this.pod, type, reason, message);
  }
}
