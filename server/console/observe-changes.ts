import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyObject, ObjectRef, Words } from '@/lib/contract';
import { sayWords } from '@/lib/i18n';
import type { WordsCode } from '@/lib/i18n';
import type { AnyKubeObject, ObjectChange } from '@/server/kube';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import { describeDraft, draftedServices } from './draft-behaviour';
import { cleanObject, cleanYaml, refOfObject, sameRef } from './draft-object';
import { faultsAnnotation } from './fault-entries';
import { endedFaults } from './live-faults';
import { configurationKinds, isConfiguration, resourceFor } from './known-kinds';
import type { KnownKind } from './known-kinds';
import { same } from './merge-three-way';
import { record } from './record-change';
import type { Cluster } from './watch-cluster';

/** Long enough for a write of the console's own to reach its history before the watch's word is judged. */
const usualSettleMs = 2500;
/** Writes that were put back leave versions behind that no change names. */
const ownMs = 60_000;

/** What changed while it was not looked at: both sides, either `null`. */
interface Pending {
  before: AnyKubeObject | null;
  after: AnyKubeObject | null;
}

/** Writes changes that others make to the mesh's configuration into the history, also those made while no console ran. */
export function observeChanges(console: Console, cluster: Cluster, settleMs = usualSettleMs): { stop(): void } {
  const pending = new Map<string, Pending>();
  const seen = openSeen(join(console.config.dataDir, 'console', 'seen.json'));
  /**
   * The configuration as it was last looked at. The informer tells of its first list a turn after it says that it is complete, and of
   * everything again after a reconnection: what counts is not what it tells, but what differs from this.
   */
  let looked: Map<string, AnyKubeObject> | null = null;
  let settling: NodeJS.Timeout | undefined;
  let saving: NodeJS.Timeout | undefined;
  let stopped = false;

  function save(): void {
    saving = undefined;
    if (looked !== null) seen.write([...looked.values()]);
  }

  function settle(): void {
    settling = undefined;
    const due = [...pending.values()];
    pending.clear();
    for (const one of due) {
      try {
        const change = changeOf(console, cluster, one);
        if (change !== null) record(console, change);
      } catch (error) {
        // An object that others wrote may be anything; the history without it is better than no console.
        console.log.error({ error: String(error) }, 'a change of others could not be told');
      }
    }
    saving ??= setTimeout(save, settleMs);
    saving.unref();
  }

  function note(key: string, one: Pending): void {
    const known = pending.get(key);
    pending.set(key, known === undefined ? one : { before: known.before, after: one.after });
    settling ??= setTimeout(settle, settleMs);
    settling.unref();
  }

  /** Compares one place of the mesh with what was there. */
  function compare(key: string, after: AnyKubeObject | null): void {
    const before = looked?.get(key) ?? null;
    if (before?.metadata.resourceVersion === after?.metadata.resourceVersion && (before === null) === (after === null)) return;
    if (after === null) looked?.delete(key);
    else looked?.set(key, after);
    note(key, { before, after });
  }

  const stopListening = cluster.informer.onChange((changes) => {
    if (looked === null || stopped) return;
    for (const { object, resource } of changes.filter(isOfConfiguration)) {
      const { name, namespace } = object.metadata;
      compare(keyOf(object), cluster.informer.get(resource, name, namespace) ?? null);
    }
  });
  cluster.informer.synced
    .then(() => {
      if (stopped) return;
      const now = new Map(configurationOf(cluster).map((one) => [keyOf(one), one]));
      const before = seen.read();
      looked = before ?? now;
      if (before !== null) {
        // Of a kind that may not be read just now nothing is known; that is no deletion, nor a creation once it may be again.
        const hidden = new Set(configurationKinds.filter((kind) => isHidden(cluster, kind)).map(({ group, kind }) => `${group}/${kind}`));
        for (const [key, object] of now) compare(key, object);
        for (const key of before.keys()) if (!now.has(key) && !hidden.has(key.slice(0, key.indexOf(' ')))) compare(key, null);
      }
      saving ??= setTimeout(save, settleMs);
      saving.unref();
    })
    .catch((error: unknown) => console.log.error({ error: String(error) }, 'changes made meanwhile could not be looked at'));
  return {
    stop() {
      stopped = true;
      stopListening();
      clearTimeout(settling);
      clearTimeout(saving);
    },
  };
}

function isOfConfiguration({ object }: ObjectChange): boolean {
  return isConfiguration(object);
}

function isHidden(cluster: Cluster, kind: KnownKind): boolean {
  const { state } = cluster.informer.state(resourceFor(kind));
  return state === 'refused' || state === 'syncing';
}

function configurationOf(cluster: Cluster): AnyKubeObject[] {
  return configurationKinds.flatMap((kind) => cluster.list(resourceFor(kind)));
}

function keyOf(object: AnyKubeObject): string {
  const { group, kind, namespace, name } = refOfObject(object);
  return `${group}/${kind} ${namespace}/${name}`;
}

