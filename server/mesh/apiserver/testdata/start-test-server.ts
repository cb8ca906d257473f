import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, loadKubeConfig } from '@/server/kube';
import type { KubeClient } from '@/server/kube';
import { startApiServer } from '../start-api-server';
import type { ApiServer, ApiServerOptions } from '../start-api-server';

export interface TestServer {
  server: ApiServer;
  client: KubeClient;
  dataDir: string;
  /** Failures that no client saw. */
  errors: unknown[];
  /** Stops and starts on the same data. */
  restart(options?: Partial<ApiServerOptions>): Promise<void>;
  stop(): Promise<void>;
}

/** An API server on a free port with an empty data directory, and its administrator's client. */
export async function startTestServer(options: Partial<ApiServerOptions> = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'heddle-api-'));
  const errors: unknown[] = [];
  const start = (more: Partial<ApiServerOptions>) => startApiServer({ dataDir, port: 0, onError: (_what, error) => errors.push(error), ...options, ...more });
  const connect = async (server: ApiServer) => createKubeClient(await loadKubeConfig({ file: server.kubeconfigPath }));
  const server = await start({});
  const test: TestServer = {
    server,
    client: await connect(server),
    dataDir,
    errors,
    async restart(more = {}) {
      test.client.close();
      await test.server.stop();
      test.server = await start(more);
      test.client = await connect(test.server);
    },
    async stop() {
      test.client.close();
      await test.server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return test;
}
