import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { sendUnaryData, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import { decodeMessage, encodeAny, encodeMessage, typeUrls } from '@/lib/xds';
import type { Served } from '../mesh/merge-proxies';

type Stream = ServerDuplexStream<Buffer, Buffer>;

interface Request {
  readonly type_url?: string;
  readonly resource_names_subscribe?: readonly string[];
  readonly resource_names_unsubscribe?: readonly string[];
  readonly response_nonce?: string;
  readonly error_detail?: { readonly message?: string };
}

/** Control plane of one proxy process: whatever it is told to serve, over delta ADS. */
export interface Discovery {
  /** `host:port`; TLS is for our own proxy, which also has its certificate signed there. */
  readonly plaintextPort: number;
  readonly tlsPort: number;
  /** Replaces everything that is served. */
  serve(next: Served): void;
  /** Refusals (NACK) since the last call. */
  takeRefusals(): string[];
  /** Whether the proxy acknowledged everything that was sent. */
  readonly settled: boolean;
  stop(): void;
}

const order = [typeUrls.secret, typeUrls.cluster, typeUrls.clusterLoadAssignment, typeUrls.listener, typeUrls.routeConfiguration];
const wildcards = new Set<string>([typeUrls.cluster, typeUrls.listener]);
const same = (bytes: Buffer): Buffer => bytes;
const method = (path: string, streamed: boolean) => ({
  path,
  requestStream: streamed,
  responseStream: streamed,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
});

/** Starts one. `certificates`: what CreateCertificate answers, leaf first; our proxy needs some, the worlds' own come as secrets. */
export async function startDiscovery(
  tls: { certPem: string; keyPem: string; rootPem: string },
  certificates: readonly string[],
): Promise<Discovery> {
  let served: Served = new Map();
  let session: Session | undefined;
  const refusals: string[] = [];
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  server.addService(
    { DeltaAggregatedResources: method('/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources', true) },
    {
      DeltaAggregatedResources(stream: Stream) {
        const own = new Session(
          stream,
          () => served,
          (text) => refusals.push(text),
        );
        session = own;
        stream.on('data', (bytes: Buffer) =>
          own.handle(decodeMessage('envoy.service.discovery.v3.DeltaDiscoveryRequest', bytes) as Request),
        );
        stream.on('end', () => stream.end());
        stream.on('error', () => {});
      },
    },
  );
  server.addService(
    { CreateCertificate: method('/istio.v1.auth.IstioCertificateService/CreateCertificate', false) },
    {
      CreateCertificate: (_call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) =>
        answer(null, Buffer.from(encodeMessage('istio.v1.auth.IstioCertificateResponse', { cert_chain: [...certificates] }))),
    },
  );
  const bind = (credentials: ServerCredentials): Promise<number> =>
    new Promise((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
    });
  const plaintextPort = await bind(ServerCredentials.createInsecure());
  const pair = { cert_chain: Buffer.from(tls.certPem), private_key: Buffer.from(tls.keyPem) };
  const tlsPort = await bind(ServerCredentials.createSsl(null, [pair]));
  return {
    plaintextPort,
    tlsPort,
    serve(next) {
      served = next;
      session?.push();
    },
    takeRefusals: () => refusals.splice(0),
    get settled() {
      return session?.settled ?? false;
    },
    stop: () => server.forceShutdown(),
  };
}

interface TypeState {
  readonly wanted: Set<string>;
  /** Name → version, as far as sent. */
  readonly sent: Map<string, string>;
  asked: boolean;
}

/** One delta stream. */
class Session {
  private readonly stream: Stream;
  private readonly served: () => Served;
  private readonly onRefusal: (text: string) => void;
  private readonly types = new Map<string, TypeState>();
  private readonly unanswered = new Set<string>();
  private nonce = 0;

  constructor(stream: Stream, served: () => Served, onRefusal: (text: string) => void) {
    this.stream = stream;
    this.served = served;
    this.onRefusal = onRefusal;
  }

  /** Nothing under way, and the types whose names follow from others have been asked for. */
  get settled(): boolean {
    return this.unanswered.size === 0 && this.types.has(typeUrls.listener);
  }

  handle(request: Request): void {
    const typeUrl = request.type_url ?? '';
    const state = this.stateOf(typeUrl);
    state.asked = true;
    if (request.response_nonce !== undefined && request.response_nonce !== '') {
      this.unanswered.delete(request.response_nonce);
      if (request.error_detail !== undefined) this.onRefusal(`${typeUrl.split('.').at(-1)}: ${request.error_detail.message ?? ''}`);
    }
    for (const name of request.resource_names_subscribe ?? []) {
      if (name === '*') continue;
      state.wanted.add(name);
      state.sent.delete(name);
    }
    for (const name of request.resource_names_unsubscribe ?? []) {
      state.wanted.delete(name);
      state.sent.delete(name);
    }
    this.send(typeUrl, state);
  }

  push(): void {
    for (const typeUrl of order) {
      const state = this.types.get(typeUrl);
      if (state?.asked === true) this.send(typeUrl, state);
    }
  }

  private stateOf(typeUrl: string): TypeState {
    let state = this.types.get(typeUrl);
    if (state === undefined) {
      state = { wanted: new Set(), sent: new Map(), asked: false };
      this.types.set(typeUrl, state);
    }
    return state;
  }

  private send(typeUrl: string, state: TypeState): void {
    const available = this.served().get(typeUrl) ?? new Map<string, never>();
    const names = wildcards.has(typeUrl) ? available.keys() : state.wanted;
    const resources: { name: string; version: string; resource: Uint8Array }[] = [];
    for (const name of names) {
      const resource = available.get(name);
      if (resource === undefined || state.sent.get(name) === resource.version) continue;
      state.sent.set(name, resource.version);
      resources.push({ name, version: resource.version, resource: encodeAny({ '@type': typeUrl, ...resource.resource }) });
    }
    const removed = [...state.sent.keys()].filter((name) => !available.has(name));
    for (const name of removed) state.sent.delete(name);
    if (resources.length === 0 && removed.length === 0) return;
    const nonce = String(++this.nonce);
    this.unanswered.add(nonce);
    this.stream.write(
      Buffer.from(
        encodeMessage('envoy.service.discovery.v3.DeltaDiscoveryResponse', {
          type_url: typeUrl,
          nonce,
          resources,
          removed_resources: removed,
        }),
      ),
    );
  }
}
