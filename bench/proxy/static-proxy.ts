/**
 * A data plane with a fixed configuration, read from a JSON file: `{clusters, listeners, identity?}` in the typed xDS form. What the benchmark
 * measures is the product's own code; only the control plane is left out.
 */
import { readFileSync } from 'node:fs';
import { Proxy } from '@/server/mesh/proxy';
import type { ConfigHandler, ConfigSource, Identity } from '@/server/mesh/proxy';
import { typeUrls } from '@/lib/xds';

interface StaticConfig {
  name: string;
  clusters: { name: string }[];
  listeners: { name: string }[];
  identity?: { certPath: string; keyPath: string; rootsPath: string };
  mux: boolean;
}

const config = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as StaticConfig;

const source: ConfigSource = {
  start(handler: ConfigHandler) {
    const deliver = (typeUrl: string, resources: { name: string }[]): void => {
      const refused = handler.onResources(
        typeUrl,
        resources.map((resource) => ({ name: resource.name, version: '1', resource })),
        [],
      );
      if (refused !== undefined) throw new Error(refused);
    };
    deliver(typeUrls.cluster, config.clusters);
    deliver(typeUrls.listener, config.listeners);
  },
  subscribe() {},
  unsubscribe() {},
  stop() {},
};

function readIdentity(): Identity | null {
  if (config.identity === undefined) return null;
  const { certPath, keyPath, rootsPath } = config.identity;
  return { certPem: readFileSync(certPath, 'utf8'), keyPem: readFileSync(keyPath, 'utf8'), rootsPem: readFileSync(rootsPath, 'utf8') };
}

const identity = readIdentity();
const proxy = new Proxy({
  node: {
    id: `sidecar~127.0.0.1~${config.name}.default~default.svc.cluster.local`,
    cluster: `${config.name}.default`,
    metadata: { NAMESPACE: 'default', NAME: config.name, WORKLOAD_NAME: config.name },
    locality: { region: '', zone: '', subZone: '' },
    podIp: '127.0.0.1',
    appIp: '127.0.0.1',
    outboundIp: '127.0.0.1',
    trustDomain: 'cluster.local',
  },
  config: source,
  identity: identity === null ? null : { current: () => identity, onRotate() {} },
  log: (text) => process.stdout.write(text),
  onProblem: (message) => process.stderr.write(`${message}\n`),
  mux: config.mux,
});
await proxy.start();
await proxy.whenReady();
process.stdout.write('ready\n');
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
