import type { Server as HttpServer } from 'node:http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { HeddleError } from '@/lib/errors';
import type { PilotOptions as CompilerOptions, ProxyNode } from '@/lib/pilot';
import type { KubeClient } from '@/server/kube';
import { createSecretReview } from './ask-access';
import type { Authenticate } from './check-caller';
import { createMeshCompiler } from './compile-mesh';
import { DiscoveryHub } from './discovery-hub';
import { createKeySetFetcher, readUrl } from './fetch-key-sets';
import { createPilotMetrics } from './pilot-metrics';
import { registerControlPlane } from './register-control-plane';
import type { DebounceOptions } from './schedule-pushes';
import { createAdsMethods } from './serve-ads';
import { serveGrpc } from './serve-grpc';
import type { GrpcMethods, GrpcServer } from './serve-grpc';
import { allNotes, reportNotes } from './report-sync';
import { createDebugServer } from './serve-debug';
import { watchObjects } from './watch-objects';
import type { ObjectSource } from './watch-objects';
import { createStatusWriter } from './write-statuses';

const wellKnownDebugPort = 15014;

export interface StartPilotOptions {
  client: KubeClient;
  logger: Logger;
  /** Default 127.0.0.1. */
  host?: string;
  /** Ports; 0 takes a free one. Defaults 15010, 15012, 15014. */
  ports?: { plaintext?: number; tls?: number; debug?: number };
  /** Certificate and key of the TLS port (PEM); without them only plaintext is served. */
  tls?: { certPem: string; keyPem: string };
  /** Verifies ServiceAccount tokens; needed with `tls`. */
  authenticate?: Authenticate;
  /** Whether a sidecar's account may read the Secrets of its namespace; the API server is asked unless set. */
  mayReadSecrets?: (node: ProxyNode) => Promise<boolean>;
  /** To be served beside discovery on the TLS port (the certificate authority's). */
  methods?: GrpcMethods;
  /** Metrics of rooms that share the process (citadel's), joined on 15014/metrics. */
  registries?: readonly Registry[];
  compiler?: CompilerOptions;
  debounce?: DebounceOptions;
  /** Instead of watching through `client`. */
  source?: ObjectSource;
  /** False: no pod and service objects for the control plane, no statuses. */
  writesBack?: boolean;
}

export interface Pilot {
  /** `host:port` of each; `tls` is absent without a certificate. */
  addresses: { plaintext: string; tls: string | undefined; debug: string };
  stop(): Promise<void>;
}

/** Starts the control plane's discovery: watches objects, compiles, serves ADS and the debug pages. Resolves when all of it answers; leaves nothing running when it fails. */
export async function startPilot(options: StartPilotOptions): Promise<Pilot> {
  const { client, logger } = options;
  const host = options.host ?? '127.0.0.1';
  const metrics = createPilotMetrics();
  const source = options.source ?? watchObjects(client);
  const compiler = createMeshCompiler(options.compiler ?? {});
  const writesBack = options.writesBack !== false;
  const statuses = createStatusWriter({ client, logger, current: (place) => compiler.currentStatus(place), now: () => new Date() });
  const keySets = createKeySetFetcher({
    logger,
    fetchText: (url, timeoutMs) => readUrl(url, timeoutMs, options.compiler?.externalHosts ?? {}),
    onChange: (jwks) => hub.apply({ jwks, versions: new Map() }),
  });
  const hub = new DiscoveryHub({
    compiler,
    metrics,
    logger,
    ...(options.debounce === undefined ? {} : { debounce: options.debounce }),
    mayReadSecrets: options.mayReadSecrets ?? createSecretReview(client),
    onPushed: () => {
      const { services, virtualServices } = compiler.counts();
      metrics.services.set(services);
      metrics.virtualServices.set(virtualServices);
      keySets.want(compiler.keySets());
      if (writesBack) statuses.write(compiler.statuses(allNotes(hub, compiler.notes())));
    },
  });
  let ready = false;
  const registries = [metrics.registry, ...(options.registries ?? [])];
  const debugOptions = {
    hub,
    registries,
    isReady: () => ready,
    services: () => compiler.services(),
    notes: () => reportNotes(hub, compiler.notes()),
  };
  const debug = createDebugServer(debugOptions);
  const servers: GrpcServer[] = [];
  const pages = [debug];
  async function stop(): Promise<void> {
    ready = false;
    hub.stop();
    keySets.stop();
    source.stop();
    await Promise.all(servers.map((server) => server.stop()));
    for (const server of pages.filter((one) => one.listening)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async function serve(): Promise<Pilot['addresses']> {
    await source.start((batch) => hub.apply(batch));
    hub.flush();

    const ads = { hub, logger, onRefused: () => metrics.authorizationFailures.inc() };
    const plaintext = await serveGrpc(createAdsMethods(ads), host, options.ports?.plaintext ?? 15010);
    servers.push(plaintext);
    if (options.tls !== undefined && options.authenticate === undefined)
      throw new HeddleError('invalid_config', 'The TLS port of discovery needs a way to check tokens.');
    const secure =
      options.tls === undefined
        ? undefined
        : await serveGrpc(
            { ...createAdsMethods({ ...ads, authenticate: options.authenticate }), ...options.methods },
            host,
            options.ports?.tls ?? 15012,
            options.tls,
          );
    if (secure !== undefined) servers.push(secure);

    const debugPort = await listen(debug, host, options.ports?.debug ?? wellKnownDebugPort);
    // The API server reaches the pages as `pods/istiod-heddle:15014`; beside another mesh that needs an address of its own.
    const page = debugPort === wellKnownDebugPort || !writesBack ? undefined : await listenElsewhere(() => createDebugServer(debugOptions));
    if (page !== undefined) pages.push(page.server);
    if (writesBack) {
      const ports = { plaintext: plaintext.port, tls: secure?.port, debug: page === undefined ? debugPort : wellKnownDebugPort };
      await registerControlPlane(client, page?.host ?? host, ports, new Date());
    }
    ready = true;
    logger.info({ plaintext: plaintext.port, tls: secure?.port, debug: debugPort }, 'discovery serves');
    return {
      plaintext: `${host}:${plaintext.port}`,
      tls: secure === undefined ? undefined : `${host}:${secure.port}`,
      debug: `${host}:${debugPort}`,
    };
  }

  try {
    return { addresses: await serve(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listen(server: HttpServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Serves the debug pages on their well-known port at the first loopback address where it is free. */
async function listenElsewhere(create: () => HttpServer): Promise<{ host: string; server: HttpServer } | undefined> {
  for (let last = 2; last < 64; last++) {
    const server = create();
    const host = `127.0.0.${last}`;
    try {
      await listen(server, host, wellKnownDebugPort);
      return { host, server };
    } catch {
      server.close();
    }
  }
  return undefined;
}
