import { Client, credentials, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall, ServiceError } from '@grpc/grpc-js';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesResource } from '@/lib/model';
import type { KubeClient } from '@/server/kube';
import type { SyncRow } from './report-sync';
import { startPilot } from './start-pilot';
import type { Pilot } from './start-pilot';
import { batchOf } from './watch-objects';
import type { ObjectSource } from './watch-objects';

/** A gRPC client without a proxy (@grpc/grpc-js-xds, state of the world): it is configured by our ADS and calls the pods by itself. */
const addresses = { v1: '127.64.250.11', v2: '127.64.250.12' } as const;
const port = 7070;
const same = (bytes: Buffer): Buffer => bytes;
const method = { path: '/echo.Echo/Say', requestStream: false, responseStream: false } as const;
const codec = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };

let version = 0;
function object(apiVersion: string, kind: string, name: string, rest: object, labels: Record<string, string> = {}): KubernetesResource {
  version += 1;
  return { apiVersion, kind, metadata: { name, namespace: 'default', resourceVersion: String(version), labels }, ...rest };
}

function meshObjects(): KubernetesResource[] {
  const pods = Object.entries(addresses).map(([name, podIP]) =>
    object(
      'v1',
      'Pod',
      `echo-${name}`,
      { spec: { containers: [{ name: 'app', ports: [{ containerPort: port }] }] }, status: { phase: 'Running', podIP } },
      { app: 'echo', version: name },
    ),
  );
  const endpoints = Object.entries(addresses).map(([name, ip]) => ({
    addresses: [ip],
    conditions: { ready: true },
    targetRef: { kind: 'Pod', name: `echo-${name}`, namespace: 'default' },
  }));
  return [
    object('v1', 'Service', 'echo', { spec: { clusterIP: '127.96.0.20', selector: { app: 'echo' }, ports: [{ name: 'grpc', port }] } }),
    ...pods,
    object(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      'echo',
      { addressType: 'IPv4', ports: [{ name: 'grpc', port }], endpoints },
      { 'kubernetes.io/service-name': 'echo' },
    ),
    object('networking.istio.io/v1', 'DestinationRule', 'echo', {
      spec: {
        host: 'echo',
        trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } },
        subsets: Object.keys(addresses).map((name) => ({ name, labels: { version: name } })),
      },
    }),
  ];
}

const routed = (...http: object[]): KubernetesResource =>
  object('networking.istio.io/v1', 'VirtualService', 'echo', { spec: { hosts: ['echo'], http } });
const to = (subset: string, weight = 100): object => ({ destination: { host: 'echo', subset }, weight });

