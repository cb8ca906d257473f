import type { Http2ProtocolOptions } from '@/lib/xds';

/** Windows and limits of HTTP/2 connections. */
export interface Http2Options {
  readonly maxConcurrentStreams: number;
  readonly streamWindow: number;
  readonly connectionWindow: number;
}

/** Envoy's defaults are windows of 256 MiB; a sidecar with bounded memory takes 1 MiB per stream and 16 MiB per connection at most. */
export function readHttp2Options(options: Http2ProtocolOptions | undefined): Http2Options {
  return {
    maxConcurrentStreams: Math.min(options?.max_concurrent_streams?.value ?? 1024, 1024),
    streamWindow: Math.min(options?.initial_stream_window_size?.value ?? 1024 * 1024, 1024 * 1024),
    connectionWindow: Math.min(options?.initial_connection_window_size?.value ?? 16 * 1024 * 1024, 16 * 1024 * 1024),
  };
}
