import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubernetesResource } from '@/lib/model';
import type { KubeClient } from '@/server/kube';
import type { SyncRow } from './report-sync';
import { serverPair } from './testdata/server-pair';
import { startPilot } from './start-pilot';
import type { Pilot } from './start-pilot';
import { batchOf } from './watch-objects';
import type { ObjectSource } from './watch-objects';

/** A stock Envoy as the client of discovery: it takes everything, resumes, and its acknowledgements are understood. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const envoy = process.env['HEDDLE_ENVOY'] ?? join(root, '.peers/envoy');
const required = process.env['HEDDLE_PEERS'] === 'required';
const kind = 'networking.istio.io/VirtualService';

let version = 0;
function object(apiVersion: string, kindName: string, name: string, rest: object, labels: Record<string, string> = {}): KubernetesResource {
  version += 1;
  return { apiVersion, kind: kindName, metadata: { name, namespace: 'default', resourceVersion: String(version), labels }, ...rest };
}

function virtualService(timeout: string): KubernetesResource {
  const http = [{ timeout, route: [{ destination: { host: 'reviews' } }] }];
  return object('networking.istio.io/v1', 'VirtualService', 'reviews', { spec: { hosts: ['reviews'], http } });
}

function service(name: string, clusterIP: string): KubernetesResource {
  return object('v1', 'Service', name, { spec: { clusterIP, selector: { app: name }, ports: [{ name: 'http', port: 9080 }] } });
}

function pod(name: string, podIP: string): KubernetesResource {
  const spec = { serviceAccountName: name, containers: [{ name: 'app', ports: [{ containerPort: 9080 }] }] };
  return object(
    'v1',
    'Pod',
    `${name}-1`,
    { spec, status: { phase: 'Running', podIP } },
    { app: name, 'security.istio.io/tlsMode': 'istio' },
  );
}

function slice(name: string, ip: string): KubernetesResource {
  const endpoints = [{ addresses: [ip], conditions: { ready: true }, targetRef: { kind: 'Pod', name: `${name}-1`, namespace: 'default' } }];
  const rest = { addressType: 'IPv4', ports: [{ name: 'http', port: 9080 }], endpoints };
  return object('discovery.k8s.io/v1', 'EndpointSlice', name, rest, { 'kubernetes.io/service-name': name });
}

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function startMesh(plaintext = 0) {
  let emit: (objects: KubernetesResource[]) => void = () => {};
  const source: ObjectSource = {
    async start(onChange) {
      emit = (objects) =>
        onChange(
          batchOf(objects.map((one) => ({ type: 'modified', resource: { group: '', version: '', plural: '' }, object: one as never }))),
        );
      emit([
        service('reviews', '127.96.0.10'),
        pod('reviews', '127.64.250.1'),
        slice('reviews', '127.64.250.1'),
        service('ratings', '127.96.0.11'),
        pod('ratings', '127.64.250.2'),
        slice('ratings', '127.64.250.2'),
      ]);
    },
    stop: () => {},
  };
  const pilot = await startPilot({
    client: {} as KubeClient,
    logger: pino({ enabled: false }),
    source,
    writesBack: false,
    ports: { plaintext, debug: 0 },
  });
  cleanups.push(() => pilot.stop());
  return { pilot, apply: (...objects: KubernetesResource[]) => emit(objects) };
}

function startEnvoy(pilot: Pilot, apiType: 'DELTA_GRPC' | 'GRPC'): void {
  const [address = '', port = ''] = pilot.addresses.plaintext.split(':');
  const grpc = {
    api_type: apiType,
    transport_api_version: 'V3',
    set_node_on_first_message_only: true,
    grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc' } }],
  };
  const source = { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' };
  const folder = mkdtempSync(join(tmpdir(), 'heddle-envoy-'));
  const secret = (name: string, body: object) =>
    writeFileSync(
      join(folder, `${name}.json`),
      JSON.stringify({ resources: [{ '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret', name, ...body }] }),
    );
  const chain = { inline_string: serverPair.certPem };
  secret('default', { tls_certificate: { certificate_chain: chain, private_key: { inline_string: serverPair.keyPem } } });
  secret('ROOTCA', { validation_context: { trusted_ca: chain } });
  const bootstrap = {
    node: {
      id: 'sidecar~127.64.250.1~reviews-1.default~default.svc.cluster.local',
      cluster: 'reviews.default',
      metadata: {
        NAMESPACE: 'default',
        NAME: 'reviews-1',
        INTERCEPTION_MODE: 'NONE',
        HEDDLE_PROXY: 'envoy',
        HEDDLE_SDS_DIR: folder,
        HEDDLE_OUTBOUND_IP: '127.192.250.1',
        HEDDLE_APP_IP: '127.128.250.1',
      },
    },
    dynamic_resources: { ads_config: grpc, cds_config: source, lds_config: source },
    static_resources: {
      clusters: [
        staticCluster('xds-grpc', address, Number(port), {
          'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
            '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
            explicit_http_config: { http2_protocol_options: {} },
          },
        }),
        // Where spans would go; named by the listeners' tracing.
        staticCluster('zipkin', '127.0.0.1', 9),
      ],
    },
  };
  writeFileSync(join(folder, 'envoy.json'), JSON.stringify(bootstrap));
  const child: ChildProcess = spawn(
    envoy,
    ['-c', join(folder, 'envoy.json'), '--concurrency', '1', '--use-dynamic-base-id', '-l', 'error'],
    { stdio: 'ignore' },
  );
  cleanups.push(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true });
  });
}

function staticCluster(name: string, address: string, port: number, options?: object): object {
  const endpoint = { address: { socket_address: { address, port_value: port } } };
  return {
    name,
    type: 'STATIC',
    ...(options === undefined ? {} : { typed_extension_protocol_options: options }),
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
  };
}

async function rowOf(pilot: Pilot): Promise<SyncRow | undefined> {
  return ((await (await fetch(`http://${pilot.addresses.debug}/debug/syncz`)).json()) as SyncRow[])[0];
}

describe.skipIf(!existsSync(envoy) && !required)('a stock Envoy on our discovery', () => {
  it.each(['DELTA_GRPC', 'GRPC'] as const)('takes all of it over %s, and every change', async (apiType) => {
    const { pilot, apply } = await startMesh();
    startEnvoy(pilot, apiType);
    const acked = async () => (await rowOf(pilot))?.['heddle.dev/acked'];
    // Everything of the first round is acknowledged, endpoints and routes included.
    await expect.poll(async () => (await acked())?.['/Service'], { timeout: 20_000 }).toBeDefined();
    for (const timeout of ['3s', '4s', '5s']) {
      const changed = virtualService(timeout);
      apply(changed);
      await expect.poll(async () => (await acked())?.[kind], { timeout: 10_000 }).toBe(changed.metadata.resourceVersion);
    }
    // A new service: clusters warm until their endpoints come.
    const added = [service('details', '127.96.0.12'), pod('details', '127.64.250.3'), slice('details', '127.64.250.3')];
    apply(...added);
    await expect
      .poll(async () => (await acked())?.['discovery.k8s.io/EndpointSlice'], { timeout: 10_000 })
      .toBe(added[2]?.metadata.resourceVersion);
    const row = await rowOf(pilot);
    expect(row?.['heddle.dev/nacks']).toEqual([]);
    expect(row?.cluster_acked).toBe(row?.cluster_sent);
    expect(row?.listener_acked).toBe(row?.listener_sent);
    expect(row?.route_acked).toBe(row?.route_sent);
    expect(row?.endpoint_acked).toBe(row?.endpoint_sent);
  });

  it('comes back to a control plane that was restarted', async () => {
    const first = await startMesh();
    startEnvoy(first.pilot, 'DELTA_GRPC');
    await expect.poll(async () => (await rowOf(first.pilot))?.['heddle.dev/acked']['/Service'], { timeout: 20_000 }).toBeDefined();
    await first.pilot.stop();
    const second = await startMesh(Number(first.pilot.addresses.plaintext.split(':')[1]));
    const changed = virtualService('7s');
    second.apply(changed);
    await expect
      .poll(async () => (await rowOf(second.pilot))?.['heddle.dev/acked'][kind], { timeout: 20_000 })
      .toBe(changed.metadata.resourceVersion);
    expect((await rowOf(second.pilot))?.['heddle.dev/nacks']).toEqual([]);
  });
});
