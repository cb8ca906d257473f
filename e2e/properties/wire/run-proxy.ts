import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Discovery } from './serve-discovery';

const root = resolve(import.meta.dirname, '../../..');
/** A stock Envoy: HEDDLE_ENVOY, or the project's folder of peers. */
export const envoyPath = process.env['HEDDLE_ENVOY'] ?? join(root, '.peers/envoy');
export const hasEnvoy = existsSync(envoyPath);
/** A hundred meshes at once take a busy machine its time. */
const PATIENCE_MS = 240_000;

/** A line of the access log. */
export interface LogLine {
  readonly agent: string;
  readonly status: number;
  readonly flags: string;
  readonly details: string;
  readonly cluster: string;
  readonly route: string;
  readonly address: string;
}

/** A real proxy in a process of its own. */
export interface RunningProxy {
  /** Resolves when what discovery serves is in force. */
  whenApplied(): Promise<void>;
  /** New lines of the access log, by user agent. */
  readLog(): Map<string, LogLine[]>;
  stop(): Promise<void>;
}

interface Runner {
  readonly child: ChildProcess;
  readonly logPath: string;
  readonly adminPort: number;
  readonly discovery: Discovery;
  readonly warming: (adminPort: number) => Promise<boolean>;
}

const node = (type: 'heddle' | 'envoy') => ({
  id: 'sidecar~127.0.0.1~properties.istio-system~istio-system.svc.cluster.local',
  cluster: 'properties.istio-system',
  metadata: { NAMESPACE: 'istio-system', NAME: 'properties', INTERCEPTION_MODE: 'NONE', HEDDLE_PROXY: type },
});

/** Our own proxy, bundled from the sources as they are. */
export async function startHeddle(folder: string, discovery: Discovery, rootPem: string, adminHost: string): Promise<RunningProxy> {
  mkdirSync(folder, { recursive: true });
  const bundle = join(folder, 'proxy.mjs');
  await build({
    entryPoints: [join(root, 'server/mesh/proxy/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outfile: bundle,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'silent',
  });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const bootstrap = write(
    'heddle.json',
    JSON.stringify({
      node: node('heddle'),
      discovery: {
        address: `127.0.0.1:${discovery.tlsPort}`,
        rootCertPath: write('root.pem', rootPem),
        tokenPath: write('token', 'anyone'),
      },
      admin: { address: adminHost, port: 15000 },
      podIp: adminHost,
      appIp: adminHost,
      outboundIp: adminHost,
      trustDomain: 'cluster.local',
    }),
  );
  const logPath = join(folder, 'heddle.log');
  const log = openSync(logPath, 'w');
  const errors = openSync(join(folder, 'heddle.err'), 'w');
  const child = spawn(process.execPath, ['--max-old-space-size=1024', bundle, bootstrap], { stdio: ['pipe', log, errors] });
  closeSync(log);
  closeSync(errors);
  return manage({ child, logPath, adminPort: 15000, discovery, warming: async () => !(await isReady(`http://${adminHost}:15000/ready`)) });
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** A stock Envoy. */
export function startEnvoy(folder: string, discovery: Discovery, adminPort: number): RunningProxy {
  mkdirSync(folder, { recursive: true });
  const source = { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' };
  const http2 = {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    explicit_http_config: { http2_protocol_options: {} },
  };
  const endpoint = { address: { socket_address: { address: '127.0.0.1', port_value: discovery.plaintextPort } } };
  const bootstrap = {
    node: node('envoy'),
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: adminPort } } },
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc' } }],
      },
      cds_config: source,
      lds_config: source,
    },
    static_resources: {
      clusters: [
        {
          name: 'xds-grpc',
          type: 'STATIC',
          typed_extension_protocol_options: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': http2 },
          load_assignment: { cluster_name: 'xds-grpc', endpoints: [{ lb_endpoints: [{ endpoint }] }] },
        },
      ],
    },
    // Thousands of clusters: only what tells whether the configuration is in force is counted.
    stats_config: { stats_matcher: { inclusion_list: { patterns: [{ contains: 'warming' }] } } },
  };
  const path = join(folder, 'envoy.json');
  writeFileSync(path, JSON.stringify(bootstrap));
  const logPath = join(folder, 'envoy.log');
  const log = openSync(logPath, 'w');
  const errors = openSync(join(folder, 'envoy.err'), 'w');
  const options = [
    '--concurrency',
    '1',
    '--use-dynamic-base-id',
    '--drain-time-s',
    '1',
    '--file-flush-interval-msec',
    '20',
    '-l',
    'warning',
  ];
  const child = spawn(envoyPath, ['-c', path, ...options], { stdio: ['ignore', log, errors] });
  closeSync(log);
  closeSync(errors);
  return manage({ child, logPath, adminPort, discovery, warming: envoyIsWarming });
}

async function envoyIsWarming(adminPort: number): Promise<boolean> {
  try {
    const text = await (await fetch(`http://127.0.0.1:${adminPort}/stats?filter=warming`)).text();
    return !/total_listeners_warming: 0/.test(text) || !/warming_clusters: 0/.test(text);
  } catch {
    return true;
  }
}

function manage({ child, logPath, adminPort, discovery, warming }: Runner): RunningProxy {
  const log = openSync(logPath, 'r');
  let rest = '';
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  return {
    async whenApplied() {
      const until = Date.now() + PATIENCE_MS;
      let calm = 0;
      // Twice in a row: between the last acknowledgement and the first warming listener there is a moment without either.
      while (calm < 2) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`the proxy is gone (${child.exitCode ?? child.signalCode}), see ${logPath}`);
        if (Date.now() > until)
          throw new Error(`the proxy did not take its configuration in ${PATIENCE_MS / 60_000} minutes, see ${logPath}`);
        calm = discovery.settled && !(await warming(adminPort)) ? calm + 1 : 0;
        await new Promise((done) => setTimeout(done, 25));
      }
    },
    readLog() {
      const lines = new Map<string, LogLine[]>();
      const chunk = Buffer.alloc(1024 * 1024);
      for (let size = readSync(log, chunk); size > 0; size = readSync(log, chunk)) rest += chunk.toString('latin1', 0, size);
      const complete = rest.split('\n');
      rest = complete.pop() ?? '';
      for (const text of complete) {
        const line = parseLine(text);
        if (line === null) continue;
        const known = lines.get(line.agent);
        if (known === undefined) lines.set(line.agent, [line]);
        else known.push(line);
      }
      return lines;
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
      closeSync(log);
    },
  };
}

function parseLine(text: string): LogLine | null {
  if (!text.startsWith('#')) return null;
  const [agent = '', status = '', flags = '', details = '', cluster = '', route = '', address = ''] = text.slice(1).split('\t');
  return { agent, status: Number(status), flags, details, cluster, route, address };
}
