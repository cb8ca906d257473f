import type { Exchange } from './exchange';

export type LocalHeaders = readonly (readonly [name: string, value: string])[];

const EMPTY = Buffer.alloc(0);
const TEXT: LocalHeaders = [['content-type', 'text/plain']];

/** Sends a response of the proxy's own; to a gRPC client in gRPC. Headers planned for the response (CORS, the route's changes) go with it. */
export function sendLocalReply(exchange: Exchange, status: number, body: string, headers: LocalHeaders): void {
  if (exchange.isGrpc) sendGrpcReply(exchange, grpcStatusOf(status), body, headers);
  else sendPlainReply(exchange, status, body, headers);
}

/** The same in HTTP, whoever asks. */
export function sendPlainReply(exchange: Exchange, status: number, body: string, headers: LocalHeaders): void {
  const { stream, chain } = exchange;
  if (stream === null) return;
  exchange.status = status;
  const bytes = body === '' ? EMPTY : Buffer.from(body, 'utf8');
  exchange.bytesSent = bytes.length;
  const all = withPlanned(exchange, headers);
  const typed = bytes.length > 0 && !all.some(([name]) => name === 'content-type') ? [...TEXT, ...all] : all;
  stream.sendLocal(status, typed, bytes, chain.serverName);
}

/** A gRPC answer without messages: status and text in the head. */
export function sendGrpcReply(exchange: Exchange, grpcStatus: number, message: string, headers: LocalHeaders): void {
  const { stream, chain } = exchange;
  if (stream === null) return;
  exchange.status = 200;
  exchange.grpcStatus = grpcStatus;
  const text: LocalHeaders = message === '' || exchange.view.method === 'HEAD' ? [] : [['grpc-message', grpcMessage(message)]];
  const all = withPlanned(exchange, headers);
  stream.sendLocal(
    200,
    [['content-type', 'application/grpc'], ['grpc-status', String(grpcStatus)], ...text, ...all],
    EMPTY,
    chain.serverName,
  );
}

function withPlanned({ responsePlan }: Exchange, headers: LocalHeaders): LocalHeaders {
  const { drop, addNames, addValues } = responsePlan;
  if (drop.length === 0 && addNames.length === 0) return headers;
  const planned = addNames.map((name, at) => [name, addValues[at] ?? ''] as const);
  return [...headers.filter(([name]) => !drop.includes(name)), ...planned];
}

/** gRPC status for an HTTP status of the proxy's own (gRPC over HTTP/2, "HTTP to gRPC status code mapping"). */
function grpcStatusOf(http: number): number {
  switch (http) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}

/** HTTP status as which a gRPC status counts in outlier detection and metrics of HTTP codes. */
export function httpStatusOf(grpc: number): number {
  switch (grpc) {
    case 0:
      return 200;
    case 1:
      return 499;
    case 3:
    case 9:
    case 11:
      return 400;
    case 4:
      return 504;
    case 5:
      return 404;
    case 6:
    case 10:
      return 409;
    case 7:
      return 403;
    case 8:
      return 429;
    case 12:
      return 501;
    case 14:
      return 503;
    case 16:
      return 401;
    default:
      return 500;
  }
}

/** Percent-encodes a grpc-message. */
function grpcMessage(text: string): string {
  return text.replaceAll(/[^\x20-\x24\x26-\x7e]/g, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
