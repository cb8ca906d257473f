/** One change of the mesh: its number, and the newest resourceVersion per kind that it brought. */
export interface Revision {
  seq: number;
  changes: ReadonlyMap<string, string>;
}

interface Pending {
  seq: number;
  changes: Map<string, string>;
}

/**
 * Which resourceVersion of each kind one proxy has with all effects (ARCHITECTURE, "Convergence"). A revision waits while a response that it
 * caused is not acknowledged, was rejected, or awaits a subscription; a kind passes a revision only when every earlier one that touched it has.
 */
export class AckTracker {
  private readonly acked = new Map<string, string>();
  private pending: Pending[] = [];

  /** A revision was compiled for this proxy, whether or not it changed anything. */
  add(revision: Revision): void {
    this.pending.push({ seq: revision.seq, changes: new Map(revision.changes) });
  }

  /** Moves on past every revision that is not `blocked`. */
  settle(blocked: ReadonlySet<number>): void {
    if (this.pending.length === 0) return;
    const held = new Set<string>();
    const left: Pending[] = [];
    for (const revision of this.pending) {
      if (blocked.has(revision.seq)) {
        for (const kind of revision.changes.keys()) held.add(kind);
        left.push(revision);
        continue;
      }
      for (const [kind, version] of revision.changes) {
        if (held.has(kind)) continue;
        this.acked.set(kind, version);
        revision.changes.delete(kind);
      }
      if (revision.changes.size > 0) left.push(revision);
    }
    this.pending = left;
  }

  /** `group/Kind` → resourceVersion. */
  versions(): ReadonlyMap<string, string> {
    return this.acked;
  }
}
