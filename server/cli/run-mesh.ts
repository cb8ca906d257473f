import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { DEFAULT_TRUST_DOMAIN } from '@/lib/model';
import { createInformer, createKubeClient, loadKubeConfig, resources } from '@/server/kube';
import { startApiServer } from '@/server/mesh/apiserver';
import { startCitadel } from '@/server/mesh/citadel';
import { resolveImage } from '@/server/mesh/demo';
import { createMutator } from '@/server/mesh/injector';
import { startKubelet } from '@/server/mesh/kubelet';
import type { Kubelet } from '@/server/mesh/kubelet';
import { combineTargets, discoverPods, startMetrics, staticTargets } from '@/server/mesh/metrics';
import { startPilot } from '@/server/mesh/pilot';
import { startTracing } from '@/server/mesh/tracing';
import type { MeshAddresses, MeshEvent } from './child-events';
import { startOnPorts } from './choose-port';
import { createAdmission } from './create-admission';
import { endWithParent } from './end-with-parent';
import { bundlePath } from './find-root';
import { readExternalHosts } from './read-external-hosts';

export interface MeshOptions {
  dataDir: string;
  scrapeInterval: number;
  proxy: 'heddle' | 'envoy';
  kubernetesPort: number;
  xdsPort: number;
  xdsTlsPort: number;
  debugPort: number;
  prometheusPort: number;
  jaegerPort: number;
  otlpPort: number;
  zipkinPort: number;
}

/** What has been started, in order; stopped in the opposite one. */
type Stops = (() => Promise<void> | void)[];

const podGraceMs = 1500;

function say(event: MeshEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** The bundled mesh in this process, until SIGINT, SIGTERM or the end of the parent. */
export async function runMesh(options: MeshOptions): Promise<void> {
  const logger = pino({ base: { room: 'mesh' } }, pino.destination(2));
  const stops: Stops = [];
  let ending = false;
  endWithParent((why) => {
    ending = true;
    logger.info({ why }, 'stopping');
    void stopAll(stops, logger).then(() => process.exit(0));
  });
  process.on('unhandledRejection', (error) => {
    logger.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'unhandled rejection');
  });
  try {
    await startAll(options, stops, logger);
  } catch (error) {
    // What is half up when the order to stop comes fails in many ways, none of them news.
    if (!ending) throw error;
  }
}

async function stopAll(stops: Stops, logger: Logger): Promise<void> {
  for (const stop of stops.toReversed()) {
    try {
      await stop();
    } catch (error) {
      logger.warn({ error: error instanceof Error ? error.message : String(error) }, 'stopping a part failed');
    }
  }
}

async function startAll(options: MeshOptions, stops: Stops, logger: Logger): Promise<void> {
  const dataDir = resolve(options.dataDir);
  const kubernetes = await startOnPorts({ port: options.kubernetesPort }, ({ port }) =>
    startApiServer({
      dataDir,
      port,
      mutators: [createMutator()],
      validators: [createAdmission()],
      onError: (what, error) => logger.warn({ error: error instanceof Error ? error.message : String(error) }, what),
    }),
  );
  stops.push(() => kubernetes.stop());
  say({ event: 'kubernetes', kubernetes: kubernetes.url, kubeconfig: kubernetes.kubeconfigPath });
  const client = createKubeClient(await loadKubeConfig({ file: kubernetes.kubeconfigPath }));

  const [tracing, control] = await Promise.all([
    startOnPorts({ jaegerPort: options.jaegerPort, otlpPort: options.otlpPort, zipkinPort: options.zipkinPort }, (ports) =>
      startTracing({
        directory: join(dataDir, 'traces'),
        ...ports,
        worker: bundlePath('tracing-worker'),
        onProblem: (message) => logger.warn({ room: 'tracing' }, message),
      }),
    ),
    startControlPlane(options, dataDir, client, logger, stops),
  ]);
  stops.push(() => tracing.stop());
  const { pilot, citadel } = control;

  const informer = createInformer(client, [resources.pods]);
  informer.start();
  stops.push(() => informer.stop());
  const metrics = await startOnPorts({ port: options.prometheusPort }, ({ port }) =>
    startMetrics({
      targets: combineTargets([
        discoverPods(informer),
        staticTargets([
          { url: `http://${pilot.addresses.debug}/metrics`, labels: { job: 'istiod', instance: pilot.addresses.debug, app: 'istiod' } },
        ]),
      ]),
      directory: join(dataDir, 'metrics'),
      port,
      scrapeIntervalMs: options.scrapeInterval * 1000,
      worker: bundlePath('metrics-worker'),
      onProblem: (message) => logger.warn({ room: 'metrics' }, message),
    }),
  );
  stops.push(() => metrics.stop());

  const xdsTls = pilot.addresses.tls ?? '';
  const kubelet = await startKubelet(client, {
    dataDir,
    resolveImage,
    workloadBundle: bundlePath('workload'),
    proxyBundle: bundlePath('proxy'),
    discoveryAddress: xdsTls,
    rootCertPath: citadel.rootCertPath,
    trustDomain: DEFAULT_TRUST_DOMAIN,
    zipkinAddress: new URL(tracing.zipkinUrl).host,
    otlpAddress: new URL(tracing.otlpUrl).host,
    defaultProxy: options.proxy,
    envoyBinary: process.env['HEDDLE_ENVOY'],
    log: logger,
  });
  stops.push(() => kubelet.stop(podGraceMs));
  tellProcesses(kubelet);
  stops.push(() => citadel.stop());
  const addresses: MeshAddresses = {
    kubernetes: kubernetes.url,
    kubeconfig: kubernetes.kubeconfigPath,
    prometheus: metrics.url,
    jaeger: tracing.jaegerUrl,
    otlpHttp: tracing.otlpUrl,
    zipkin: tracing.zipkinUrl,
    xds: pilot.addresses.plaintext,
    xdsTls,
    debug: pilot.addresses.debug,
  };
  say({ event: 'ready', ...addresses });
}

async function startControlPlane(
  options: MeshOptions,
  dataDir: string,
  client: ReturnType<typeof createKubeClient>,
  logger: Logger,
  stops: Stops,
) {
  const citadel = await startCitadel({ client, logger: logger.child({ room: 'citadel' }), pkiDir: join(dataDir, 'pki') });
  const hosts = join(dataDir, 'external-hosts.yaml');
  const pilot = await startOnPorts({ plaintext: options.xdsPort, tls: options.xdsTlsPort, debug: options.debugPort }, (ports) =>
    startPilot({
      client,
      logger: logger.child({ room: 'pilot' }),
      ports,
      tls: citadel.server,
      authenticate: citadel.authenticate,
      methods: citadel.methods,
      registries: [citadel.registry],
      compiler: existsSync(hosts) ? { externalHosts: readExternalHosts(readFileSync(hosts, 'utf8')) } : {},
    }),
  );
  stops.push(() => pilot.stop());
  return { pilot, citadel };
}

/** Says which processes run for pods, once per burst of changes. */
function tellProcesses(kubelet: Kubelet): void {
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    timer = undefined;
    const processes = kubelet.processes();
    const pidsOf = (proxy: boolean) => processes.filter((one) => (one.container === 'istio-proxy') === proxy).map((one) => one.pid);
    say({ event: 'processes', proxies: pidsOf(true), workloads: pidsOf(false) });
  };
  kubelet.onProcesses(() => {
    timer ??= setTimeout(tell, 200);
  });
  tell();
}
