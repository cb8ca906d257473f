import { existsSync, mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { HeddleError, isHeddleError } from '@/lib/errors';
import type { Pod } from '@/lib/model';
import { HOST_IP } from '@/lib/model';
import { createKubeClient, loadKubeConfig, resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';
import { RotatingLog, killOrphans } from '@/server/mesh/kubelet';
import { applyMissing, readManifests } from './apply-manifests';
import { readConsoleEvent, readMeshEvent } from './child-events';
import type { MeshAddresses } from './child-events';
import { endWithParent } from './end-with-parent';
import { bundlePath, findRoot } from './find-root';
import { meshPorts } from './mesh-ports';
import { removeRunFile, runningDemo, writeRunFile } from './run-file';
import type { RunFile } from './run-file';
import { superviseChild } from './supervise-child';
import type { SupervisedChild } from './supervise-child';

export interface DemoOptions {
  port: number;
  dataDir: string;
  load: boolean;
  rps: number;
  proxy: 'heddle' | 'envoy';
  dev?: boolean;
}

const stopWithinMs = 4000;
const ingressPort = '8080';

/** Starts everything, prints where it answers, and keeps it running until SIGINT or SIGTERM. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const demo = new Demo(options);
  await demo.run();
}

class Demo {
  private readonly options: DemoOptions;
  private readonly dataDir: string;
  private readonly children = new Map<string, SupervisedChild>();
  private readonly logs = new Map<string, RotatingLog>();
  private readonly startedAt = performance.now();
  private consoleUrl: string | undefined;
  private addresses: MeshAddresses | undefined;
  private podProcesses: { proxies: number[]; workloads: number[] } = { proxies: [], workloads: [] };
  private content: Omit<RunFile, 'pids'> | undefined;
  private stopping = false;
  private readonly meshReady = Promise.withResolvers<MeshAddresses>();
  private readonly apiReady = Promise.withResolvers<{ kubernetes: string; kubeconfig: string }>();

  constructor(options: DemoOptions) {
    this.options = options;
    this.dataDir = resolve(options.dataDir);
  }

  async run(): Promise<void> {
    const other = runningDemo(this.dataDir);
    if (other !== undefined) {
      throw new HeddleError('conflict', `A demo runs on ${this.options.dataDir} already (process ${other}).`, {
        hint: `Stop it with "kill ${other}", or give this one a folder of its own: --data-dir DIR.`,
      });
    }
    if (process.platform !== 'linux') {
      throw new HeddleError('not_supported', 'The bundled mesh gives each pod loopback addresses of its own, which only Linux has.', {
        hint: 'Elsewhere point the console at a cluster: npx heddle console --kubeconfig FILE --prometheus URL --traces URL',
      });
    }
    mkdirSync(this.dataDir, { recursive: true });
    removeRunFile(this.dataDir);
    endWithParent((why) => void this.stop(why));
    this.start('mesh', () => ['mesh', '--data-dir', this.dataDir, '--proxy', this.options.proxy, ...this.meshPortFlags()]);
    const api = await this.apiReady.promise;
    const client = createKubeClient(await loadKubeConfig({ file: api.kubeconfig }));
    // The console, the objects and the rest of the mesh come up side by side.
    const [ingress] = await Promise.all([this.applyDemo(client), this.meshReady.promise.then((addresses) => this.startConsole(addresses))]);
    if (this.options.load) this.startLoad(ingress);
    await Promise.all([this.answers(() => this.consoleUrl && `${this.consoleUrl}/healthz`), this.answers(() => `${ingress}/productpage`)]);
    client.close();
    this.announce(ingress);
  }

  /** After a crash the ports it had, which others know by now. Else none: the mesh takes the conventional ones where they are free. */
  private meshPortFlags(): string[] {
    const { addresses } = this;
    return addresses === undefined ? [] : meshPorts.flatMap(({ flag, address }) => [`--${flag}-port`, String(portOf(addresses[address]))]);
  }

  private replacedPorts(addresses: MeshAddresses): string[] {
    const consolePort: [string, number, string | undefined] = ['console', this.options.port, this.consoleUrl];
    return [consolePort, ...meshPorts.map(({ flag, port, address }) => [flag, port, addresses[address]] as const)]
      .filter(([, wanted, address]) => wanted !== 0 && portOf(address) !== wanted)
      .map(([name, wanted, address]) => `${name} ${wanted} → ${portOf(address)}`);
  }

  private start(name: string, args: () => readonly string[], onLine: (line: string) => void = () => undefined): void {
    const log = this.logOf(name);
    // As measured: a young generation of the default size costs the mesh 370 MB and brings nothing.
    const flags = [`--max-semi-space-size=${name === 'load' ? 1 : 4}`];
    const child = superviseChild({
      name,
      command: () => [process.execPath, ...flags, bundlePath('heddle'), ...args()],
      // glibc gives every thread a heap of its own and keeps what is freed in each: with two the mesh has 60 MB less.
      env: { MALLOC_ARENA_MAX: '2' },
      onLine: (line) => {
        if (name === 'mesh') this.onMeshLine(line);
        onLine(line);
      },
      onLog: (chunk) => {
        log.write(chunk);
      },
      onCrash: (outcome, delayMs) => {
        this.say(
          `${name} ended (${outcome}); it starts again in ${delayMs / 1000} s. Log: ${this.shown(join(this.dataDir, 'logs', `${name}.log`))}`,
        );
        // Its pods' processes end with it; one that does not is not left to the next start.
        if (name === 'mesh') killOrphans(this.dataDir);
        setTimeout(() => {
          this.writeRun();
        }, delayMs + 50).unref();
      },
    });
    this.children.set(name, child);
  }

  private logOf(name: string): RotatingLog {
    let log = this.logs.get(name);
    if (log === undefined) this.logs.set(name, (log = new RotatingLog(join(this.dataDir, 'logs', `${name}.log`))));
    return log;
  }

  private onMeshLine(line: string): void {
    const event = readMeshEvent(line);
    if (event === undefined) return;
    if (event.event === 'kubernetes') {
      this.apiReady.resolve(event);
    } else if (event.event === 'processes') {
      this.podProcesses = { proxies: event.proxies, workloads: event.workloads };
      this.writeRun();
    } else {
      this.addresses = event;
      this.meshReady.resolve(event);
      void this.followIngress(event);
    }
  }

  /** Creates what is missing of the demo's objects; resolves to the ingress gateway's address. */
  private async applyDemo(client: KubeClient): Promise<string> {
    const created = await applyMissing(client, readManifests(join(findRoot(), 'server/mesh/demo/manifests')));
    if (created > 0) this.say(`created ${created} objects of the demo`);
    // Before that the gateway's pod may still say what an earlier run wrote.
    await this.meshReady.promise;
    return this.findIngress(client);
  }

  private async findIngress(client: KubeClient): Promise<string> {
    for (;;) {
      const port = await ingressOf(client);
      if (port !== undefined) return `http://${HOST_IP}:${port}`;
      await pause(100);
    }
  }

  /** A mesh that started again may have found another port for its gateway. */
  private async followIngress(addresses: MeshAddresses): Promise<void> {
    if (this.content === undefined) return;
    const client = createKubeClient(await loadKubeConfig({ file: addresses.kubeconfig }));
    const ingress = await this.findIngress(client);
    client.close();
    if (ingress === this.content.ingress || this.stopping) return;
    this.content = { ...this.content, ingress };
    this.say(`the ingress gateway is at ${ingress} now`);
    const load = this.children.get('load');
    await load?.stop(stopWithinMs);
    if (load !== undefined && !this.stopping) this.startLoad(ingress);
    this.writeRun();
  }

  private startConsole(addresses: MeshAddresses): void {
    const args = () => [
      'console',
      '--port',
      String(portOf(this.consoleUrl) ?? this.options.port),
      '--data-dir',
      this.dataDir,
      '--kubeconfig',
      addresses.kubeconfig,
      '--prometheus',
      addresses.prometheus,
      '--traces',
      addresses.jaeger,
      ...(this.options.dev === true ? ['--dev'] : []),
    ];
    this.start('console', args, (line) => {
      // The port may be another at every start: whoever asks first has it.
      const url = readConsoleEvent(line)?.console;
      if (url !== undefined) this.onConsole(url);
      // What Next prints is for its developers; the log keeps it.
      else this.logOf('console').write(`${line}\n`);
    });
  }

  private onConsole(url: string): void {
    this.consoleUrl = url;
    if (this.content === undefined) return;
    this.content = { ...this.content, console: url };
    this.writeRun();
  }

  private startLoad(ingress: string): void {
    const args = ['load', '--target', ingress, '--rps', String(this.options.rps)];
    this.start(
      'load',
      () => args,
      (line) => this.logOf('load').write(`${line}\n`),
    );
  }

  /** Resolves when a page answers with success; its address may not be known yet. */
  private async answers(page: () => string | undefined): Promise<void> {
    while (!this.stopping) {
      const url = page();
      const response = url === undefined ? undefined : await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
      await response?.arrayBuffer().catch(() => undefined);
      if (response?.ok === true) return;
      await pause(100);
    }
  }

  private announce(ingress: string): void {
    const { addresses, consoleUrl } = this;
    if (addresses === undefined || consoleUrl === undefined || this.stopping) return;
    this.content = {
      console: consoleUrl,
      kubernetes: addresses.kubernetes,
      kubeconfig: addresses.kubeconfig,
      prometheus: addresses.prometheus,
      jaeger: addresses.jaeger,
      otlpHttp: addresses.otlpHttp,
      xds: addresses.xds,
      ingress,
    };
    this.writeRun();
    const rows: [string, string][] = [
      ['Console', consoleUrl],
      ['Kubernetes API', `${addresses.kubernetes}  kubectl --kubeconfig ${this.shown(addresses.kubeconfig)} get pods -A`],
      ['Prometheus API', addresses.prometheus],
      ['Jaeger API', addresses.jaeger],
      ['OTLP/HTTP', addresses.otlpHttp],
      ['ADS', `${addresses.xds} (plaintext), ${addresses.xdsTls} (TLS)`],
      ['Ingress gateway', `${ingress}/productpage`],
    ];
    const table = rows.map(([name, value]) => `  ${name.padEnd(16)} ${value}\n`).join('');
    const replaced = this.replacedPorts(addresses);
    const taken = replaced.length === 0 ? '' : `\n  Taken ports were replaced: ${replaced.join(', ')}\n`;
    const load = this.options.load ? `  Load: ${this.options.rps} requests/s through the ingress gateway.` : '  No load.';
    process.stdout.write(`\n${table}${taken}\n${load} Logs: ${this.shown(join(this.dataDir, 'logs'))}. Stop with Ctrl-C.\n\n`);
    this.say('everything answers');
  }

  private writeRun(): void {
    if (this.content === undefined || this.stopping) return;
    const pids: Record<string, number | number[]> = { demo: process.pid };
    for (const child of this.children.values()) {
      const pid = child.pid();
      if (pid !== undefined) pids[child.name] = pid;
    }
    writeRunFile(this.dataDir, { ...this.content, pids: { ...pids, ...this.podProcesses } });
  }

  private async stop(why: string): Promise<void> {
    this.stopping = true;
    this.say(`stopping (${why})`);
    await Promise.all([...this.children.values()].map((child) => child.stop(stopWithinMs)));
    killOrphans(this.dataDir);
    removeRunFile(this.dataDir);
    process.exit(0);
  }

  private shown(path: string): string {
    const near = relative(process.cwd(), path);
    return near.startsWith('..') || !existsSync(path) ? path : near;
  }

  private say(text: string): void {
    process.stdout.write(`  ${((performance.now() - this.startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
  }
}

/** The port of 127.0.0.1 at which the ready ingress gateway takes HTTP. */
async function ingressOf(client: KubeClient): Promise<number | undefined> {
  try {
    const { items } = await client.list<Pod>(resources.pods, { namespace: 'istio-system', labelSelector: 'istio=ingressgateway' });
    for (const pod of items) {
      const ready = pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
      const text = pod.metadata.annotations?.['heddle.dev/host-ports'];
      if (!ready || text === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
      const port = (JSON.parse(text) as Record<string, number>)[ingressPort];
      if (port !== undefined) return port;
    }
  } catch (error) {
    if (!isHeddleError(error)) throw error;
  }
  return undefined;
}

/** Of a URL, or of `host:port`. */
function portOf(address: string | undefined): number | undefined {
  return address === undefined ? undefined : Number(address.slice(address.lastIndexOf(':') + 1));
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
