import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { HeddleError } from '@/lib/errors';
import { HOST_IP } from '@/lib/model';
import type { ConsoleEvent } from './child-events';
import { choosePort } from './choose-port';
import { endWithParent } from './end-with-parent';
import { findRoot } from './find-root';
import { port, url } from './parse-options';

interface ConsoleOptions {
  kubeconfig?: string;
  context?: string;
  remote?: string[];
  prometheus?: string;
  traces?: string;
  port: number;
  host: string;
  dataDir: string;
  dev?: boolean;
}

/** `heddle console`: the console alone, against whatever cluster its options name. */
export function consoleCommand(): Command {
  return new Command('console')
    .description('run the console alone, against any Kubernetes cluster with a mesh')
    .option('--kubeconfig <file>', 'access to the cluster (default: KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'a context of it other than the current one')
    .option('--remote <name=file...>', 'kubeconfigs of other clusters of the mesh: findings compare their services and accounts')
    .option('--prometheus <url>', 'Prometheus API with the metrics of the mesh', url)
    .option('--traces <url>', 'trace store: Jaeger, Tempo or Zipkin', url)
    .option('--port <n>', 'port to listen on', port, 20_001)
    .option('--host <address>', 'address to listen on', HOST_IP)
    .option('--data-dir <dir>', 'where the console keeps its own store', '.heddle')
    .option('--dev', 'development server: pages are compiled as they are asked for')
    .action(runConsole);
}

/** `name=file`, with the file as it is seen from anywhere. */
function absolute(remote: string): string {
  const at = remote.indexOf('=');
  return at < 0 ? remote : `${remote.slice(0, at + 1)}${resolve(remote.slice(at + 1))}`;
}

/** What the options mean to the console, which reads its configuration from the environment. */
export function consoleEnvironment(options: ConsoleOptions, listenPort: number): Record<string, string> {
  const env: Record<string, string> = {
    HEDDLE_DATA_DIR: resolve(options.dataDir),
    HEDDLE_HOST: options.host,
    HEDDLE_PORT: String(listenPort),
    // The names that Next's own server reads.
    HOSTNAME: options.host,
    PORT: String(listenPort),
    NEXT_TELEMETRY_DISABLED: '1',
    KEEP_ALIVE_TIMEOUT: '65000',
  };
  if (options.kubeconfig !== undefined) env['HEDDLE_KUBECONFIG'] = resolve(options.kubeconfig);
  if (options.context !== undefined) env['HEDDLE_KUBE_CONTEXT'] = options.context;
  if (options.remote !== undefined) env['HEDDLE_REMOTES'] = options.remote.map(absolute).join(',');
  if (options.prometheus !== undefined) env['HEDDLE_PROMETHEUS'] = options.prometheus;
  if (options.traces !== undefined) env['HEDDLE_TRACES'] = options.traces;
  return env;
}

async function runConsole(options: ConsoleOptions): Promise<void> {
  const listenPort = await choosePort(options.port);
  const environment = consoleEnvironment(options, listenPort);
  // Next would start on a wrong configuration, and answer every page with an error that does not say why.
  const { loadConfig } = await import('@/server/config');
  loadConfig({ ...process.env, ...environment }, process.cwd());
  Object.assign(process.env, environment, { NODE_ENV: options.dev === true ? 'development' : 'production' });
  endWithParent(() => process.exit(0));
  const event: ConsoleEvent = { event: 'listening', console: `http://${options.host}:${listenPort}` };
  process.stdout.write(`${JSON.stringify(event)}\n`);
  if (options.dev === true) {
    process.argv = [process.argv[0] ?? 'node', 'next', 'dev', '--port', String(listenPort), '--hostname', options.host];
    process.chdir(findRoot());
    await import(pathToFileURL(join(findRoot(), 'node_modules/next/dist/bin/next')).href);
    return;
  }
  const server = join(findRoot(), '.next/standalone/server.js');
  if (!existsSync(server)) {
    throw new HeddleError('not_found', 'The console is not built.', { hint: 'Run "npm run build" in the checkout, or add --dev.' });
  }
  // Next's server installs its own handlers for SIGTERM, which wait for open connections (event streams never end).
  process.env['NEXT_MANUAL_SIG_HANDLE'] = 'true';
  await import(pathToFileURL(server).href);
}
