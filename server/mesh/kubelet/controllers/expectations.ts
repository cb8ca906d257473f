/**
 * What a controller has written and its informer has not shown yet. Without it a controller would create a pod twice, because its
 * copy of the world is some milliseconds behind its own writes.
 */
export class Expectations {
  private readonly created = new Map<string, Map<string, number>>();
  private readonly deleted = new Map<string, Map<string, number>>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  expectCreated(key: string, uid: string): void {
    mapOf(this.created, key).set(uid, this.now());
  }

  expectDeleted(key: string, uid: string): void {
    mapOf(this.deleted, key).set(uid, this.now());
  }

  /** True when everything written for `key` shows in `visible` (uids alive and not being deleted). Old expectations are given up. */
  satisfied(key: string, visible: ReadonlySet<string>): boolean {
    settle(this.created.get(key), (uid) => visible.has(uid), this.now());
    settle(this.deleted.get(key), (uid) => !visible.has(uid), this.now());
    return (this.created.get(key)?.size ?? 0) === 0 && (this.deleted.get(key)?.size ?? 0) === 0;
  }

  forget(key: string): void {
    this.created.delete(key);
    this.deleted.delete(key);
  }
}

/** A write that another one undid before we saw it never shows. */
const givenUpAfterMs = 5000;

function mapOf(maps: Map<string, Map<string, number>>, key: string): Map<string, number> {
  let found = maps.get(key);
  if (found === undefined) maps.set(key, (found = new Map()));
  return found;
}

function settle(waiting: Map<string, number> | undefined, seen: (uid: string) => boolean, now: number): void {
  if (waiting === undefined) return;
  for (const [uid, since] of waiting) if (seen(uid) || now - since > givenUpAfterMs) waiting.delete(uid);
}
