import { durationMs } from '@/lib/routing';
import type { OutlierDetection } from '@/lib/xds';
import type { Cluster } from './cluster';
import type { Endpoint } from './endpoint';

/** Consecutive failures and ejection of one endpoint. */
export class OutlierState {
  consecutive5xx = 0;
  consecutiveGateway = 0;
  consecutiveLocal = 0;
  /** How often it was ejected lately; each time is longer. */
  multiplier = 0;
  ejectedAt = 0;
  ejectedUntil = 0;
  ejections = 0;
}

type Cause = 'consecutive_5xx' | 'consecutive_gateway_failure' | 'consecutive_local_origin_failure';

const MAX_EJECTION_MS = 300_000;

/** Envoy's passive health check: ejects endpoints after failures in a row, and lets them back at interval sweeps. */
export class OutlierDetector {
  private readonly cluster: Cluster;
  private readonly consecutive5xx: number;
  private readonly consecutiveGateway: number;
  private readonly consecutiveLocal: number;
  private readonly split: boolean;
  private readonly enforce: Readonly<Record<Cause, number>>;
  private readonly intervalMs: number;
  private readonly baseMs: number;
  private readonly maxMs: number;
  private readonly maxPercent: number;
  private readonly alwaysOne: boolean;
  private nextSweep = 0;

  constructor(cluster: Cluster, config: OutlierDetection) {
    this.cluster = cluster;
    this.consecutive5xx = config.consecutive_5xx?.value ?? 5;
    this.consecutiveGateway = config.consecutive_gateway_failure?.value ?? 5;
    this.consecutiveLocal = config.consecutive_local_origin_failure?.value ?? 5;
    this.split = config.split_external_local_origin_errors ?? false;
    this.enforce = {
      consecutive_5xx: config.enforcing_consecutive_5xx?.value ?? 100,
      consecutive_gateway_failure: config.enforcing_consecutive_gateway_failure?.value ?? 0,
      consecutive_local_origin_failure: config.enforcing_consecutive_local_origin_failure?.value ?? 100,
    };
    this.intervalMs = durationMs(config.interval, 10_000);
    this.baseMs = durationMs(config.base_ejection_time, 30_000);
    this.maxMs = Math.max(durationMs(config.max_ejection_time, MAX_EJECTION_MS), this.baseMs);
    this.maxPercent = config.max_ejection_percent?.value ?? 10;
    this.alwaysOne = config.always_eject_one_host?.value ?? false;
  }

  /** A response came. gRPC failures come here as the HTTP status they stand for. */
  onResponse(endpoint: Endpoint, status: number, now: number): void {
    const state = endpoint.outlier;
    if (this.split) state.consecutiveLocal = 0;
    this.count(endpoint, state, status, now);
  }

  /** No response came: the connection could not be made, broke, or took too long. */
  onLocalFailure(endpoint: Endpoint, kind: 'connect' | 'timeout' | 'reset', now: number): void {
    const state = endpoint.outlier;
    if (this.split) {
      if (++state.consecutiveLocal >= this.consecutiveLocal) this.eject(endpoint, 'consecutive_local_origin_failure', now);
      return;
    }
    this.count(endpoint, state, kind === 'timeout' ? 504 : 503, now);
  }

  private count(endpoint: Endpoint, state: OutlierState, status: number, now: number): void {
    if (status < 500) {
      state.consecutive5xx = 0;
      state.consecutiveGateway = 0;
      return;
    }
    if (status >= 502 && status <= 504) {
      if (++state.consecutiveGateway >= this.consecutiveGateway) this.eject(endpoint, 'consecutive_gateway_failure', now);
    } else state.consecutiveGateway = 0;
    if (++state.consecutive5xx >= this.consecutive5xx) this.eject(endpoint, 'consecutive_5xx', now);
  }

  private eject(endpoint: Endpoint, cause: Cause, now: number): void {
    const state = endpoint.outlier;
    if (state.ejectedUntil > 0) return;
    state.consecutive5xx = 0;
    state.consecutiveGateway = 0;
    state.consecutiveLocal = 0;
    if (this.enforce[cause] < 100 && Math.random() * 100 >= this.enforce[cause]) return;
    const { stats, endpoints } = this.cluster;
    const ejected = stats.outlier_detection_ejections_active;
    const allowed = (ejected + 1) * 100 <= this.maxPercent * endpoints.length || (this.alwaysOne && ejected === 0);
    if (!allowed) {
      stats.outlier_detection_ejections_overflow++;
      return;
    }
    state.multiplier++;
    state.ejections++;
    state.ejectedAt = now;
    state.ejectedUntil = now + Math.min(this.baseMs * state.multiplier, this.maxMs);
    stats.outlier_detection_ejections_active++;
    stats.outlier_detection_ejections_enforced_total++;
    stats[`outlier_detection_ejections_enforced_${cause}`]++;
    this.cluster.generation++;
  }

  /** Lets endpoints back whose time is over; called often, acts once per interval. */
  sweep(now: number): void {
    if (now < this.nextSweep) return;
    this.nextSweep = now + this.intervalMs;
    for (const endpoint of this.cluster.endpoints) {
      const state = endpoint.outlier;
      if (state.ejectedUntil === 0) {
        // A quiet interval makes the next ejection shorter again.
        if (state.multiplier > 0 && now - state.ejectedAt > this.intervalMs) state.multiplier--;
        continue;
      }
      if (now < state.ejectedUntil) continue;
      state.ejectedUntil = 0;
      state.ejectedAt = now;
      this.cluster.stats.outlier_detection_ejections_active--;
      this.cluster.generation++;
    }
  }
}
