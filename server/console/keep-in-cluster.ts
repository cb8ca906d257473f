import { z } from 'zod';
import { change as changeShape } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import { resources } from '@/server/kube';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import type { Cluster } from './watch-cluster';

/** Where an event holds the whole change: another console, or one that lost its folder, reads it there. */
const changeAnnotation = 'heddle.dev/change';
const eventReason = 'HeddleChange';
/** Kubernetes takes 256 KiB of annotations; a change too big for that is an event without them. */
const mostBytes = 200_000;
const usualLookMs = 3_000;
const mostOpen = 50;

const sides = z.array(z.object({ before: z.unknown(), after: z.unknown() }));

/**
 * Keeps the changes made here in the cluster too, as Events of the objects they wrote (a cluster keeps those as long as it is set to: an hour
 * by default), and takes in those that other consoles left. Who may not write events has the history in the console's own store alone.
 */
export function keepInCluster(console: Console, lookMs = usualLookMs): { stop(): void } {
  let busy = false;
  let refused = false;
  let read = false;
  const look = async (): Promise<void> => {
    const cluster = console.clusterOrNull();
    if (busy || refused || cluster?.informer.hasSynced() !== true) return;
    busy = true;
    try {
      // Whoever leads: a console whose folder is lost has to wait for its own Lease to run out.
      if (!read) await takeIn(console, cluster);
      read = true;
      if (!console.leadership.leads()) return;
      const open = console.changes
        .list(mostOpen)
        .filter((one) => one.origin !== 'observed' && one.noted !== true && (one.status === 'applied' || one.status === 'undone'));
      for (const change of open) {
        await writeEvents(cluster, change);
        // It may have been taken back meanwhile: what is in the log now counts.
        const newest = console.changes.get(change.id);
        if (newest !== undefined) console.changes.put({ ...newest, noted: true });
      }
    } catch (error) {
      if (!isHeddleError(error)) console.log.error({ error: String(error) }, 'changes could not be kept in the cluster');
      else if (error.code === 'forbidden' || error.code === 'not_found') refused = true;
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function writeEvents(cluster: Cluster, change: StoredChange): Promise<void> {
  const whole = JSON.stringify(change);
  const because = change.reason === undefined ? '' : ` (${change.reason})`;
  const message = `${change.by}: ${change.sentences.map((one) => one.text).join(' ')}${because}`;
  for (const [index, { ref, resourceVersion }] of change.objects.entries()) {
    const namespace = ref.namespace === '' ? 'default' : ref.namespace;
    const keeps = index === 0 && whole.length <= mostBytes;
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: `heddle.${change.id}.${index}`,
        namespace,
        ...(keeps ? { annotations: { [changeAnnotation]: whole } } : {}),
      },
      involvedObject: {
        apiVersion: `${ref.group}/${ref.version}`,
        kind: ref.kind,
        namespace: ref.namespace,
        name: ref.name,
        ...(resourceVersion === null ? {} : { resourceVersion }),
      },
      reason: eventReason,
      message: message.slice(0, 1000),
      type: 'Normal',
      source: { component: 'heddle' },
      reportingComponent: 'heddle',
      firstTimestamp: `${change.at.slice(0, 19)}Z`,
      lastTimestamp: `${change.at.slice(0, 19)}Z`,
      count: 1,
    };
    try {
      await cluster.client.create(resources.events, event);
    } catch (error) {
      // Another replica, or this one before a crash, has written it.
      if (!isHeddleError(error) || error.code !== 'conflict') throw error;
    }
  }
}

/** Changes that are in the cluster and not in the log. */
async function takeIn(console: Console, cluster: Cluster): Promise<void> {
  const { items } = await cluster.client.listAll(resources.events, { fieldSelector: `reason=${eventReason}` });
  const found = items.flatMap((event) => parseChange(event.metadata.annotations?.[changeAnnotation]) ?? []);
  for (const one of found) if (console.changes.get(one.id) === undefined) console.changes.put({ ...one, noted: true });
  for (const { id, undoes } of found) {
    const undone = undoes === undefined ? undefined : console.changes.get(undoes);
    if (undone?.status === 'applied') console.changes.put({ ...undone, status: 'undone', undoneBy: id });
  }
}

function parseChange(text: string | undefined): StoredChange | null {
  if (text === undefined) return null;
  try {
    const value = JSON.parse(text) as StoredChange;
    return changeShape.safeParse(value).success && sides.safeParse(value.undo).success ? value : null;
  } catch {
    // Somebody else's annotation of that name.
    return null;
  }
}
