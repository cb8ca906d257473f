import { mayRetry, retryDelayMs } from '@/lib/routing';
import type { CompiledRetryPolicy } from '@/lib/routing';
import type { Cluster } from '../upstream/cluster';
import type { Endpoint } from '../upstream/endpoint';
import { random } from './random-bits';
import { FLAG } from './response-flags';

const NOBODY: readonly Endpoint[] = [];

/** Tries of one request: how many, where, and whether there may be another. */
export class RetryState {
  /** Number of the try under way; 0 before the first. */
  attempt = 0;
  /** A stale connection was replaced once already. */
  staleRetried = false;
  private tried: readonly Endpoint[] = NOBODY;
  private counted: Cluster | null = null;

  reset(): void {
    this.attempt = 0;
    this.staleRetried = false;
    this.tried = NOBODY;
    this.counted = null;
  }

  get isRetry(): boolean {
    return this.counted !== null;
  }

  /** Chooses an endpoint, not one of those tried if the policy wants that. */
  choose(cluster: Cluster, hash: bigint | null, policy: CompiledRetryPolicy | null): Endpoint | null {
    if (cluster.usesOriginalDestination) return null;
    if (this.tried.length === 0 || policy?.avoidPreviousHosts !== true) return cluster.choose(hash, NOBODY, 1);
    return cluster.choose(hash, this.tried, policy.hostSelectionAttempts);
  }

  /** Flags that say why there is no further try; 0 when there may be one. */
  refusal(cluster: Cluster, policy: CompiledRetryPolicy | null): number {
    if (this.attempt > (policy?.attempts ?? 0)) {
      cluster.stats.upstream_rq_retry_limit_exceeded++;
      return FLAG.retryLimit;
    }
    if (this.counted === null && !mayRetry(cluster.load, cluster.settings.limits)) {
      cluster.stats.upstream_rq_retry_overflow++;
      return FLAG.upstreamOverflow;
    }
    return 0;
  }

  /** Counts a retry; returns how long to wait before it, in milliseconds. */
  begin(cluster: Cluster, endpoint: Endpoint | null, policy: CompiledRetryPolicy): number {
    cluster.stats.upstream_rq_retry++;
    if (this.counted === null) {
      this.counted = cluster;
      cluster.load.retries++;
    }
    if (endpoint !== null) this.tried = [...this.tried, endpoint];
    return retryDelayMs(policy, this.attempt, random);
  }

  /** The request is over. */
  end(): void {
    if (this.counted === null) return;
    this.counted.load.retries--;
    this.counted = null;
  }
}
