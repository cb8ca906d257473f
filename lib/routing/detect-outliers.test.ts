import { describe, expect, it } from 'vitest';
import type { OutlierDetection } from '@/lib/xds';
import { readHosts } from './balance-hosts';
import type { LbHost } from './balance-hosts';
import { compileOutlierDetection, createOutlierDetector } from './detect-outliers';

const always = () => 0;

function setUp(detection: OutlierDetection, count = 2) {
  const { hosts } = readHosts({
    cluster_name: 'c',
    endpoints: [
      {
        lb_endpoints: Array.from({ length: count }, (_, at) => ({
          endpoint: { address: { socket_address: { address: `10.0.0.${at}`, port_value: 80 } } },
        })),
      },
    ],
  });
  const [first, second] = hosts;
  if (!first || !second) throw new Error('two hosts are needed');
  const detector = createOutlierDetector(compileOutlierDetection({ max_ejection_percent: { value: 100 }, ...detection }), hosts);
  const fail = (host: LbHost, times: number, status = 500, nowMs = 0) =>
    Array.from({ length: times }, () => detector.recordResponse(host, status, nowMs, always));
  return { first, second, detector, fail };
}

describe('createOutlierDetector', () => {
  it('ejects after consecutive failures, and a success starts the count anew', () => {
    const { first, detector, fail } = setUp({ consecutive_5xx: { value: 3 } });
    expect(fail(first, 2)).toEqual([false, false]);
    detector.recordResponse(first, 200, 0, always);
    expect(fail(first, 3)).toEqual([false, false, true]);
    expect(first.ejected).toBe(true);
  });

  it('lets a host back after base time × number of ejections, at a sweep', () => {
    const { first, detector, fail } = setUp({ consecutive_5xx: { value: 1 }, base_ejection_time: { seconds: 30 } });
    fail(first, 1, 500, 0);
    expect(detector.sweep(29_999)).toEqual([]);
    expect(detector.sweep(30_000)).toEqual([first]);
    fail(first, 1, 500, 30_000);
    expect(detector.sweep(89_999)).toEqual([]);
    expect(detector.sweep(90_000)).toEqual([first]);
    detector.sweep(100_000);
    detector.sweep(110_000);
    fail(first, 1, 500, 110_000);
    expect(detector.sweep(140_000)).toEqual([first]);
  });

  it('never ejects more than its share', () => {
    const ten = setUp({ consecutive_5xx: { value: 1 }, max_ejection_percent: { value: 10 } }, 10);
    expect(ten.fail(ten.first, 1)).toEqual([true]);
    expect(ten.fail(ten.second, 1)).toEqual([false]);
    const two = setUp({ consecutive_5xx: { value: 1 }, max_ejection_percent: { value: 10 } });
    expect(two.fail(two.first, 1)).toEqual([false]);
    const one = setUp({ consecutive_5xx: { value: 1 }, max_ejection_percent: { value: 10 }, always_eject_one_host: { value: true } });
    expect(one.fail(one.first, 1)).toEqual([true]);
  });

  it('counts gateway errors apart', () => {
    const detection = { consecutive_gateway_failure: { value: 2 }, enforcing_consecutive_gateway_failure: { value: 100 } };
    const { first, second, fail } = setUp(detection);
    expect(fail(first, 2, 503)).toEqual([false, true]);
    expect([...fail(second, 1, 503), ...fail(second, 1, 500), ...fail(second, 1, 503)]).toEqual([false, false, false]);
  });

  it('counts failures to connect as 503, or apart when they are split', () => {
    const joined = setUp({ consecutive_5xx: { value: 2 } });
    joined.fail(joined.first, 1);
    expect(joined.detector.recordLocalFailure(joined.first, 'connect', 0, always)).toBe(true);
    const split = setUp({
      consecutive_5xx: { value: 2 },
      split_external_local_origin_errors: true,
      consecutive_local_origin_failure: { value: 2 },
    });
    split.fail(split.first, 1);
    expect(split.detector.recordLocalFailure(split.first, 'connect', 0, always)).toBe(false);
    expect(split.detector.recordLocalFailure(split.first, 'timeout', 0, always)).toBe(true);
  });

  it('does not enforce what is set to 0 %', () => {
    const { first, fail } = setUp({ consecutive_5xx: { value: 1 }, enforcing_consecutive_5xx: { value: 0 } });
    expect(fail(first, 5)).toEqual([false, false, false, false, false]);
  });
});
