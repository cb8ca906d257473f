import type { Logger } from 'pino';
import { HeddleError, isHeddleError } from '@/lib/errors';
import { parseProxyNode } from '@/lib/pilot';
import { decodeMessage } from '@/lib/xds';
import type { Node } from '@/lib/xds';
import { bearerToken, checkCaller } from './check-caller';
import type { Authenticate } from './check-caller';
import type { Connection, DiscoveryHub } from './discovery-hub';
import type { DiscoveryRequest } from './proxy-session';
import { grpcStatus } from './serve-grpc';
import type { CallHandler, GrpcCall, GrpcMethods } from './serve-grpc';

type Request = { node?: Node } & DiscoveryRequest;

const service = '/envoy.service.discovery.v3.AggregatedDiscoveryService';

export interface AdsOptions {
  hub: DiscoveryHub;
  logger: Logger;
  /** Absent on the plaintext port: anyone may ask, nobody gets a secret. */
  authenticate?: Authenticate | undefined;
  onRefused(): void;
}

/** envoy.service.discovery.v3.AggregatedDiscoveryService. */
export function createAdsMethods(options: AdsOptions): GrpcMethods {
  return {
    [`${service}/StreamAggregatedResources`]: (call) => serveStream(call, 'sotw', options),
    [`${service}/DeltaAggregatedResources`]: (call) => serveStream(call, 'delta', options),
  };
}

function serveStream(call: GrpcCall, kind: 'delta' | 'sotw', options: AdsOptions): CallHandler {
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
    options.logger.warn({ err: error, peer: call.peer }, 'discovery stream refused');
    close();
    const message = isHeddleError(error) ? error.message : 'The control plane failed. Its log says why.';
    call.end({ code: grpcCodes[code] ?? grpcStatus.internal, details: message });
  }

  async function open(request: Request): Promise<void> {
    if (request.node === undefined) throw new HeddleError('bad_request', 'The first request of a stream must carry the node.');
    const node = parseProxyNode(request.node);
    if (options.authenticate !== undefined) {
      const token = bearerToken(call.header('authorization'));
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
        if (!over) call.send(bytes);
      },
    });
  }

  function take(request: Request): void {
    if (over || connection === undefined) return;
    connection.session.handle(request);
  }

  return {
    onMessage(bytes) {
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
    },
    onEnd() {
      close();
      call.end();
    },
    onClose: close,
  };
}

const grpcCodes: Record<string, number> = {
  bad_request: grpcStatus.invalidArgument,
  unauthorized: grpcStatus.unauthenticated,
  forbidden: grpcStatus.permissionDenied,
  source_unavailable: grpcStatus.unavailable,
  timeout: grpcStatus.unavailable,
};
