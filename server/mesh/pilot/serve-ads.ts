import { status as grpcStatus } from '@grpc/grpc-js';
import type { ServerDuplexStream, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { HeddleError, isHeddleError } from '@/lib/errors';
import { parseProxyNode } from '@/lib/pilot';
import { decodeMessage } from '@/lib/xds';
import type { Node } from '@/lib/xds';
import { bearerToken, checkCaller } from './check-caller';
import type { Authenticate } from './check-caller';
import type { Connection, DiscoveryHub } from './discovery-hub';
import type { DiscoveryRequest } from './proxy-session';

type Stream = ServerDuplexStream<Buffer, Buffer>;
type Request = { node?: Node } & DiscoveryRequest;

const same = (bytes: Buffer): Buffer => bytes;

function streamMethod(path: string) {
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

/** envoy.service.discovery.v3.AggregatedDiscoveryService with bytes on both sides: `lib/xds` is the codec. */
export const aggregatedDiscovery = {
  StreamAggregatedResources: streamMethod('/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources'),
  DeltaAggregatedResources: streamMethod('/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources'),
} satisfies ServiceDefinition;

export interface AdsOptions {
  hub: DiscoveryHub;
  logger: Logger;
  /** Absent on the plaintext port: anyone may ask, nobody gets a secret. */
  authenticate?: Authenticate | undefined;
  onRefused(): void;
}

/** The service's two methods. */
export function createAdsService(options: AdsOptions): UntypedServiceImplementation {
  return {
    StreamAggregatedResources: (stream: Stream) => serveStream(stream, 'sotw', options),
    DeltaAggregatedResources: (stream: Stream) => serveStream(stream, 'delta', options),
  };
}

function serveStream(stream: Stream, kind: 'delta' | 'sotw', options: AdsOptions): void {
  const requestType = `envoy.service.discovery.v3.${kind === 'delta' ? 'Delta' : ''}DiscoveryRequest`;
  let connection: Connection | undefined;
  let over = false;
  // Requests are taken one after the other: the first may wait for the token to be checked.
  let before: Promise<void> | undefined;

  function close(): void {
    if (over) return;
    over = true;
    if (connection !== undefined) options.hub.disconnect(connection);
  }

  function fail(error: unknown): void {
    if (over) return;
    const code = isHeddleError(error) ? error.code : 'internal';
    if (code === 'unauthorized' || code === 'forbidden') options.onRefused();
    options.logger.warn({ err: error, peer: stream.getPeer() }, 'discovery stream refused');
    close();
    const message = isHeddleError(error) ? error.message : 'The control plane failed. Its log says why.';
    stream.emit('error', { code: grpcCodes[code] ?? grpcStatus.INTERNAL, details: message });
  }

  async function open(request: Request): Promise<void> {
    if (request.node === undefined) throw new HeddleError('bad_request', 'The first request of a stream must carry the node.');
    const node = parseProxyNode(request.node);
    if (options.authenticate !== undefined) {
      const token = bearerToken(stream.metadata.get('authorization')[0]?.toString());
      checkCaller(await options.authenticate(token ?? ''), node);
    }
    if (over) return;
    const metadata = request.node.metadata ?? {};
    const version = metadata['ISTIO_VERSION'];
    connection = options.hub.connect(node, {
      kind,
      trusted: options.authenticate !== undefined,
      proxyVersion: typeof version === 'string' ? version : 'unknown',
      lazy: metadata['GENERATOR'] === 'grpc',
      send: (bytes) => {
        if (!over) stream.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      },
    });
  }

  function take(request: Request): void {
    if (over || connection === undefined) return;
    connection.session.handle(request);
  }

  stream.on('data', (bytes: Buffer) => {
    try {
      const request = decodeMessage(requestType, bytes) as Request;
      if (before === undefined && connection !== undefined) {
        take(request);
        return;
      }
      const turn = (before ?? open(request)).then(() => take(request)).catch(fail);
      before = turn;
      void turn.then(() => {
        if (before === turn) before = undefined;
      });
    } catch (error) {
      fail(error);
    }
  });
  stream.on('end', () => {
    close();
    stream.end();
  });
  stream.on('cancelled', close);
  stream.on('close', close);
  stream.on('error', close);
}

const grpcCodes: Record<string, grpcStatus> = {
  bad_request: grpcStatus.INVALID_ARGUMENT,
  unauthorized: grpcStatus.UNAUTHENTICATED,
  forbidden: grpcStatus.PERMISSION_DENIED,
  source_unavailable: grpcStatus.UNAVAILABLE,
  timeout: grpcStatus.UNAVAILABLE,
};
