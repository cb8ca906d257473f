import type { Change } from '@/lib/contract';
import type { AnyKubeObject } from '@/server/kube';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import { cleanObject } from './draft-object';
import { resourceFor } from './known-kinds';
import type { KnownKind } from './known-kinds';
import type { Cluster } from './watch-cluster';

/** Puts a change into the history and tells whoever looks. */
export function record(console: Console, change: StoredChange): void {
  console.changes.put(change);
  console.graphs.announce({ id: change.id, status: change.status });
}

/** What the API tells of a change. */
export function publicChange({ undo: _undo, faultEntries: _entries, endedFaults: _ended, noted: _noted, ...change }: StoredChange): Change {
  return change;
}

/** Makes an object what it was: update on the version we wrote, delete what was created, create what was deleted. */
export async function restore(
  cluster: Cluster,
  kind: KnownKind,
  before: AnyKubeObject | null,
  now: AnyKubeObject | null,
): Promise<AnyKubeObject | null> {
  const resource = resourceFor(kind);
  if (before === null) {
    if (now === null) return null;
    const { resourceVersion } = now.metadata;
    await cluster.client.delete(resource, now.metadata, resourceVersion === undefined ? {} : { preconditions: { resourceVersion } });
    return null;
  }
  const clean = cleanObject(before);
  if (now === null) return cluster.client.create(resource, clean as AnyKubeObject);
  return cluster.client.update(resource, {
    ...clean,
    metadata: { ...clean.metadata, resourceVersion: now.metadata.resourceVersion },
  } as AnyKubeObject);
}
