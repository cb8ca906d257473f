import { describe, expect, it } from 'vitest';
import { compileFault, decideFault } from './decide-fault';
import { plainRequest } from './routing-request';

const always = () => 0;

describe('decideFault', () => {
  const here = { cluster: 'c', nodeId: 'n', activeFaults: 0 };
  const half = { numerator: 50 };

  it('draws delay and abort apart', () => {
    const fault = compileFault({ delay: { fixed_delay: { seconds: 2 }, percentage: half }, abort: { grpc_status: 14, percentage: half } });
    const draws = [0.2, 0.2, 0.2, 0.9, 0.9, 0.9];
    const random = () => draws.shift() ?? 0;
    const request = plainRequest({ path: '/' });
    expect(decideFault(fault, request, random, here)).toEqual({ delayMs: 2000, abort: { grpcStatus: 14 } });
    expect(decideFault(fault, request, random, here)).toEqual({ delayMs: 2000, abort: null });
    expect(decideFault(fault, request, random, here)).toBeNull();
  });

  it('never fires without a percentage, for another cluster or node, or beyond its bound', () => {
    const request = plainRequest({ path: '/' });
    expect(decideFault(compileFault({ abort: { http_status: 500 } }), request, always, here)).toBeNull();
    const abort = { http_status: 500, percentage: { numerator: 100 } };
    expect(decideFault(compileFault({ abort, upstream_cluster: 'd' }), request, always, here)).toBeNull();
    expect(decideFault(compileFault({ abort, downstream_nodes: ['m'] }), request, always, here)).toBeNull();
    expect(decideFault(compileFault({ abort, max_active_faults: { value: 0 } }), request, always, here)).toBeNull();
    expect(decideFault(compileFault({ abort, upstream_cluster: 'c', downstream_nodes: ['n'] }), request, always, here)).not.toBeNull();
  });

  it('can be steered by headers, up to the configured share', () => {
    const fault = compileFault({
      delay: { header_delay: {}, percentage: half },
      abort: { header_abort: {}, percentage: { numerator: 100 } },
    });
    const asking = (headers: Record<string, string>) => decideFault(fault, plainRequest({ path: '/', headers }), () => 0.4, here);
    expect(asking({ 'x-envoy-fault-delay-request': '300' })).toEqual({ delayMs: 300, abort: null });
    expect(asking({ 'x-envoy-fault-delay-request': '300', 'x-envoy-fault-delay-request-percentage': '10' })).toBeNull();
    expect(asking({ 'x-envoy-fault-abort-request': '418' })).toEqual({ delayMs: 0, abort: { httpStatus: 418 } });
    expect(asking({ 'x-envoy-fault-abort-request': '42' })).toBeNull();
    expect(asking({})).toBeNull();
  });
});