function serveEcho(name: string, address: string): Promise<Server> {
  const server = new Server();
  server.addService(
    { Say: { ...method, ...codec } },
    { Say: (_call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => answer(null, Buffer.from(name)) },
  );
  return new Promise((resolve, reject) => {
    server.bindAsync(`${address}:${port}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve(server) : reject(error),
    );
  });
}

describe('a gRPC client without a proxy', () => {
  const servers: Server[] = [];
  let pilot: Pilot;
  let client: Client;
  let apply: (...objects: KubernetesResource[]) => void = () => {};

  beforeAll(async () => {
    for (const [name, address] of Object.entries(addresses)) servers.push(await serveEcho(name, address));
    const source: ObjectSource = {
      async start(onChange) {
        apply = (...objects) =>
          onChange(
            batchOf(objects.map((one) => ({ type: 'modified', resource: { group: '', version: '', plural: '' }, object: one as never }))),
          );
        apply(...meshObjects());
      },
      stop: () => {},
    };
    pilot = await startPilot({
      client: {} as KubeClient,
      logger: pino({ enabled: false }),
      source,
      writesBack: false,
      ports: { plaintext: 0, debug: 0 },
    });
    process.env['GRPC_XDS_BOOTSTRAP_CONFIG'] = JSON.stringify({
      xds_servers: [{ server_uri: pilot.addresses.plaintext, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] }],
      node: {
        id: 'sidecar~127.64.250.20~caller.default~default.svc.cluster.local',
        cluster: 'caller.default',
        locality: {},
        metadata: { GENERATOR: 'grpc', NAMESPACE: 'default' },
      },
    });
    const { register } = await import('@grpc/grpc-js-xds');
    register();
    client = new Client(`xds:///echo.default.svc.cluster.local:${port}`, credentials.createInsecure());
  }, 60_000);
  afterAll(async () => {
    client?.close();
    for (const server of servers) server.forceShutdown();
    await pilot?.stop();
  });

  /** Who answers, or the status of the failure. */
  const call = (headers: Record<string, string> = {}): Promise<string> => {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new Promise((resolve) => {
      client.makeUnaryRequest(
        method.path,
        same,
        same,
        Buffer.alloc(0),
        metadata,
        { deadline: Date.now() + 20_000 },
        (error: ServiceError | null, answer?: Buffer) => resolve(error === null ? String(answer) : (status[error.code] ?? '')),
      );
    });
  };
  const count = async (total: number, headers: Record<string, string> = {}): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const answer of await Promise.all(Array.from({ length: total }, () => call(headers)))) counts[answer] = (counts[answer] ?? 0) + 1;
    return counts;
  };
  /** After a change: waits for the first answers that are as they should be. */
  const until = async (holds: (counts: Record<string, number>) => boolean, headers: Record<string, string> = {}): Promise<void> => {
    for (let round = 0; round < 200; round += 1) {
      if (holds(await count(8, headers))) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`never came into force: ${JSON.stringify(await count(8, headers))}`);
  };

  it('spreads over the endpoints of a service', async () => {
    await until(({ v1, v2 }) => v1 !== undefined && v2 !== undefined);
    const { v1 = 0, v2 = 0 } = await count(40);
    expect([v1, v2]).toEqual([20, 20]);
  });

  it('follows subsets and weights, and a change of them', async () => {
    apply(routed({ route: [to('v1')] }));
    await until(({ v1 }) => v1 === 8);
    expect(await count(50)).toEqual({ v1: 50 });
    apply(routed({ route: [to('v1', 25), to('v2', 75)] }));
    await until(({ v2 }) => (v2 ?? 0) > 0);
    const { v1 = 0, v2 = 0 } = await count(1000);
    expect(v1 + v2).toBe(1000);
    expect(v1).toBeGreaterThan(180);
    expect(v1).toBeLessThan(320);
  });

  it('matches headers and methods, and fails what a client cannot do by itself', async () => {
    apply(
      routed(
        { match: [{ headers: { 'x-version': { exact: 'two' } } }], route: [to('v2')] },
        { match: [{ uri: { prefix: '/echo.Echo/Say' }, headers: { 'x-away': { exact: 'yes' } } }], redirect: { authority: 'elsewhere' } },
        { route: [to('v1')] },
      ),
    );
    // Nothing before this configuration did that: the split before it could give eight of v2 by chance.
    await until(({ UNAVAILABLE }) => UNAVAILABLE === 8, { 'x-away': 'yes' });
    expect(await count(8, { 'x-version': 'two' })).toEqual({ v2: 8 });
    expect(await count(10)).toEqual({ v1: 10 });
  });

  it('injects faults', async () => {
    apply(routed({ fault: { abort: { grpcStatus: 'RESOURCE_EXHAUSTED', percentage: { value: 100 } } }, route: [to('v1')] }));
    await until(({ RESOURCE_EXHAUSTED }) => RESOURCE_EXHAUSTED === 8);
    apply(routed({ route: [to('v2')] }));
    await until(({ v2 }) => v2 === 8);
  });

  it('refused nothing', async () => {
    const rows = (await (await fetch(`http://${pilot.addresses.debug}/debug/syncz`)).json()) as SyncRow[];
    const row = rows.find(({ proxy }) => proxy === 'caller.default');
    expect(row?.['heddle.dev/nacks']).toEqual([]);
  });
});
