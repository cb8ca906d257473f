import { describe, expect, it } from 'vitest';
import type { RouteAction } from '@/lib/xds';
import { compileRouteConfiguration } from './compile-route-configuration';
import { resolveTimeouts } from './resolve-timeouts';
import { plainRequest } from './routing-request';

describe('resolveTimeouts', () => {
  const timeouts = (route: RouteAction, headers: Record<string, string> = {}) => {
    const table = compileRouteConfiguration({
      name: 'r',
      virtual_hosts: [{ name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, route }] }],
    });
    const action = table.virtualHosts[0]?.routes[0]?.action;
    if (!action) throw new Error('no action');
    return resolveTimeouts(action, action.retry, plainRequest({ path: '/', headers }));
  };
  const grpc = { 'content-type': 'application/grpc' };

  it.each<[RouteAction, Record<string, string>, number, number]>([
    [{ cluster: 'c' }, {}, 15_000, 0],
    [{ cluster: 'c', timeout: { seconds: 0 } }, {}, 0, 0],
    [{ cluster: 'c', timeout: { seconds: 0, nanos: 500_000_000 } }, {}, 500, 0],
    [{ cluster: 'c', timeout: { seconds: 1 } }, { 'x-envoy-upstream-rq-timeout-ms': '250' }, 250, 0],
    [{ cluster: 'c', retry_policy: { per_try_timeout: { seconds: 2 } } }, {}, 15_000, 2000],
    [{ cluster: 'c', timeout: { seconds: 1 }, retry_policy: { per_try_timeout: { seconds: 2 } } }, {}, 1000, 0],
    [{ cluster: 'c', timeout: { seconds: 0 }, retry_policy: { per_try_timeout: { seconds: 2 } } }, {}, 0, 2000],
    [{ cluster: 'c', max_stream_duration: { grpc_timeout_header_max: { seconds: 0 } } }, { ...grpc, 'grpc-timeout': '100m' }, 100, 0],
    [{ cluster: 'c', max_stream_duration: { grpc_timeout_header_max: { seconds: 3 } } }, { ...grpc, 'grpc-timeout': '10S' }, 3000, 0],
    [{ cluster: 'c', max_stream_duration: { grpc_timeout_header_max: { seconds: 3 } } }, grpc, 15_000, 0],
    [{ cluster: 'c', timeout: { seconds: 2 }, max_grpc_timeout: { seconds: 3 } }, grpc, 3000, 0],
    [{ cluster: 'c', max_grpc_timeout: { seconds: 0 } }, grpc, 0, 0],
    [{ cluster: 'c', max_grpc_timeout: { seconds: 9 }, grpc_timeout_offset: { seconds: 1 } }, { ...grpc, 'grpc-timeout': '3S' }, 2000, 0],
    [{ cluster: 'c', max_grpc_timeout: { seconds: 9 }, grpc_timeout_offset: { seconds: 1 } }, { ...grpc, 'grpc-timeout': '1S' }, 1000, 0],
    [{ cluster: 'c', max_grpc_timeout: { seconds: 3 } }, { 'grpc-timeout': '1S' }, 15_000, 0],
  ])('%j %j', (route, headers, globalMs, perTryMs) => {
    expect(timeouts(route, headers)).toEqual({ globalMs, perTryMs });
  });
});
