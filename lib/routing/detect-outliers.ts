import type { OutlierDetection } from '@/lib/xds';
import type { LbHost } from './balance-hosts';
import type { Fraction } from './read-values';
import { drawFraction, durationMs } from './read-values';
import type { Random } from './routing-request';

/** envoy.config.cluster.v3.OutlierDetection with defaults: ejection by consecutive failures. Times in milliseconds. */
export interface OutlierSettings {
  readonly consecutive5xx: FailureThreshold;
  readonly consecutiveGateway: FailureThreshold;
  readonly consecutiveLocal: FailureThreshold;
  /** Failures to connect and timeouts count apart from responses. */
  readonly splitLocalErrors: boolean;
  readonly intervalMs: number;
  readonly baseEjectionMs: number;
  readonly maxEjectionMs: number;
  readonly maxEjectionPercent: number;
  readonly alwaysEjectOne: boolean;
}

interface FailureThreshold {
  readonly count: number;
  readonly enforcing: Fraction;
}

export function compileOutlierDetection(detection: OutlierDetection): OutlierSettings {
  const baseEjectionMs = durationMs(detection.base_ejection_time, 30_000);
  const threshold = (count: number | undefined, enforcing: number): FailureThreshold => ({
    count: count ?? 5,
    enforcing: { numerator: enforcing, denominator: 100 },
  });
  return {
    consecutive5xx: threshold(detection.consecutive_5xx?.value, detection.enforcing_consecutive_5xx?.value ?? 100),
    consecutiveGateway: threshold(
      detection.consecutive_gateway_failure?.value,
      detection.enforcing_consecutive_gateway_failure?.value ?? 0,
    ),
    consecutiveLocal: threshold(
      detection.consecutive_local_origin_failure?.value,
      detection.enforcing_consecutive_local_origin_failure?.value ?? 100,
    ),
    splitLocalErrors: detection.split_external_local_origin_errors ?? false,
    intervalMs: durationMs(detection.interval, 10_000),
    baseEjectionMs,
    maxEjectionMs: Math.max(baseEjectionMs, durationMs(detection.max_ejection_time, 300_000)),
    maxEjectionPercent: Math.min(100, detection.max_ejection_percent?.value ?? 10),
    alwaysEjectOne: detection.always_eject_one_host?.value ?? false,
  };
}

/** Failures of the proxy's own making, without a response. */
export type LocalFailure = 'connect' | 'timeout' | 'reset';

/** The state of one cluster's outlier detection. It sets `LbHost.ejected`; build a new balancer whenever a call reports a change. */
export interface OutlierDetector {
  /** The end of a request with a response. True when the host is ejected by it. */
  recordResponse(host: LbHost, status: number, nowMs: number, random: Random): boolean;
  recordLocalFailure(host: LbHost, failure: LocalFailure, nowMs: number, random: Random): boolean;
  /** To be called every `intervalMs`. Returns the hosts that are back. */
  sweep(nowMs: number): LbHost[];
  /** Forgets hosts that are gone. */
  replaceHosts(hosts: readonly LbHost[]): void;
}

interface HostRecord {
  server: number;
  gateway: number;
  local: number;
  ejectedAtMs: number;
  /** How many base ejection times the next ejection lasts, less one. */
  backOff: number;
}

const localStatuses = { connect: 503, timeout: 504, reset: 503 } as const;

export function createOutlierDetector(settings: OutlierSettings, initial: readonly LbHost[]): OutlierDetector {
  let records = new Map<LbHost, HostRecord>();
  const replaceHosts = (hosts: readonly LbHost[]): void => {
    records = new Map(hosts.map((host) => [host, records.get(host) ?? { server: 0, gateway: 0, local: 0, ejectedAtMs: 0, backOff: 0 }]));
  };
  replaceHosts(initial);

  const eject = (host: LbHost, record: HostRecord, enforcing: Fraction, nowMs: number, random: Random): boolean => {
    if (host.ejected || !drawFraction(enforcing, random)) return false;
    let active = 0;
    for (const other of records.keys()) if (other.ejected) active++;
    const percent = (100 * (active + 1)) / records.size;
    if (percent > settings.maxEjectionPercent && !(active === 0 && settings.alwaysEjectOne)) return false;
    host.ejected = true;
    record.ejectedAtMs = nowMs;
    if (record.backOff * settings.baseEjectionMs < settings.maxEjectionMs + settings.baseEjectionMs) record.backOff++;
    return true;
  };

  const recordStatus = (host: LbHost, record: HostRecord, status: number, nowMs: number, random: Random): boolean => {
    if (status < 500) {
      record.server = 0;
      record.gateway = 0;
      return false;
    }
    let ejected = false;
    record.gateway = status >= 502 && status <= 504 ? record.gateway + 1 : 0;
    if (record.gateway === settings.consecutiveGateway.count) {
      ejected = eject(host, record, settings.consecutiveGateway.enforcing, nowMs, random);
      record.gateway = 0;
    }
    record.server++;
    if (record.server === settings.consecutive5xx.count) {
      ejected = eject(host, record, settings.consecutive5xx.enforcing, nowMs, random) || ejected;
      record.server = 0;
    }
    return ejected;
  };

  return {
    replaceHosts,
    recordResponse: (host, status, nowMs, random) => {
      const record = records.get(host);
      if (record === undefined) return false;
      record.local = 0;
      return recordStatus(host, record, status, nowMs, random);
    },
    recordLocalFailure: (host, failure, nowMs, random) => {
      const record = records.get(host);
      if (record === undefined) return false;
      if (!settings.splitLocalErrors) return recordStatus(host, record, localStatuses[failure], nowMs, random);
      record.local++;
      if (record.local !== settings.consecutiveLocal.count) return false;
      record.local = 0;
      return eject(host, record, settings.consecutiveLocal.enforcing, nowMs, random);
    },
    sweep: (nowMs) => {
      const back: LbHost[] = [];
      for (const [host, record] of records) {
        if (!host.ejected) {
          if (record.backOff > 0) record.backOff--;
        } else if (nowMs - record.ejectedAtMs >= Math.min(settings.baseEjectionMs * record.backOff, settings.maxEjectionMs)) {
          host.ejected = false;
          back.push(host);
        }
      }
      return back;
    },
  };
}
