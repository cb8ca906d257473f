/**
 * Discovery under load, on one machine: how long from a change until 100 delta clients have acknowledged it, what a reconnection of all of them at
 * once costs, and how many pushes a burst of 1,000 changes causes. The clients run in a worker of their own; each subscribes and acknowledges as a sidecar does.
 *
 *   npm run bench -- ads
 */
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { KubernetesResource } from '@/lib/model';
import { encodeMessage, typeUrls } from '@/lib/xds';
import type { KubeClient } from '@/server/kube';
import { startPilot } from '@/server/mesh/pilot';
import type { ObjectSource } from '@/server/mesh/pilot';
import { GrpcChannel } from '@/server/mesh/proxy/xds-client';

const proxies = 100;
const services = 100;
const rounds = 200;

const deltaPath = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';

let version = 0;

function object(apiVersion: string, kind: string, name: string, rest: object, labels: Record<string, string> = {}): KubernetesResource {
  version += 1;
  return { apiVersion, kind, metadata: { name, namespace: 'default', resourceVersion: String(version), labels }, ...rest };
}

/** `services` services with one pod each, and a route for each. */
function makeMesh(): KubernetesResource[] {
  const objects: KubernetesResource[] = [];
  for (let index = 0; index < services; index++) {
    const name = `svc-${index}`;
    const spec = {
      clusterIP: `127.96.1.${index + 1}`,
      selector: { app: name },
      ports: [{ name: 'http', port: 8000 + (index % 10), targetPort: 8080 }],
    };
    objects.push(object('v1', 'Service', name, { spec }));
    const ip = `127.64.1.${index + 1}`;
    const labels = { app: name, 'security.istio.io/tlsMode': 'istio' };
    objects.push(
      object(
        'v1',
        'Pod',
        `${name}-0`,
        { spec: { containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }] }, status: { phase: 'Running', podIP: ip } },
        labels,
      ),
    );
    const slice = {
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints: [{ addresses: [ip], conditions: { ready: true }, targetRef: { kind: 'Pod', name: `${name}-0`, namespace: 'default' } }],
    };
    objects.push(object('discovery.k8s.io/v1', 'EndpointSlice', name, slice, { 'kubernetes.io/service-name': name }));
    objects.push(routeOf(index, 0));
  }
  return objects;
}

function routeOf(index: number, round: number): KubernetesResource {
  const host = `svc-${index}`;
  const http = [{ timeout: `${round + 1}s`, route: [{ destination: { host } }] }];
  return object('networking.istio.io/v1', 'VirtualService', host, { spec: { hosts: [host], http } });
}

interface ToClients {
  do: 'connect' | 'disconnect' | 'expect';
  round?: number;
}

/** The worker: `proxies` delta clients, which report when all of them have acknowledged what is expected. */
function runClients(address: string): void {
  const port = parentPort;
  if (port === null) return;
  let waiting = 0;
  let leaving = false;
  let synced = 0;
  let stops: (() => void)[] = [];

  function connect(index: number): void {
    const channel = new GrpcChannel({ address });
    let first = true;
    const stream = channel.stream(
      deltaPath,
      {},
      {
        onMessage(bytes) {
          const { typeUrl, nonce, names } = readEnvelope(bytes);
          send({ type_url: typeUrl, response_nonce: nonce });
          if (typeUrl === typeUrls.cluster) {
            send({
              type_url: typeUrls.clusterLoadAssignment,
              resource_names_subscribe: names.filter((name) => name.startsWith('outbound|')),
            });
          }
          if (typeUrl === typeUrls.listener) send({ type_url: typeUrls.routeConfiguration, resource_names_subscribe: ['http_proxy'] });
          if (typeUrl !== typeUrls.routeConfiguration) return;
          if (first) {
            first = false;
            synced += 1;
            if (synced === proxies) port?.postMessage({ done: 'connect' });
          } else if (waiting > 0) {
            waiting -= 1;
            if (waiting === 0) port?.postMessage({ done: 'round' });
          }
        },
        onEnd(error) {
          if (error !== undefined && !leaving) port?.postMessage({ problem: error.message });
        },
      },
    );
    const send = (request: object): void => stream.send(encodeMessage('envoy.service.discovery.v3.DeltaDiscoveryRequest', request));
    send({ node: nodeOf(index), type_url: typeUrls.workload });
    send({ type_url: typeUrls.cluster });
    send({ type_url: typeUrls.listener });
    stops.push(() => {
      stream.cancel();
      channel.close();
    });
  }

  port.on('message', (message: ToClients) => {
    if (message.do === 'connect') {
      synced = 0;
      leaving = false;
      for (let index = 0; index < proxies; index++) connect(index);
    } else if (message.do === 'disconnect') {
      leaving = true;
      for (const stop of stops) stop();
      stops = [];
      port.postMessage({ done: 'disconnect' });
    } else {
      waiting = proxies;
      port.postMessage({ done: 'expect' });
    }
  });
}

function nodeOf(index: number): object {
  const name = `svc-${index}-0`;
  return {
    id: `sidecar~127.64.1.${index + 1}~${name}.default~default.svc.cluster.local`,
    metadata: { NAMESPACE: 'default', NAME: name, INTERCEPTION_MODE: 'NONE', HEDDLE_PROXY: 'heddle', LABELS: { app: `svc-${index}` } },
  };
}

