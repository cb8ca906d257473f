import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, typeUrls } from '@/lib/xds';
import type { ConfigSource } from '../config-source';
import { discoverConfig } from './discover-config';
import { GrpcChannel } from './grpc-channel';

const same = (bytes: Buffer): Buffer => bytes;
const service = {
  DeltaAggregatedResources: {
    path: '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
    requestStream: true,
    responseStream: true,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  },
};

const short: Record<string, string> = {
  [typeUrls.workload]: 'WDS',
  [typeUrls.cluster]: 'CDS',
  [typeUrls.clusterLoadAssignment]: 'EDS',
  [typeUrls.listener]: 'LDS',
  [typeUrls.routeConfiguration]: 'RDS',
};

interface Request {
  node?: { id?: string };
  type_url: string;
  resource_names_subscribe?: string[];
  resource_names_unsubscribe?: string[];
  initial_resource_versions?: Record<string, string>;
  response_nonce?: string;
  error_detail?: { message?: string };
}

function describeRequest(request: Request): string {
  const parts = [short[request.type_url] ?? request.type_url];
  if (request.node !== undefined) parts.unshift(`node=${request.node.id}`);
  for (const name of request.resource_names_subscribe ?? []) parts.push(`+${name}`);
  for (const name of request.resource_names_unsubscribe ?? []) parts.push(`-${name}`);
  for (const [name, version] of Object.entries(request.initial_resource_versions ?? {})) parts.push(`${name}@${version}`);
  if (request.response_nonce !== undefined)
    parts.push(
      request.error_detail === undefined
        ? `ack ${request.response_nonce}`
        : `nack ${request.response_nonce}: ${request.error_detail.message}`,
    );
  return parts.join(' ');
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A control plane that records what it is asked and answers what it is told. */
async function startServer() {
  const server = new Server();
  const requests: string[] = [];
  let stream: ServerDuplexStream<Buffer, Buffer> | undefined;
  let streams = 0;
  server.addService(service, {
    DeltaAggregatedResources(opened: ServerDuplexStream<Buffer, Buffer>) {
      stream = opened;
      streams += 1;
      opened.on('data', (bytes: Buffer) =>
        requests.push(describeRequest(decodeMessage('envoy.service.discovery.v3.DeltaDiscoveryRequest', bytes) as unknown as Request)),
      );
      opened.on('error', () => {});
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  closing.push(() => server.forceShutdown());
  return {
    address: `127.0.0.1:${port}`,
    requests,
    streams: () => streams,
    answer(typeUrl: string, nonce: string, names: string[], removed: string[] = [], version = '1') {
      const field = typeUrl === typeUrls.clusterLoadAssignment ? 'cluster_name' : 'name';
      const resources = names.map((name) => ({ name, version, resource: { '@type': typeUrl, [field]: name } }));
      const response = { type_url: typeUrl, nonce, resources, removed_resources: removed };
      stream?.write(Buffer.from(encodeMessage('envoy.service.discovery.v3.DeltaDiscoveryResponse', response)));
    },
    drop: () => stream?.emit('error', { code: 14, details: 'gone' }),
  };
}

type OnResources = (config: ConfigSource, typeUrl: string, added: string[], removed: readonly string[]) => string | undefined;

function connect(address: string, onResources: OnResources = () => undefined) {
  const channel = new GrpcChannel({ address });
  const problems: string[] = [];
  const config = discoverConfig({ channel, node: { id: 'me' }, random: () => 0, onProblem: (error) => problems.push(String(error)) });
  config.start({
    onResources: (typeUrl, added, removed) =>
      onResources(
        config,
        typeUrl,
        added.map(({ name }) => name),
        removed,
      ),
  });
  closing.push(() => {
    config.stop();
    channel.close();
  });
  return { config, problems };
}

describe('discoverConfig', () => {
  it('says who it is once and asks for the wildcards', async () => {
    const server = await startServer();
    connect(server.address);
    await expect.poll(() => server.requests).toEqual(['node=me WDS', 'CDS', 'LDS']);
  });

  it('acknowledges what was taken and refuses what was not, with the reason', async () => {
    const server = await startServer();
    connect(server.address, (_config, typeUrl) => {
      if (typeUrl === typeUrls.listener) return 'no such filter';
      if (typeUrl === typeUrls.workload) throw new Error('broken');
      return undefined;
    });
    await expect.poll(() => server.requests.length).toBe(3);
    server.answer(typeUrls.cluster, 'c1', ['a']);
    server.answer(typeUrls.listener, 'l1', ['l']);
    server.answer(typeUrls.workload, 'w1', ['w']);
    await expect.poll(() => server.requests.slice(3)).toEqual(['CDS ack c1', 'LDS nack l1: no such filter', 'WDS nack w1: broken']);
  });

  it('asks for names in one request when a response brings several', async () => {
    const server = await startServer();
    connect(server.address, (config, typeUrl, added, removed) => {
      if (typeUrl !== typeUrls.cluster) return undefined;
      for (const name of added) config.subscribe(typeUrls.clusterLoadAssignment, [name]);
      config.unsubscribe(typeUrls.clusterLoadAssignment, removed);
      return undefined;
    });
    await expect.poll(() => server.requests.length).toBe(3);
    server.answer(typeUrls.cluster, 'c1', ['a', 'b']);
    await expect.poll(() => server.requests.slice(3)).toEqual(['CDS ack c1', 'EDS +a +b']);
    server.answer(typeUrls.cluster, 'c2', ['c'], ['a']);
    await expect.poll(() => server.requests.slice(5)).toEqual(['CDS ack c2', 'EDS +c -a']);
  });

  it('resumes after a lost stream with what it holds, and not with what it refused', async () => {
    const server = await startServer();
    const { config, problems } = connect(server.address, (_config, typeUrl, added) =>
      typeUrl === typeUrls.cluster && added.includes('bad') ? 'no' : undefined,
    );
    config.subscribe(typeUrls.routeConfiguration, ['9080']);
    await expect.poll(() => server.requests.length).toBe(4);
    server.answer(typeUrls.cluster, 'c1', ['a', 'b']);
    server.answer(typeUrls.cluster, 'c2', ['bad'], [], '2');
    server.answer(typeUrls.routeConfiguration, 'r1', ['9080'], [], '7');
    await expect.poll(() => server.requests.length).toBe(7);
    server.drop();
    await expect.poll(server.streams).toBe(2);
    await expect.poll(() => server.requests.slice(7)).toEqual(['node=me WDS', 'CDS a@1 b@1', 'LDS', 'RDS +9080 9080@7']);
    expect(problems.some((problem) => problem.includes('gone'))).toBe(true);
  });

  it('keeps trying while the control plane is away', async () => {
    const gone = await startServer();
    const { problems } = connect('127.0.0.1:1');
    await expect.poll(() => problems.length).toBeGreaterThan(2);
    expect(gone.streams()).toBe(0);
  });
});
