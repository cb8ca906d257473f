import type { CompiledRetryPolicy, RequestTimeouts } from '@/lib/routing';
import { shouldRetryReset, shouldRetryResponse } from '@/lib/routing';
import { HANG_MS } from '../generate';
import type { CaseRequest } from '../generate';

export interface TriesOutcome {
  readonly status: number;
  readonly attempts?: number;
}

/** How often an application that fails or hangs is asked, and what the caller gets in the end. */
export function foretellTries(
  request: CaseRequest,
  retry: CompiledRetryPolicy | null,
  { globalMs, perTryMs }: RequestTimeouts,
): TriesOutcome {
  const allowed = retry === null || retry.conditions === 0 ? 0 : retry.attempts;
  const tryTimesOut = request.hangs === true && perTryMs > 0 && perTryMs < HANG_MS;
  const allTimesOut = request.hangs === true && globalMs > 0 && globalMs < HANG_MS;
  for (let attempt = 0; ; attempt++) {
    if (tryTimesOut) {
      // Where both run out, it depends on the pauses between the tries how many fit in.
      if (allTimesOut) return { status: 504 };
      if (attempt < allowed && retry !== null && shouldRetryReset(retry, 'per-try-timeout', true)) continue;
      return { status: 504, attempts: attempt + 1 };
    }
    if (allTimesOut) return { status: 504, attempts: attempt + 1 };
    const status = request.fail !== undefined && attempt < request.fail.times ? request.fail.status : 200;
    if (attempt < allowed && retry !== null && shouldRetryResponse(retry, status, () => undefined)) continue;
    return { status, attempts: attempt + 1 };
  }
}
