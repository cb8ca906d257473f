import { settleHealth } from '@/lib/health';
import type { Health, HealthReason, SettledHealth } from '@/lib/health';

/** Something whose health is shown. */
interface Judged {
  id: string;
  health: Health['status'];
  healthReasons: HealthReason[];
}

export interface HealthMemory {
  /** The memory of one kind of things, such as the nodes of graphs over one window. */
  of(kind: string, nowMs: number): { settle(item: Judged): void; settled(id: string, health: Health): Health };
}

/** What was not judged for so long is forgotten. */
const forgetMs = 300_000;

/** Remembers what was said of the health of things, so that it does not flap from one look to the next. */
export function rememberHealth(): HealthMemory {
  const kinds = new Map<string, Map<string, SettledHealth & { atMs: number }>>();
  let sweptMs = 0;
  const sweep = (nowMs: number): void => {
    if (nowMs - sweptMs < forgetMs) return;
    sweptMs = nowMs;
    for (const [kind, known] of kinds) {
      for (const [id, { atMs }] of known) if (nowMs - atMs > forgetMs) known.delete(id);
      if (known.size === 0) kinds.delete(kind);
    }
  };
  return {
    of(kind, nowMs) {
      sweep(nowMs);
      const known = kinds.get(kind) ?? new Map<string, SettledHealth & { atMs: number }>();
      kinds.set(kind, known);
      const settled = (id: string, health: Health): Health => {
        const before = known.get(id);
        const fresh = before !== undefined && nowMs - before.atMs <= forgetMs ? before : undefined;
        const next = settleHealth(fresh, health, nowMs);
        known.set(id, { ...next, atMs: nowMs });
        return next.health;
      };
      return {
        settled,
        settle(item) {
          const { status, reasons } = settled(item.id, { status: item.health, reasons: item.healthReasons });
          item.health = status;
          item.healthReasons = reasons;
        },
      };
    },
  };
}
