import { Client, Metadata, credentials, status } from '@grpc/grpc-js';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeddleError } from '@/lib/errors';
import type { KubernetesResource, Secret } from '@/lib/model';
import { decodeMessage, encodeMessage, typeUrls } from '@/lib/xds';
import type { KubeClient } from '@/server/kube';
import { startPilot } from './start-pilot';
import type { Pilot } from './start-pilot';
import type { SyncRow } from './report-sync';
import { serverPair } from './testdata/server-pair';
import { batchOf } from './watch-objects';
import type { ObjectSource } from './watch-objects';

const same = (bytes: Buffer): Buffer => bytes;
const requestType = 'envoy.service.discovery.v3.DeltaDiscoveryRequest';

interface Response {
  type_url: string;
  nonce: string;
  resources?: { name: string; version: string; resource: Record<string, unknown> }[];
  removed_resources?: string[];
}

let version = 0;

function object(kind: string, name: string, rest: object, apiVersion = 'v1'): KubernetesResource {
  version += 1;
  return { apiVersion, kind, metadata: { name, namespace: 'default', resourceVersion: String(version) }, ...rest };
}

function service(name: string, port: number): KubernetesResource {
  return object('Service', name, { spec: { clusterIP: '127.96.0.10', selector: { app: name }, ports: [{ name: 'http', port }] } });
}

function virtualService(host: string, prefix: string): KubernetesResource {
  const http = [{ match: [{ uri: { prefix } }], route: [{ destination: { host } }] }];
  return object('VirtualService', host, { spec: { hosts: [host], http } }, 'networking.istio.io/v1');
}

function createSource(objects: KubernetesResource[], secrets: Secret[] = []) {
  let emit: (objects: readonly KubernetesResource[]) => void = () => {};
  const source: ObjectSource = {
    async start(onChange) {
      emit = (changed) =>
        onChange(
          batchOf(changed.map((one) => ({ type: 'modified', resource: { group: '', version: '', plural: '' }, object: one as never }))),
        );
      emit([...objects, ...secrets]);
    },
    stop: () => {},
  };
  return { source, apply: (...changed: KubernetesResource[]) => emit(changed) };
}

function nodeOf(name: string, options: { type?: string; serviceAccount?: string } = {}) {
  return {
    id: `${options.type ?? 'sidecar'}~127.64.0.1~${name}.default~default.svc.cluster.local`,
    metadata: {
      NAMESPACE: 'default',
      NAME: name,
      SERVICE_ACCOUNT: options.serviceAccount ?? 'reviews',
      HEDDLE_PROXY: 'heddle',
      INTERCEPTION_MODE: 'NONE',
      LABELS: { istio: 'ingressgateway' },
    },
  };
}

/** A client that reads responses one by one. */
function openStream(client: Client, token?: string) {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  const stream: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(
    '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
    same,
    same,
    metadata,
  );
  const arrived: Response[] = [];
  let wake: () => void = () => {};
  let failure: unknown;
  stream.on('data', (bytes: Buffer) => {
    arrived.push(decodeMessage('envoy.service.discovery.v3.DeltaDiscoveryResponse', bytes) as unknown as Response);
    wake();
  });
  stream.on('error', (error) => {
    failure = error;
    wake();
  });
  return {
    send: (request: object) => stream.write(Buffer.from(encodeMessage(requestType, request))),
    async next(): Promise<Response> {
      for (;;) {
        const response = arrived.shift();
        if (response !== undefined) return response;
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    cancel: () => stream.cancel(),
  };
}

const tokens: Record<string, { namespace: string; serviceAccount: string; pod?: string }> = {
  reviews: { namespace: 'default', serviceAccount: 'reviews', pod: 'reviews-1' },
  gateway: { namespace: 'default', serviceAccount: 'gateway', pod: 'gateway-1' },
  podless: { namespace: 'default', serviceAccount: 'reviews' },
  stranger: { namespace: 'other', serviceAccount: 'reviews', pod: 'reviews-1' },
};

let pilot: Pilot;
let clients: Client[] = [];
let fake: ReturnType<typeof createSource>;
/** Accounts that may read Secrets. */
const allowed = new Set<string>();

const tlsSecret: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'shop-cert', namespace: 'default' },
  data: { 'tls.crt': Buffer.from('CERT').toString('base64'), 'tls.key': Buffer.from('KEY').toString('base64') },
};

