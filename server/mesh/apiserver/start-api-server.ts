import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { isHeddleError } from '@/lib/errors';
import { authenticate, anonymous } from './access/authenticate';
import { createAccountTokens } from './access/account-tokens';
import { impersonate } from './access/impersonate';
import type { Mutator, Validator } from './admission/admission';
import { makeFirstObjects } from './controllers/make-first-objects';
import { runControllers } from './controllers/run-controllers';
import type { ApiCore } from './core';
import { discoveredResources } from './discovery/serve-discovery';
import { createOpenApi } from './discovery/serve-openapi';
import { sendError } from './http/api-request';
import type { ApiRequest } from './http/api-request';
import { handleRequest } from './http/handle-request';
import type { ServerParts } from './http/handle-request';
import { createApiMetrics } from './http/measure-requests';
import { openAccountKeys } from './pki/account-keys';
import { createPki } from './pki/create-pki';
import { writeKubeconfig } from './pki/write-kubeconfig';
import { serveKinds } from './served-kinds';
import { openObjectStore } from './storage/object-store';
import { podLogFiles } from './subresources/read-log-file';
import type { PodAccess } from './subresources/pod-access';

export interface ApiServerOptions {
  /** The data directory; see ARCHITECTURE.md for the files in it. */
  dataDir: string;
  /** Address to bind; 127.0.0.1 unless told otherwise. */
  host?: string | undefined;
  /** 0 for any free port. */
  port: number;
  mutators?: readonly Mutator[] | undefined;
  validators?: readonly Validator[] | undefined;
  /** Logs of pods; the files under `<dataDir>/pods` unless told otherwise. */
  pods?: PodAccess | undefined;
  /** Told of failures that no client sees. */
  onError?: ((what: string, error: unknown) => void) | undefined;
  now?: (() => Date) | undefined;
  /** Storage limits, for tests. */
  storage?: { historyLength?: number; snapshotBytes?: number } | undefined;
}

export interface ApiServer {
  /** `https://host:port` */
  url: string;
  /** The file with the administrator's access. */
  kubeconfigPath: string;
  caPem: string;
  /** PEM of the key that ServiceAccount tokens are verified with (RS256); also in `pki/sa.pub`. */
  accountPublicKeyPem: string;
  /** Bytes of a write that a crash had cut off and that was never acknowledged. */
  recoveredTornBytes: number;
  stop(): Promise<void>;
}

/**
 * Starts the API server. When it resolves, the server answers, its first objects exist and the kubeconfig is written.
 * @throws HeddleError `internal` when the store is damaged; the error of `listen` when the port is taken.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const host = options.host ?? '127.0.0.1';
  const now = options.now ?? (() => new Date());
  const report = options.onError ?? (() => undefined);
  // Two that run at once write into it.
  await mkdir(join(options.dataDir, 'pki'), { recursive: true });
  const [pki, keys, store] = await Promise.all([
    createPki(join(options.dataDir, 'pki'), [host], now()),
    openAccountKeys(join(options.dataDir, 'pki')),
    openObjectStore({
      folder: join(options.dataDir, 'apiserver'),
      ...options.storage,
      onSnapshotError: (error) => report('writing a snapshot', error),
    }),
  ]);
  const kinds = serveKinds();
  const core: ApiCore = {
    store,
    kinds,
    mutators: options.mutators ?? [],
    validators: options.validators ?? [],
    now,
    newUid: randomUUID,
    random: Math.random,
  };
  await makeFirstObjects(core);
  const controllers = runControllers(core, report);
  const resources = discoveredResources(kinds);
  const metrics = createApiMetrics(store);
  const parts: ServerParts = {
    core,
    tokens: createAccountTokens(keys, store),
    resources,
    openApi: createOpenApi(kinds, resources),
    pods: options.pods ?? podLogFiles(join(options.dataDir, 'pods')),
    address: '',
    metrics: () => metrics.text(),
  };

  const server = createServer(
    { key: pki.serverKey, cert: pki.serverCert, ca: pki.ca, requestCert: true, rejectUnauthorized: false, keepAlive: true, noDelay: true },
    (message, response) => {
      metrics.observe(message, response);
      void answer(parts, message, response, report);
    },
  );
  server.keepAliveTimeout = 120_000;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  let port: number;
  try {
    port = await listen(server, host, options.port);
  } catch (error) {
    controllers.stop();
    await store.close();
    throw error;
  }
  parts.address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const url = `https://${parts.address}`;
  const kubeconfigPath = join(options.dataDir, 'kubeconfig');
  await writeKubeconfig(kubeconfigPath, url, pki);

  return {
    url,
    kubeconfigPath,
    caPem: pki.ca,
    accountPublicKeyPem: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    recoveredTornBytes: store.tornBytes,
    async stop() {
      controllers.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Watches never end by themselves; their clients reconnect from the version they have.
      for (const socket of sockets) socket.destroy();
      await closed;
      await store.close();
    },
  };
}

async function answer(
  parts: ServerParts,
  message: IncomingMessage,
  response: ServerResponse,
  report: (what: string, error: unknown) => void,
): Promise<void> {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  const request: ApiRequest = {
    method: message.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
    message,
    user: anonymous,
    warnings: [],
  };
  response.on('error', () => response.destroy());
  try {
    request.user = impersonate(parts.core, await authenticate(message, parts.tokens, parts.core.now()), message);
    await handleRequest(parts, request, response);
  } catch (error) {
    if (!isHeddleError(error) || error.code === 'internal') report(`${request.method} ${request.path}`, error);
    if (response.headersSent) response.destroy();
    else sendError(request, response, error);
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
