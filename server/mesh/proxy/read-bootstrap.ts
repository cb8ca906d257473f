import { readFileSync } from 'node:fs';
import { HeddleError } from '@/lib/errors';

/** The file a sidecar is started with (ARCHITECTURE, "Bootstrap"). */
export interface Bootstrap {
  readonly node: {
    readonly id: string;
    readonly cluster: string;
    readonly locality: { readonly region?: string; readonly zone?: string; readonly sub_zone?: string };
    readonly metadata: Readonly<Record<string, unknown>>;
  };
  readonly discovery: { readonly address: string; readonly rootCertPath: string; readonly tokenPath: string };
  readonly admin: { readonly address: string; readonly port: number };
  readonly podIp: string;
  readonly appIp: string;
  readonly outboundIp: string;
  readonly trustDomain: string;
  /** Envoy clusters that no control plane serves, such as the span collector: name → `host:port`. */
  readonly staticClusters: Readonly<Record<string, string>>;
}

/** Reads the file. Throws `invalid_config` that names the field that is missing or wrong. */
export function readBootstrap(path: string): Bootstrap {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new HeddleError('invalid_config', `The bootstrap file ${path} cannot be read as JSON.`, { cause: error });
  }
  const root = object(parsed, '');
  const node = object(root['node'], 'node');
  const discovery = object(root['discovery'], 'discovery');
  const admin = object(root['admin'], 'admin');
  const podIp = text(root['podIp'], 'podIp');
  return {
    node: {
      id: text(node['id'], 'node.id'),
      cluster: text(node['cluster'], 'node.cluster'),
      locality: node['locality'] === undefined ? {} : object(node['locality'], 'node.locality'),
      metadata: node['metadata'] === undefined ? {} : object(node['metadata'], 'node.metadata'),
    },
    discovery: {
      address: text(discovery['address'], 'discovery.address'),
      rootCertPath: text(discovery['rootCertPath'], 'discovery.rootCertPath'),
      tokenPath: text(discovery['tokenPath'], 'discovery.tokenPath'),
    },
    admin: { address: text(admin['address'], 'admin.address'), port: number(admin['port'], 'admin.port') },
    podIp,
    appIp: root['appIp'] === undefined ? podIp : text(root['appIp'], 'appIp'),
    outboundIp: root['outboundIp'] === undefined ? podIp : text(root['outboundIp'], 'outboundIp'),
    trustDomain: root['trustDomain'] === undefined ? 'cluster.local' : text(root['trustDomain'], 'trustDomain'),
    staticClusters: Object.fromEntries(
      Object.entries(root['staticClusters'] === undefined ? {} : object(root['staticClusters'], 'staticClusters')).map(
        ([name, address]) => [name, text(address, `staticClusters.${name}`)],
      ),
    ),
  };
}

function wrong(path: string, expected: string): HeddleError {
  return new HeddleError('invalid_config', `The bootstrap's ${path === '' ? 'root' : path} must be ${expected}.`, { path });
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'an object');
  return value as Record<string, unknown>;
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(path, 'a text');
  return value;
}

function number(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(path, 'a whole number');
  return value;
}
