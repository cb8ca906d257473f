import type { PoolFailure } from '../upstream/endpoint';
import { FLAG } from './response-flags';
import type { UpstreamFailure } from './streams';

/** A failure of the upstream as Envoy words it: body, flag and response code details. */
export interface FailureReply {
  readonly status: number;
  readonly body: string;
  readonly flag: number;
  readonly details: string;
}

const PREFIX = 'upstream connect error or disconnect/reset before headers. ';

const resets: Readonly<Record<UpstreamFailure, readonly [text: string, flag: number, status: number]>> = {
  'connection-termination': ['connection termination', FLAG.upstreamTermination, 503],
  'remote-reset': ['remote reset', FLAG.upstreamReset, 503],
  'refused-stream': ['remote refused stream reset', FLAG.upstreamReset, 503],
  'local-reset': ['local reset', FLAG.localReset, 503],
  'protocol-error': ['protocol error', FLAG.upstreamProtocolError, 502],
};

/** The stream ended before a response. `attempts`: tries so far. */
export function describeReset(kind: UpstreamFailure, attempts: number): FailureReply {
  const [text, flag, status] = resets[kind];
  return {
    status,
    body: `${PREFIX}${retried(attempts)}reset reason: ${text}`,
    flag,
    details: `upstream_reset_before_response_started{${text.replaceAll(' ', '_')}}`,
  };
}

/** No stream could be had. `detail` comes from `describeConnectError`. */
export function describePoolFailure(kind: PoolFailure, detail: string, attempts: number): FailureReply {
  if (kind === 'overflow') {
    return {
      status: 503,
      body: `${PREFIX}reset reason: overflow`,
      flag: FLAG.upstreamOverflow,
      details: 'upstream_reset_before_response_started{overflow}',
    };
  }
  const reason = kind === 'timeout' ? 'connection timeout' : 'remote connection failure';
  return {
    status: 503,
    body: `${PREFIX}${retried(attempts)}reset reason: ${reason}, transport failure reason: ${detail}`,
    flag: FLAG.upstreamConnectionFailure,
    details: `upstream_reset_before_response_started{${`${reason}|${detail}`.replaceAll(' ', '_')}}`,
  };
}

function retried(attempts: number): string {
  return attempts > 1 ? 'retried and the latest ' : '';
}

/** Envoy's words for what the system says. */
export function describeConnectError(message: string): string {
  if (message.includes('ECONNREFUSED')) return 'delayed connect error: Connection refused';
  if (message.includes('EHOSTUNREACH')) return 'delayed connect error: No route to host';
  if (message.includes('ENETUNREACH')) return 'delayed connect error: Network is unreachable';
  if (message.includes('ECONNRESET')) return 'Connection reset by peer';
  // What TLS says ends with a line of its own, which would end the line of a log too.
  return message.replaceAll(/\s+/g, ' ').trim();
}
