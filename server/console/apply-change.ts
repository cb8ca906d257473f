import { randomUUID } from 'node:crypto';
import type { AnyObject, Change, ChangeRequest, ChangeResponse, Deletion, FieldOwner, MergeConflict } from '@/lib/contract';
import { HeddleError, isHeddleError } from '@/lib/errors';
import type { AnyKubeObject } from '@/server/kube';
import { ConflictError } from './change-conflict';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import { describeDraft, draftedServices } from './draft-behaviour';
import { endedFaults } from './live-faults';
import { faultsAnnotation, withFaultEnds } from './fault-entries';
import { cleanObject, cleanYaml, lastAppliedAnnotation, otherOwners, refOfObject, sameRef } from './draft-object';
import { resourceFor, writableKind } from './known-kinds';
import type { KnownKind } from './known-kinds';
import { mergeThreeWay, same } from './merge-three-way';
import { inSafeOrder } from './order-steps';
import { applyBody, isRefused, previewChange, readCurrent } from './preview-change';
import { publicChange, record } from './record-change';
import { settleChange } from './settle-changes';
import type { Cluster } from './watch-cluster';

/** One object of a change: what is there, what shall be. */
export interface Step {
  kind: KnownKind;
  before: AnyKubeObject | null;
  /** `null`: delete. */
  after: AnyObject | null;
  /** The version that was looked at; a write on any other fails. */
  expected: string | undefined;
  /** Labels and annotations that others set and `after` lacks go too: the object becomes what it was. */
  exact?: boolean;
}

/** Applies objects as CONTRACTS §6: ownership, dry run, server-side apply on the version that was looked at; all or put back. */
export async function applyChange(console: Console, request: ChangeRequest): Promise<ChangeResponse> {
  if (request.objects.length + request.deletes.length === 0)
    throw new HeddleError('bad_request', 'There is nothing to apply.', { path: 'objects' });
  const cluster = console.cluster();
  const found = await Promise.all([
    ...request.objects.map((object) => stepOf(cluster, object)),
    ...request.deletes.map((deletion) => deletionStep(cluster, deletion)),
  ]);
  const steps = found.map((step) => atNewestStatus(step, request.bases));
  const conflicts = steps.flatMap((step) => conflictOf(step, request.bases) ?? []);
  if (conflicts.length > 0) throw conflictError('Someone else changed what this draft was made from.', conflicts, []);
  const owners = request.takeOver
    ? []
    : steps.flatMap((step) => (step.before === null || step.after === null ? [] : otherOwners(step.before, step.after)));
  if (owners.length > 0) {
    const names = [...new Set(owners.map((one) => one.manager))].join(', ');
    throw conflictError(`Fields of this change belong to ${names}.`, [], owners, 'Send it again with takeOver to take them over.');
  }
  if ((request.reason ?? '').trim() === '') await refuseWithoutReason(console, request);
  const sentences = describeDraft(
    draftedServices(cluster, request),
    steps.map(({ before, after }) => ({
      before: before === null ? null : cleanObject(before),
      after: after === null ? null : cleanObject(after),
    })),
  );
  const response = await carryOut(
    console,
    cluster,
    steps,
    {
      sentences,
      faultSeconds: request.faultSeconds,
      ...(request.reason === undefined ? {} : { reason: request.reason }),
      ...(request.undoes === undefined ? {} : { undoes: request.undoes }),
    },
    request.bases,
  );
  const taken = request.undoes === undefined ? undefined : console.changes.get(request.undoes);
  if (taken?.status === 'applied') record(console, { ...taken, status: 'undone', undoneBy: response.change.id });
  return response;
}

/** A change that adds an error, or breaks what works, is only written when somebody says why. */
async function refuseWithoutReason(console: Console, request: ChangeRequest): Promise<void> {
  const { guards, findings } = await previewChange(console, request);
  // What the API server refuses, it refuses with its own words.
  if (isRefused(findings) || guards.reasonNeeded.length === 0) return;
  throw new HeddleError('precondition_required', guards.reasonNeeded.map((one) => one.text).join(' '), {
    path: 'reason',
    hint: 'Send it again with a reason, which the history keeps.',
  });
}

export async function stepOf(cluster: Cluster, object: AnyObject): Promise<Step> {
  const kind = writableKind(object);
  return {
    kind,
    before: await readCurrent(cluster, kind.group, kind.kind, object.metadata),
    after: object,
    expected: object.metadata.resourceVersion,
  };
}

async function deletionStep(cluster: Cluster, deletion: Deletion): Promise<Step> {
  const kind = writableKind({ apiVersion: `${deletion.group}/${deletion.version}`, kind: deletion.kind });
  const before = await readCurrent(cluster, kind.group, kind.kind, deletion);
  if (before === null)
    throw new HeddleError('not_found', `${deletion.kind} ${deletion.namespace}/${deletion.name} does not exist (any more).`, {
      hint: 'It is gone already: discard the change.',
    });
  return { kind, before, after: null, expected: deletion.resourceVersion ?? before.metadata.resourceVersion };
}

