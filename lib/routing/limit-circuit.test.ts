import { describe, expect, it } from 'vitest';
import { emptyLoad, mayConnect, mayRetry, maySend, mayWait } from './limit-circuit';

describe('circuit limits', () => {
  const limits = { maxConnections: 1, maxPendingRequests: 1, maxRequests: 2, maxRetries: 1, retryBudget: null };

  it('are reached when the count equals them', () => {
    const load = { ...emptyLoad(), connections: 1, pendingRequests: 1, requests: 1, retries: 1 };
    expect([mayConnect(load, limits), mayWait(load, limits), maySend(load, limits), mayRetry(load, limits)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it('let a budget grow with the load', () => {
    const budget = { ...limits, retryBudget: { percent: 20, minConcurrency: 3 } };
    expect(mayRetry({ ...emptyLoad(), retries: 2 }, budget)).toBe(true);
    expect(mayRetry({ ...emptyLoad(), retries: 3 }, budget)).toBe(false);
    expect(mayRetry({ ...emptyLoad(), requests: 90, pendingRequests: 10, retries: 19 }, budget)).toBe(true);
  });
});
