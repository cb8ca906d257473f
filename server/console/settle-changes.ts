import { record } from './apply-change';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import { cleanObject } from './draft-object';
import { splitApiVersion } from './known-kinds';
import { same } from './merge-three-way';
import { readCurrent } from './preview-change';
import type { Cluster } from './watch-cluster';

/** Changes a crash interrupted: the history says afterwards which state the mesh is in, the old, the new or (named) one between. */
export async function settleChanges(console: Console, cluster: Cluster): Promise<void> {
  for (const change of console.changes.list(1000)) {
    if (change.status !== 'applying') continue;
    const states = await Promise.all(change.undo.map((one) => stateOf(cluster, one)));
    if (states.every((one) => one === 'new')) record(console, { ...change, status: 'applied' });
    else if (states.every((one) => one === 'old'))
      record(console, { ...change, status: 'put_back', error: 'The console stopped before anything was written.' });
    else record(console, { ...change, status: 'failed', error: 'The console stopped half-way: some objects are changed, some are not.' });
  }
}

async function stateOf(cluster: Cluster, { before, after }: StoredChange['undo'][number]): Promise<'old' | 'new' | 'other'> {
  const known = after ?? before;
  if (known === null) return 'other';
  const current = await readCurrent(cluster, splitApiVersion(known.apiVersion).group, known.kind, known.metadata);
  const spec = current === null ? null : cleanObject(current)['spec'];
  if (same(spec, after === null ? null : after['spec'])) return 'new';
  if (same(spec, before === null ? null : before['spec'])) return 'old';
  return 'other';
}