/** What the configuration was when it was last looked at; `null` when it never was, or the file cannot be read. */
function openSeen(file: string): { read(): Map<string, AnyKubeObject> | null; write(objects: readonly AnyKubeObject[]): void } {
  let last = '';
  return {
    read() {
      if (!existsSync(file)) return null;
      try {
        const objects = JSON.parse(readFileSync(file, 'utf8')) as AnyKubeObject[];
        return new Map(objects.map((one) => [keyOf(one), one]));
      } catch {
        // It only serves to notice what others did meanwhile; it is written anew.
        return null;
      }
    },
    write(objects) {
      const text = JSON.stringify(
        objects.map((object) => ({
          ...cleanObject(object),
          metadata: { ...cleanObject(object).metadata, resourceVersion: object.metadata.resourceVersion },
        })),
      );
      const digest = createHash('sha256').update(text).digest('hex');
      if (digest === last) return;
      last = digest;
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}

function changeOf(console: Console, cluster: Cluster, { before, after }: Pending): StoredChange | null {
  const known = after ?? before;
  if (known === null) return null;
  const [old, fresh] = [before, after].map((one) => (one === null ? null : cleanObject(one)));
  if (old === undefined || fresh === undefined || same(withoutNotes(old), withoutNotes(fresh))) return null;
  const ref = refOfObject(known);
  const now = console.now();
  if (isOwn(console, ref, after, now) || isTold(console, ref, old, after)) return null;
  const { manager, at } = writerOf(after, now);
  const { ended } = endedFaults(console, old, fresh);
  const action = before === null ? 'create' : after === null ? 'delete' : 'update';
  const draft = old === null ? { objects: [], deletes: [ref] } : { objects: [old], deletes: [] };
  // The live objects are the new ones already: the old are laid over them, and both sides swapped.
  const services = draftedServices(cluster, draft).map((one) => ({ ...one, before: one.after, after: one.before }));
  return {
    id: randomUUID(),
    at,
    by: manager,
    origin: 'observed',
    status: 'applied',
    objects: [{ ref, action, resourceVersion: after?.metadata.resourceVersion ?? null }],
    documents: [{ ref, action, before: cleanYaml(old), after: cleanYaml(fresh) }],
    sentences: describeDraft(services, [{ before: old, after: fresh }]).map(inPast),
    undo: [{ before: old, after: fresh }],
    ...(ended.length === 0 ? {} : { endedFaults: ended }),
  };
}

const past: Record<string, WordsCode> = { change_create: 'seen_create', change_update: 'seen_update', change_delete: 'seen_delete' };

/** What others did is told as done. */
function inPast(sentence: Words): Words {
  const code = past[sentence.code];
  return code === undefined ? sentence : sayWords(code, sentence.values);
}

/** Notes of the console's own on an object are no change of it. */
function withoutNotes(object: AnyObject | null): AnyObject | null {
  if (object === null) return null;
  const { [faultsAnnotation]: _faults, ...annotations } = object.metadata.annotations ?? {};
  return { ...object, apiVersion: '', metadata: { ...object.metadata, annotations } };
}

/** Whether the console wrote this itself: the history names the version, or it was put back a moment ago. */
function isOwn(console: Console, ref: ObjectRef, after: AnyKubeObject | null, now: number): boolean {
  return console.changes.list(1000).some((change) => {
    const index = change.objects.findIndex((one) => sameRef(one.ref, ref));
    const object = change.objects[index];
    if (object === undefined || change.origin === 'observed') return false;
    if (after !== null && object.resourceVersion === after.metadata.resourceVersion) return true;
    if (now - Date.parse(change.at) > ownMs) return false;
    if (after === null) return object.action === 'delete' || change.status === 'put_back';
    const wasPutBack = change.status === 'put_back' || change.status === 'failed';
    return wasPutBack && change.undo.some((one) => one.before !== null && same(one.before['spec'], after['spec']));
  });
}

/** Whether the history has it: a console that ended before it wrote down what it had looked at meets the same once more. */
function isTold(console: Console, ref: ObjectRef, old: AnyObject | null, after: AnyKubeObject | null): boolean {
  const told = console.changes.list(1000).filter((one) => one.origin === 'observed');
  const last = told.find((change) => change.objects.some((one) => sameRef(one.ref, ref)));
  const object = last?.objects.find((one) => sameRef(one.ref, ref));
  if (last === undefined || object === undefined) return false;
  if (after === null) return object.action === 'delete' && last.undo.some((one) => one.after === null && same(one.before, old));
  return object.resourceVersion !== null && object.resourceVersion === after.metadata.resourceVersion;
}

/** Who wrote an object last, and when, as its managed fields say. */
function writerOf(object: AnyKubeObject | null, now: number): { manager: string; at: string } {
  const entries = (object?.metadata.managedFields ?? []).filter((one) => one.subresource === undefined || one.subresource === '');
  const newest = entries.toSorted((left, right) => ((left.time ?? '') < (right.time ?? '') ? 1 : -1))[0];
  const time = Date.parse(newest?.time ?? '');
  return { manager: newest?.manager ?? 'unknown', at: new Date(Number.isFinite(time) ? Math.min(time, now) : now).toISOString() };
}