/** A control plane writes its status whenever it likes: a version that differs in that alone is what the draft was made from. */
function atNewestStatus(step: Step, bases: readonly AnyObject[]): Step {
  const { before, expected } = step;
  if (before === null || expected === undefined || before.metadata.resourceVersion === expected) return step;
  const ref = refOfObject(before);
  const base = bases.find((one) => sameRef(refOfObject(one), ref) && one.metadata.resourceVersion === expected);
  return base !== undefined && same(cleanObject(base), cleanObject(before)) ? { ...step, expected: before.metadata.resourceVersion } : step;
}

/** The merge a stale draft needs; `null` when it is not stale. A new object must not be there yet. */
function conflictOf(step: Step, bases: readonly AnyObject[]): MergeConflict | null {
  if (step.before?.metadata.resourceVersion === step.expected) return null;
  if (step.before === null && step.expected === undefined) return null;
  return threeSides(step, bases);
}

function threeSides({ before, after, kind }: Step, bases: readonly AnyObject[]): MergeConflict {
  const known = after ?? before;
  const ref = known === null ? { group: kind.group, version: kind.version, kind: kind.kind, namespace: '', name: '' } : refOfObject(known);
  const found = bases.find((one) => sameRef(refOfObject(one), ref));
  const base = found === undefined ? null : cleanObject(found);
  const mine = after === null ? null : cleanObject(after);
  const theirs = before === null ? null : cleanObject(before);
  return mergeSides(ref, base, mine, theirs, before?.metadata.resourceVersion);
}

