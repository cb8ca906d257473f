/** Limits of one priority of a cluster (envoy.config.cluster.v3.CircuitBreakers.Thresholds). */
export interface CircuitLimits {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
  /** Replaces `maxRetries`. */
  readonly retryBudget: { readonly percent: number; readonly minConcurrency: number } | null;
}

/** What is going on right now. The owner counts up and down; the functions below only judge. */
export interface CircuitLoad {
  connections: number;
  pendingRequests: number;
  requests: number;
  retries: number;
}

export function emptyLoad(): CircuitLoad {
  return { connections: 0, pendingRequests: 0, requests: 0, retries: 0 };
}

/** Whether one more connection may be opened; when not, the request waits for one in use (if `mayWait`). */
export function mayConnect(load: CircuitLoad, limits: CircuitLimits): boolean {
  return load.connections < limits.maxConnections;
}

/** Whether one more request may wait for a connection; when not: 503, flag UO, `x-envoy-overloaded`. */
export function mayWait(load: CircuitLoad, limits: CircuitLimits): boolean {
  return load.pendingRequests < limits.maxPendingRequests;
}

/** Whether one more request may be in flight; when not: 503, flag UO, `x-envoy-overloaded`. */
export function maySend(load: CircuitLoad, limits: CircuitLimits): boolean {
  return load.requests < limits.maxRequests;
}

/** Whether one more retry may be in flight. A budget is a share of the requests in flight and waiting, and at least its minimum. */
export function mayRetry(load: CircuitLoad, limits: CircuitLimits): boolean {
  return load.retries < retryLimit(load, limits);
}

function retryLimit(load: CircuitLoad, limits: CircuitLimits): number {
  if (limits.retryBudget === null) return limits.maxRetries;
  const { percent, minConcurrency } = limits.retryBudget;
  return Math.max(minConcurrency, Math.floor(((load.requests + load.pendingRequests) * percent) / 100));
}
