import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { printXds } from '@/lib/xds';
import { buildMeshState, compileProxy, proxyNodeOfPod } from './index';
import { filePair } from './testdata/file-pair';
import type { KubernetesResource, Pod } from '@/lib/model';
import type { Cluster, Listener } from '@/lib/xds';
import type { CompiledProxy, PilotOptions, ProxyNode } from './index';

/**
 * A stock Envoy reads what is compiled: every scenario's configuration, as static resources, passes `envoy --mode validate` (the same
 * checks by which Envoy would refuse it over ADS).
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const envoy = process.env['HEDDLE_ENVOY'] ?? join(root, '.peers/envoy');
const required = process.env['HEDDLE_PEERS'] === 'required';
const folder = fileURLToPath(new URL('./testdata/', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'heddle-envoy-'));

interface Scenario {
  include?: string[];
  options?: PilotOptions;
  objects?: KubernetesResource[];
  cases: { proxy: string; node?: Partial<ProxyNode> }[];
}

afterAll(() => rmSync(work, { recursive: true, force: true }));

/**
 * Files that scenarios name are not there: a pair of ours stands in, and nothing for revocation lists. Secrets over ADS become files too:
 * Envoy cannot validate a static cluster that waits for ADS.
 */
function standIn(key: string, item: unknown): [string, unknown][] {
  if (key === 'crl') return [];
  if (key === 'sds_config') return [[key, { path_config_source: { path: join(work, 'default.json') }, resource_api_version: 'V3' }]];
  const { filename } = (item ?? {}) as { filename?: string };
  if (filename === undefined || existsSync(filename)) return [[key, item]];
  return [[key, { filename: join(work, key === 'private_key' ? 'key.pem' : 'cert.pem') }]];
}

/** Static resources may not wait for ADS: routes go inline, endpoints into their clusters, secrets into files. */
function bootstrap(compiled: CompiledProxy): unknown {
  const routes = new Map(compiled.routes.map((route) => [route.name, route.resource]));
  const assignments = new Map(compiled.endpoints.map((endpoint) => [endpoint.name, endpoint.resource]));
  const inline = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inline);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
      if (key !== 'rds') return standIn(key, inline(item));
      const name = (item as { route_config_name?: string }).route_config_name ?? '';
      expect(routes.has(name), `route configuration ${name}`).toBe(true);
      return [['route_config', routes.get(name)]];
    });
    return Object.fromEntries(entries);
  };
  const clusters = compiled.clusters.map(({ resource }): Cluster => {
    if (resource.type !== 'EDS') return resource;
    const { eds_cluster_config: _eds, ...rest } = resource;
    return { ...rest, type: 'STATIC', load_assignment: assignments.get(resource.name) ?? { cluster_name: resource.name } };
  });
  const collector = (name: string): Cluster => ({
    name,
    type: 'STATIC',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: 1 } } } }] }],
    },
  });
  return {
    node: { id: 'test', cluster: 'test' },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    static_resources: {
      clusters: [...clusters, collector('zipkin'), collector('opentelemetry-collector')].map((cluster) =>
        printXds(inline(cluster) as Cluster),
      ),
      listeners: compiled.listeners.map((listener) => printXds(inline(listener.resource) as Listener)),
    },
  };
}

/** Extensions that the codec carries as bytes are printed as bytes; in JSON Envoy wants their fields. */
function readableAny(_key: string, value: unknown): unknown {
  const type = (value as { '@type'?: string } | null)?.['@type'];
  if (type === undefined || !type.includes('envoy.extensions.retry.')) return value;
  return type.includes('previous_priorities') ? { '@type': type, update_frequency: 2 } : { '@type': type };
}

describe.skipIf(!existsSync(envoy) && !required)('stock Envoy (peer: envoy)', () => {
  writeFileSync(join(work, 'cert.pem'), filePair.certPem);
  writeFileSync(join(work, 'key.pem'), filePair.keyPem);
  const files = readdirSync(folder).filter((name) => name.endsWith('.scenario.yaml'));
  it.each(files)('takes the configuration of %s', (file) => {
    const scenario = parse(readFileSync(folder + file, 'utf8')) as Scenario;
    const included = (scenario.include ?? []).flatMap(
      (name) => parse(readFileSync(`${folder}${name}.objects.yaml`, 'utf8')) as KubernetesResource[],
    );
    const objects = [...included, ...(scenario.objects ?? [])];
    const state = buildMeshState(objects, scenario.options);
    for (const secret of ['default', 'ROOTCA']) {
      // Only the shape counts: validation does not open key files.
      writeFileSync(join(work, `${secret}.json`), JSON.stringify({ resources: [] }));
    }
    for (const [index, entry] of scenario.cases.entries()) {
      // For clients without a proxy: no Envoy is served it.
      if (entry.node?.proxy === 'grpc') continue;
      const pod = objects.find(
        (object) => object.kind === 'Pod' && `${object.metadata.namespace}/${object.metadata.name}` === entry.proxy,
      ) as Pod;
      const node = proxyNodeOfPod(pod, undefined, { proxy: 'envoy', ...entry.node, sdsDirectory: work });
      const path = join(work, `${file}-${index}.json`);
      writeFileSync(path, JSON.stringify(bootstrap(compileProxy(state, node)), readableAny));
      // Files, not pipes: Envoy opens /dev/stdout for access logs, which a socket behind it would refuse.
      const log = join(work, 'envoy.log');
      const descriptor = openSync(log, 'w');
      const { status } = spawnSync(envoy, ['--mode', 'validate', '-c', path, '--log-level', 'error'], {
        stdio: ['ignore', descriptor, descriptor],
      });
      closeSync(descriptor);
      const output = status === 0 ? '' : `error: status ${status}\n${readFileSync(log, 'utf8')}`;
      expect(
        output
          .split('\n')
          .filter((line) => line.includes('error'))
          .slice(0, 3),
        entry.proxy,
      ).toEqual([]);
    }
  });
});