/** The merge of three sides; what it makes stands on the newest version. */
export function mergeSides(
  ref: MergeConflict['ref'],
  base: AnyObject | null,
  mine: AnyObject | null,
  theirs: AnyObject | null,
  resourceVersion: string | undefined,
): MergeConflict {
  const sides = { ref, base, mine, theirs };
  if (mine === null || theirs === null) return { ...sides, fields: [''], paths: [[]], combined: null, merged: null };
  const { merged, conflicts, paths } = mergeThreeWay(base, mine, theirs);
  const whole = merged as AnyObject;
  const combined = { ...whole, metadata: { ...whole.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
  return { ...sides, fields: conflicts, paths, combined, merged: conflicts.length > 0 ? null : combined };
}

export function conflictError(message: string, conflicts: MergeConflict[], owners: FieldOwner[], hint?: string): ConflictError {
  return new ConflictError({ error: { code: 'conflict', message, ...(hint === undefined ? {} : { hint }) }, conflicts, owners });
}

/** Writes one step and returns the object as it is then; `null` after a deletion. */
async function write(
  cluster: Cluster,
  step: Step,
  options: { dryRun: boolean; onWarning?: (text: string) => void },
): Promise<AnyKubeObject | null> {
  const { client } = cluster;
  const resource = resourceFor(step.kind);
  if (step.after === null) {
    const object = step.before;
    if (object === null) return null;
    const preconditions = step.expected === undefined ? {} : { preconditions: { resourceVersion: step.expected } };
    await client.delete(resource, object.metadata, { dryRun: options.dryRun, ...preconditions });
    return null;
  }
  const body = applyBody({ ...step.after, metadata: { ...step.after.metadata, resourceVersion: step.expected } });
  if (step.before !== null) {
    const preview = await client.apply(resource, body, { ...options, dryRun: true, force: true });
    // Apply leaves alone what others set and the draft leaves out. A draft that takes something away has to replace the object.
    const [merged, wanted] = [cleanObject(preview), cleanObject(step.after)];
    const leavesRest = step.exact === true && !same(merged.metadata, wanted.metadata);
    if (!same(merged['spec'], wanted['spec']) || notedFaults(preview) !== notedFaults(step.after) || leavesRest)
      return client.update(resource, replacement(step.before, body, step.exact === true), options);
  }
  return client.apply(resource, body, { ...options, force: true });
}

function notedFaults(object: AnyObject | AnyKubeObject): string | undefined {
  return object.metadata.annotations?.[faultsAnnotation];
}

/** The object with the draft's content, under the version that was looked at. */
function replacement(before: AnyKubeObject, body: AnyKubeObject, exact: boolean): AnyKubeObject {
  const { managedFields: _fields, annotations, labels, ...metadata } = before.metadata;
  const lastApplied = annotations?.[lastAppliedAnnotation];
  // kubectl compares with this the next time; it goes when the object goes, not when its content changes.
  const kept = lastApplied === undefined ? {} : { [lastAppliedAnnotation]: lastApplied };
  const others = exact || labels === undefined ? {} : { labels };
  return { ...body, metadata: { ...metadata, ...others, ...body.metadata, annotations: { ...body.metadata.annotations, ...kept } } };
}

/** What a change is about, beside its objects. */
export type About = Pick<Change, 'sentences'> & Partial<Pick<Change, 'reason' | 'undoes' | 'rollout'>> & { faultSeconds?: number };

interface NotedStep {
  step: Step;
  faults: NonNullable<StoredChange['faultEntries']>;
  ended: string[];
}

/** The step with the end of the faults it sets noted on its object, and which faults it takes away. */
function noteFaults(console: Console, step: Step, expiresAt: string): NotedStep {
  const before = step.before === null ? null : cleanObject(step.before);
  const { live, ended } = endedFaults(console, before, step.after);
  if (step.after === null) return { step, faults: [], ended };
  const { object, added } = withFaultEnds(before, step.after, live, expiresAt);
  return { step: { ...step, after: object }, faults: added.map((entry) => ({ ref: refOfObject(object), entry })), ended };
}

/** Dry run of all, then all in a safe order; recorded before and after, so that a crash in between leaves a trace of what was meant. */
export async function carryOut(
  console: Console,
  cluster: Cluster,
  steps: Step[],
  { faultSeconds = 900, ...about }: About,
  bases: readonly AnyObject[],
): Promise<ChangeResponse> {
  const expiresAt = new Date(console.now() + faultSeconds * 1000).toISOString();
  const noted = steps.map((step) => noteFaults(console, step, expiresAt));
  const ordered = inSafeOrder(noted.map((one) => one.step));
  const faultEntries = noted.flatMap((one) => one.faults);
  const ended = noted.flatMap((one) => one.ended);
  const warnings: string[] = [];
  for (const step of ordered)
    await guardStale(write(cluster, step, { dryRun: true, onWarning: (text) => warnings.push(text) }), console, step, bases);
  const change: StoredChange = {
    id: randomUUID(),
    at: new Date(console.now()).toISOString(),
    by: await cluster.user(),
    status: 'applying',
    ...about,
    ...(faultEntries.length === 0
      ? {}
      : { faultEntries, faults: faultEntries.map(({ entry }) => ({ id: entry.id, expiresAt: entry.expiresAt })) }),
    ...(ended.length === 0 ? {} : { endedFaults: ended }),
    objects: ordered.map((step) => ({
      ref: refOfObject(step.after ?? (step.before as AnyKubeObject)),
      action: step.after === null ? 'delete' : step.before === null ? 'create' : 'update',
      resourceVersion: null,
    })),
    documents: ordered.map((step) => ({
      ref: refOfObject(step.after ?? (step.before as AnyKubeObject)),
      action: step.after === null ? 'delete' : step.before === null ? 'create' : 'update',
      before: cleanYaml(step.before),
      after: cleanYaml(step.after),
    })),
    undo: ordered.map((step) => ({
      before: step.before === null ? null : cleanObject(step.before),
      after: step.after === null ? null : cleanObject(step.after),
    })),
  };
  console.writing.add(change.id);
  console.changes.put(change);
  const done: { step: Step; written: AnyKubeObject | null }[] = [];
  try {
    for (const step of ordered)
      done.push({ step, written: await guardStale(write(cluster, step, { dryRun: false }), console, step, bases) });
  } catch (error) {
    // An answer that got lost says nothing about the write: what is there decides. When that cannot be read now, it is read later.
    const maybe = done.length + (isAnswer(error) ? 0 : 1);
    const settled = await settleChange(console, cluster, change, error instanceof Error ? error.message : String(error), maybe);
    if (settled?.status !== 'applied') throw error;
    return { change: publicChange(settled), warnings: [...new Set(warnings)] };
  } finally {
    console.writing.delete(change.id);
  }
  const applied: StoredChange = {
    ...change,
    status: 'applied',
    objects: change.objects.map((one, index) => ({ ...one, resourceVersion: done[index]?.written?.metadata.resourceVersion ?? null })),
    undo: done.map(({ step, written }) => ({
      before: step.before === null ? null : cleanObject(step.before),
      after: written === null ? null : cleanObject(written),
    })),
  };
  await cluster.caughtUp(
    done.map(({ step, written }) => {
      const { namespace, name } = (step.after ?? (step.before as AnyKubeObject)).metadata;
      return { resource: resourceFor(step.kind), namespace, name, resourceVersion: written?.metadata.resourceVersion ?? null };
    }),
  );
  record(console, applied);
  return { change: publicChange(applied), warnings: [...new Set(warnings)] };
}

/** Whether the API server itself said no, so that nothing was written. */
function isAnswer(error: unknown): boolean {
  if (error instanceof ConflictError) return true;
  return isHeddleError(error) && error.code !== 'source_unavailable' && error.code !== 'timeout' && error.code !== 'source_failed';
}

/** Someone wrote between our look and our write: the answer is the merge, as if it had been noticed before. */
async function guardStale<Result>(writing: Promise<Result>, console: Console, step: Step, bases: readonly AnyObject[]): Promise<Result> {
  try {
    return await writing;
  } catch (error) {
    if (!isHeddleError(error) || error.code !== 'conflict') throw error;
    const name = (step.after ?? step.before)?.metadata;
    const before = name === undefined ? null : await readCurrent(console.cluster(), step.kind.group, step.kind.kind, name);
    throw conflictError('Someone else changed an object of this change at the same moment.', [threeSides({ ...step, before }, bases)], []);
  }
}
