import type { AnyObject, ChangeResponse, ChangesResponse, ObjectRef, UndoPreviewResponse } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { carryOut, mergeSides } from './apply-change';
import type { About, Step } from './apply-change';
import { ConflictError } from './change-conflict';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import { describeDraft, draftedServices } from './draft-behaviour';
import { cleanObject, refOfObject } from './draft-object';
import { writableKind } from './known-kinds';
import { same } from './merge-three-way';
import { previewChange, readCurrent } from './preview-change';
import { publicChange, record } from './record-change';
import type { Cluster } from './watch-cluster';

/** The history, newest first. */
export function listChanges(console: Console, limit: number): ChangesResponse {
  return { changes: console.changes.list(limit).map(publicChange), notices: [] };
}

export function findChange(console: Console, id: string): StoredChange {
  const change = console.changes.get(id);
  if (change === undefined)
    throw new HeddleError('not_found', `There is no change ${id}.`, { hint: 'History lists the changes that are kept.' });
  return change;
}

/** Takes a change back: a new change, on the condition that its objects are still what it made of them. Else 409 with the merge. */
export async function undoChange(console: Console, id: string, reason: string | undefined): Promise<ChangeResponse> {
  const { change, cluster, clean, conflicts } = await planUndo(console, id);
  if (conflicts.length > 0) {
    throw new ConflictError({
      error: {
        code: 'conflict',
        message: 'Someone changed these objects after this change.',
        hint: 'Look at the merge and apply it as a new change.',
      },
      conflicts,
      owners: [],
    });
  }
  const draft = draftOf(clean);
  const sentences = describeDraft(
    draftedServices(cluster, draft),
    clean.map(({ before, after }) => ({ before: before === null ? null : cleanObject(before), after })),
  );
  const about: About = {
    sentences,
    undoes: id,
    ...(reason === undefined ? {} : { reason }),
  };
  const response = await carryOut(console, cluster, clean, about, []);
  record(console, { ...change, status: 'undone', undoneBy: response.change.id });
  return response;
}

/** What taking a change back would do, or the merge it would need. */
export async function previewUndo(console: Console, id: string): Promise<UndoPreviewResponse> {
  const { clean, conflicts } = await planUndo(console, id);
  if (conflicts.length > 0) return { preview: null, conflicts };
  return { preview: await previewChange(console, draftOf(clean)), conflicts: [] };
}

async function planUndo(console: Console, id: string) {
  const change = findChange(console, id);
  if (change.status !== 'applied')
    throw new HeddleError('conflict', `This change is ${change.status.replace('_', ' ')}; there is nothing to undo.`);
  const cluster = console.cluster();
  const steps = await Promise.all(change.undo.map((one) => stepBack(cluster, one)));
  return {
    change,
    cluster,
    clean: steps.flatMap((step) => ('step' in step ? [step.step] : [])),
    conflicts: steps.flatMap((step) => ('conflict' in step ? [step.conflict] : [])),
  };
}

function draftOf(steps: readonly Step[]): { objects: AnyObject[]; deletes: ObjectRef[] } {
  return {
    objects: steps.flatMap((step) => (step.after === null ? [] : [step.after])),
    deletes: steps.flatMap((step) => (step.after === null && step.before !== null ? [refOfObject(step.before)] : [])),
  };
}

type Back = { step: Step } | { conflict: ConflictError['body']['conflicts'][number] };

async function stepBack(cluster: Cluster, { before, after }: StoredChange['undo'][number]): Promise<Back> {
  const known = before ?? after;
  if (known === null) throw new HeddleError('internal', 'A recorded change has neither a before nor an after.');
  const kind = writableKind(known);
  const current = await readCurrent(cluster, kind.group, kind.kind, known.metadata);
  const theirs: AnyObject | null = current === null ? null : cleanObject(current);
  // The version may have moved without the content (a status was written): that is no reason to refuse.
  if (sameContent(theirs, after))
    return { step: { kind, before: current, after: before, expected: current?.metadata.resourceVersion, exact: true } };
  const ref = refOfObject(known);
  return { conflict: mergeSides(ref, after, before, theirs, current?.metadata.resourceVersion) };
}

function sameContent(left: AnyObject | null, right: AnyObject | null): boolean {
  if (left === null || right === null) return left === right;
  return same(left['spec'], right['spec']) && same(left.metadata.labels ?? {}, right.metadata.labels ?? {});
}