/**
 * Type, nonce and names of a DeltaDiscoveryResponse, without decoding the resources: a hundred sidecars would do that on cores of their own, here
 * it would all happen in one thread and be measured as discovery's.
 */
function readEnvelope(bytes: Uint8Array): { typeUrl: string; nonce: string; names: string[] } {
  const found = { typeUrl: '', nonce: '', names: [] as string[] };
  eachField(bytes, (field, body) => {
    if (field === 2) eachField(body, (inner, value) => inner === 3 && found.names.push(Buffer.from(value).toString()));
    if (field === 4) found.typeUrl = Buffer.from(body).toString();
    if (field === 5) found.nonce = Buffer.from(body).toString();
  });
  return found;
}

/** Length-delimited fields only: the envelope has no others. */
function eachField(bytes: Uint8Array, take: (field: number, body: Uint8Array) => unknown): void {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const field = varint() >> 3;
    const length = varint();
    take(field, bytes.subarray(at, at + length));
    at += length;
  }
}

async function main(): Promise<void> {
  let emit: (objects: KubernetesResource[]) => void = () => {};
  const source: ObjectSource = {
    async start(onChange) {
      emit = (applied) => onChange({ applied, versions: new Map(applied.map((one) => [kindOf(one), one.metadata.resourceVersion ?? ''])) });
      emit(makeMesh());
    },
    stop: () => {},
  };
  const logger = pino({ level: 'warn' });
  const pilot = await startPilot({ client: {} as KubeClient, logger, source, writesBack: false, ports: { plaintext: 0, debug: 0 } });
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: pilot.addresses.plaintext });
  const problems: string[] = [];
  const reply = (what: string) =>
    new Promise<void>((resolve) => {
      const listen = (message: { done?: string; problem?: string }): void => {
        if (message.problem !== undefined) problems.push(message.problem);
        if (message.done !== what) return;
        worker.off('message', listen);
        resolve();
      };
      worker.on('message', listen);
    });
  const ask = (message: ToClients, what: string) => {
    const answer = reply(what);
    worker.postMessage(message);
    return answer;
  };
  /** Rows of `/debug/syncz`: whether all proxies hold the newest route. */
  const allAcked = async (): Promise<boolean> => {
    const rows = (await (await fetch(`http://${pilot.addresses.debug}/debug/syncz`)).json()) as {
      'heddle.dev/acked': Record<string, string>;
    }[];
    return (
      rows.length === proxies && rows.every((row) => row['heddle.dev/acked']['networking.istio.io/VirtualService'] === String(version))
    );
  };

  let started = performance.now();
  await ask({ do: 'connect' }, 'connect');
  console.log(`first connection of ${proxies}: ${(performance.now() - started).toFixed(0)} ms until the last has routes`);

  const times: number[] = [];
  let cpu = process.cpuUsage();
  let own = process.threadCpuUsage();
  for (let round = 1; round <= rounds; round++) {
    await ask({ do: 'expect' }, 'expect');
    const done = reply('round');
    started = performance.now();
    emit([routeOf(round % services, round)]);
    await done;
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  cpu = process.cpuUsage(cpu);
  own = process.threadCpuUsage(own);
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
  console.log(
    `one apply → acknowledged by ${proxies}: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms (${rounds} rounds)`,
  );
  const perApply = ({ user, system }: NodeJS.CpuUsage) => `${((user + system) / 1000 / rounds).toFixed(1)} ms`;
  console.log(
    `processor time per apply: ${perApply(own)} in the control plane's thread, ${perApply(cpu)} with the clients and both collectors`,
  );
  console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores`);
  console.log(`all rows of syncz hold the newest version: ${await allAcked()}`);

  const before = await metric(pilot.addresses.debug, 'pilot_xds_pushes{type="rds"}');
  started = performance.now();
  for (let index = 0; index < 1000; index++) {
    emit([routeOf(index % services, 1000 + index)]);
    // As an API server does: about two writes per millisecond.
    if (index % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const applied = performance.now() - started;
  while (!(await allAcked())) await new Promise((resolve) => setTimeout(resolve, 20));
  const settled = performance.now() - started;
  const pushes = ((await metric(pilot.addresses.debug, 'pilot_xds_pushes{type="rds"}')) - before) / proxies;
  console.log(
    `burst of 1,000 applies in ${applied.toFixed(0)} ms: ${pushes.toFixed(1)} pushes of routes per proxy, all acknowledged after ${settled.toFixed(0)} ms`,
  );

  await ask({ do: 'disconnect' }, 'disconnect');
  while ((await metric(pilot.addresses.debug, 'pilot_xds{version="unknown"}')) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  started = performance.now();
  await ask({ do: 'connect' }, 'connect');
  console.log(`reconnection of ${proxies} at once, all from nothing: ${(performance.now() - started).toFixed(0)} ms`);
  console.log(
    `memory of the control plane and its clients: ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB; problems: ${problems.length}`,
  );
  await worker.terminate();
  await pilot.stop();
}

function kindOf({ apiVersion, kind }: KubernetesResource): string {
  return `${apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''}/${kind}`;
}

async function metric(address: string, name: string): Promise<number> {
  const text = await (await fetch(`http://${address}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

if (isMainThread) await main();
else runClients(String(workerData));
