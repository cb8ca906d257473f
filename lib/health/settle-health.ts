import type { Health } from './schema';
import { severityOf } from './schema';

/** What is shown of something whose health is followed. Times in ms. */
export interface SettledHealth {
  health: Health;
  /** What was judged last, before anything was smoothed. */
  judged: Health;
  /** Since when it is judged better than shown; undefined when it is not. */
  betterSince: number | undefined;
}

/** So long something must have been better before it is called better. */
export const holdMs = 20_000;

/**
 * Health against flapping. Trouble is shown at once, because a limit counts as passed only when chance does not explain it; that it
 * is over is shown when it has been over for `holdMs`. Until then the reason says so.
 */
export function settleHealth(before: SettledHealth | undefined, judged: Health, nowMs: number): SettledHealth {
  if (before === undefined) return { health: judged, judged, betterSince: undefined };
  const shown = severityOf[before.health.status];
  const better = shown >= severityOf.degraded && severityOf[judged.status] < shown;
  if (!better) return { health: judged, judged, betterSince: undefined };
  const since = before.betterSince ?? nowMs;
  if (nowMs - since >= holdMs) return { health: judged, judged, betterSince: undefined };
  const held = { code: 'recovering', values: { status: judged.status, seconds: Math.ceil((holdMs - (nowMs - since)) / 1_000) } };
  return { health: { status: before.health.status, reasons: [held, ...judged.reasons] }, judged, betterSince: since };
}
