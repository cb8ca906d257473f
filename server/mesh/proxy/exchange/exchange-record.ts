import type { Decision } from '@/lib/routing';
import type { PeerTls } from '../io/connection';
import type { Cluster } from '../upstream/cluster';
import type { Endpoint } from '../upstream/endpoint';
import type { DownstreamContext } from './downstream-context';
import type { GrpcMessages } from './grpc-messages';
import type { HttpChain } from './http-chain';

/** Facts of one request that telemetry asks for. The exchange keeps them; every telemetry sink reads them when the request is over. */
export interface ExchangeRecord {
  readonly chain: HttpChain;
  readonly downstream: DownstreamContext;
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly protocol: string;
  /** Milliseconds of `performance.now()`. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly status: number;
  readonly flags: number;
  readonly details: string;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly cluster: Cluster | null;
  readonly endpoint: Endpoint | null;
  readonly decision: Decision | null;
  readonly requestId: string;
  readonly isGrpc: boolean;
  /** Of a gRPC call over HTTP/2; null for everything else. */
  readonly grpcMessages: GrpcMessages | null;
  /** -1 when none came. */
  readonly grpcStatus: number;
  readonly upstreamTls: PeerTls | null;
  readonly upstreamLocalAddress: string;
  readonly upstreamFailure: string;
  readonly upstreamServiceMs: number;
  readonly attempts: number;
  /** Header values that access log and spans show; kept only when one of them is on. */
  readonly userAgent: string;
  readonly forwardedFor: string;
  readonly originalPath: string;
  readonly trace: TraceContext | null;
}

/** Where a request stands in a trace. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly sampled: boolean;
  readonly startEpochMs: number;
}