const gateway = object(
  'Gateway',
  'shop',
  {
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [
        { port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*'], tls: { mode: 'SIMPLE', credentialName: 'shop-cert' } },
      ],
    },
  },
  'networking.istio.io/v1',
);

beforeEach(async () => {
  fake = createSource([service('reviews', 9080), service('ratings', 9080), gateway], [tlsSecret]);
  pilot = await startPilot({
    client: {} as KubeClient,
    logger: pino({ enabled: false }),
    source: fake.source,
    writesBack: false,
    ports: { plaintext: 0, tls: 0, debug: 0 },
    tls: serverPair,
    mayReadSecrets: async (node) => allowed.has(node.serviceAccount),
    async authenticate(token) {
      const caller = tokens[token];
      if (caller === undefined) throw new HeddleError('unauthorized', 'The token is not valid.');
      return caller;
    },
  });
});

afterEach(async () => {
  for (const client of clients) client.close();
  clients = [];
  allowed.clear();
  await pilot.stop();
});

function plaintext(): Client {
  const client = new Client(pilot.addresses.plaintext, credentials.createInsecure());
  clients.push(client);
  return client;
}

function secure(): Client {
  const client = new Client(pilot.addresses.tls ?? '', credentials.createSsl(Buffer.from(serverPair.certPem)), {
    'grpc.ssl_target_name_override': 'istiod.istio-system.svc',
  });
  clients.push(client);
  return client;
}

async function debugPage(path: string): Promise<unknown> {
  return (await fetch(`http://${pilot.addresses.debug}${path}`)).json();
}

async function codeOf(stream: ReturnType<typeof openStream>): Promise<unknown> {
  return stream.next().then(
    () => 'served',
    (error: unknown) => (error as { code?: unknown }).code,
  );
}

describe('discovery over the wire', () => {
  it('serves, pushes what a change touches, and knows when it is acknowledged', async () => {
    const stream = openStream(plaintext());
    stream.send({ node: nodeOf('reviews-1'), type_url: typeUrls.routeConfiguration, resource_names_subscribe: ['http_proxy'] });
    const first = await stream.next();
    expect(first.resources?.map(({ name }) => name)).toEqual(['http_proxy']);
    stream.send({ type_url: typeUrls.routeConfiguration, response_nonce: first.nonce });

    const changed = virtualService('reviews', '/only');
    fake.apply(changed);
    const pushed = await stream.next();
    expect(JSON.stringify(pushed.resources?.[0]?.resource)).toContain('/only');
    const kind = 'networking.istio.io/VirtualService';
    const acked = async () => ((await debugPage('/debug/syncz?proxyID=reviews-1.default')) as SyncRow[])[0]?.['heddle.dev/acked'][kind];
    expect(await acked()).toBeUndefined();
    stream.send({ type_url: typeUrls.routeConfiguration, response_nonce: pushed.nonce });
    // Endpoints were never asked for, so those of the new route are still awaited; they need no push for this change.
    await expect.poll(acked).toBe(changed.metadata.resourceVersion);
  });

  it('records a refusal with its reason', async () => {
    const stream = openStream(plaintext());
    stream.send({ node: nodeOf('reviews-1'), type_url: typeUrls.cluster });
    const { nonce } = await stream.next();
    stream.send({ type_url: typeUrls.cluster, response_nonce: nonce, error_detail: { code: 3, message: 'cluster: bad' } });
    const nacks = async () => ((await debugPage('/debug/syncz')) as SyncRow[])[0]?.['heddle.dev/nacks'].map(({ message }) => message);
    await expect.poll(nacks).toEqual(['cluster: bad']);
    const metrics = await (await fetch(`http://${pilot.addresses.debug}/metrics`)).text();
    expect(metrics).toContain('pilot_total_xds_rejects{type="cds"} 1');
  });

  it('shows what a proxy was sent', async () => {
    const stream = openStream(plaintext());
    stream.send({ node: nodeOf('reviews-1'), type_url: typeUrls.cluster });
    const { resources = [] } = await stream.next();
    const dump = (await debugPage('/debug/config_dump?proxyID=reviews-1.default')) as { configs: { dynamic_active_clusters?: object[] }[] };
    expect(dump.configs[0]?.dynamic_active_clusters).toHaveLength(resources.length);
    const missing = await fetch(`http://${pilot.addresses.debug}/debug/config_dump?proxyID=nobody.default`);
    expect(missing.status).toBe(404);
  });

  it('refuses a first request without a node or with a broken one', async () => {
    const without = openStream(plaintext());
    without.send({ type_url: typeUrls.cluster });
    expect(await codeOf(without)).toBe(status.INVALID_ARGUMENT);
    const broken = openStream(plaintext());
    broken.send({ node: { id: 'me' }, type_url: typeUrls.cluster });
    expect(await codeOf(broken)).toBe(status.INVALID_ARGUMENT);
  });
});

