import { mayConnect, mayRetry, maySend, mayWait } from '@/lib/routing';
import type { CircuitLimits, CircuitLoad } from '@/lib/routing';
import type { PeerTls } from '../io/connection';

/** Counters of one Envoy cluster, named as in Envoy. Plain numbers on one object: an increment costs nothing. */
export class ClusterStats {
  upstream_cx_total = 0;
  upstream_cx_connect_fail = 0;
  upstream_cx_connect_timeout = 0;
  upstream_cx_destroy = 0;
  upstream_cx_overflow = 0;
  upstream_cx_pool_overflow = 0;
  upstream_cx_rx_bytes_total = 0;
  upstream_cx_tx_bytes_total = 0;
  upstream_rq_total = 0;
  upstream_rq_completed = 0;
  upstream_rq_pending_total = 0;
  upstream_rq_pending_overflow = 0;
  upstream_rq_pending_failure_eject = 0;
  upstream_rq_timeout = 0;
  upstream_rq_per_try_timeout = 0;
  upstream_rq_cancelled = 0;
  upstream_rq_rx_reset = 0;
  upstream_rq_tx_reset = 0;
  upstream_rq_maintenance_mode = 0;
  upstream_rq_retry = 0;
  upstream_rq_retry_success = 0;
  upstream_rq_retry_overflow = 0;
  upstream_rq_retry_limit_exceeded = 0;
  upstream_rq_1xx = 0;
  upstream_rq_2xx = 0;
  upstream_rq_3xx = 0;
  upstream_rq_4xx = 0;
  upstream_rq_5xx = 0;
  outlier_detection_ejections_active = 0;
  outlier_detection_ejections_enforced_total = 0;
  membership_change = 0;
  ssl_handshake = 0;
  ssl_session_reused = 0;
  /** Requests by exact status. */
  readonly byStatus = new Map<number, number>();

  countStatus(status: number): void {
    this.upstream_rq_completed++;
    if (status >= 500) this.upstream_rq_5xx++;
    else if (status >= 400) this.upstream_rq_4xx++;
    else if (status >= 300) this.upstream_rq_3xx++;
    else if (status >= 200) this.upstream_rq_2xx++;
    else this.upstream_rq_1xx++;
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
  }

  /** Counts the handshake of a new connection, if it had one. */
  countHandshake(peer: PeerTls | null): void {
    if (peer === null) return;
    this.ssl_handshake++;
    if (peer.resumed) this.ssl_session_reused++;
  }

  /** Names and values, in Envoy's spelling without the cluster prefix. `load` is what is going on now; `…_open` is 1 while a limit is reached. */
  entries(load: CircuitLoad, limits: CircuitLimits): [string, number][] {
    const found: [string, number][] = [
      ['upstream_cx_active', load.connections],
      ['upstream_rq_active', load.requests],
      ['upstream_rq_pending_active', load.pendingRequests],
      ['circuit_breakers.default.cx_open', mayConnect(load, limits) ? 0 : 1],
      ['circuit_breakers.default.rq_pending_open', mayWait(load, limits) ? 0 : 1],
      ['circuit_breakers.default.rq_open', maySend(load, limits) ? 0 : 1],
      ['circuit_breakers.default.rq_retry_open', mayRetry(load, limits) ? 0 : 1],
    ];
    for (const [name, value] of Object.entries(this)) {
      if (typeof value !== 'number') continue;
      found.push([name.replace(/^(outlier_detection|ssl)_/, '$1.'), value]);
    }
    for (const [status, value] of this.byStatus) found.push([`upstream_rq_${status}`, value]);
    return found;
  }
}