describe('who may ask on the TLS port', () => {
  // [what, token, node, answer]
  const cases: [string, string | undefined, object, unknown][] = [
    ['the pod itself', 'reviews', nodeOf('reviews-1'), 'served'],
    ['nobody', undefined, nodeOf('reviews-1'), status.UNAUTHENTICATED],
    ['a token that does not verify', 'forged', nodeOf('reviews-1'), status.UNAUTHENTICATED],
    ['another pod of the same account', 'reviews', nodeOf('reviews-2'), status.PERMISSION_DENIED],
    ['another account', 'reviews', nodeOf('reviews-1', { serviceAccount: 'admin' }), status.PERMISSION_DENIED],
    ['the same names in another namespace', 'stranger', nodeOf('reviews-1'), status.PERMISSION_DENIED],
    ['a token that is bound to no pod', 'podless', nodeOf('reviews-1'), status.PERMISSION_DENIED],
    [
      'an id that names another pod than the metadata',
      'reviews',
      { ...nodeOf('reviews-2'), metadata: nodeOf('reviews-1').metadata },
      status.PERMISSION_DENIED,
    ],
  ];
  it.each(cases)('%s', async (_what, token, node, answer) => {
    const stream = openStream(secure(), token);
    stream.send({ node, type_url: typeUrls.cluster });
    expect(await codeOf(stream)).toBe(answer);
  });
});

describe('secrets', () => {
  const name = 'kubernetes://shop-cert';
  const ask = (type: string, pod: string, serviceAccount: string) => ({
    node: nodeOf(pod, { type, serviceAccount }),
    type_url: typeUrls.secret,
    resource_names_subscribe: [name],
  });

  it('go to the gateway whose configuration names them, on the TLS port', async () => {
    const stream = openStream(secure(), 'gateway');
    stream.send(ask('router', 'gateway-1', 'gateway'));
    const { resources = [] } = await stream.next();
    expect(resources[0]?.resource).toMatchObject({
      name,
      tls_certificate: { private_key: { inline_bytes: new Uint8Array(Buffer.from('KEY')) } },
    });
  });

  it('go to nobody on plaintext, and to no sidecar that has no use for them', async () => {
    const open = openStream(plaintext());
    open.send(ask('router', 'gateway-1', 'gateway'));
    expect(await open.next()).toMatchObject({ removed_resources: [name] });
    const sidecar = openStream(secure(), 'reviews');
    sidecar.send(ask('sidecar', 'reviews-1', 'reviews'));
    expect(await sidecar.next()).toMatchObject({ removed_resources: [name] });
  });

  it('go to a sidecar whose rule names them once its account may read them', async () => {
    const rule = object(
      'DestinationRule',
      'ratings',
      {
        spec: {
          host: 'ratings',
          workloadSelector: { matchLabels: { istio: 'ingressgateway' } },
          trafficPolicy: { tls: { mode: 'MUTUAL', credentialName: 'shop-cert' } },
        },
      },
      'networking.istio.io/v1',
    );
    fake.apply(rule);
    const sidecar = openStream(secure(), 'reviews');
    sidecar.send(ask('sidecar', 'reviews-1', 'reviews'));
    expect(await sidecar.next()).toMatchObject({ removed_resources: [name] });
    allowed.add('reviews');
    // It is asked again with the next change.
    fake.apply(virtualService('ratings', '/x'));
    const { resources = [] } = await sidecar.next();
    expect(resources[0]?.resource).toMatchObject({ name, tls_certificate: {} });
  });
});
