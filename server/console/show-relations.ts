import type { Notice, ObjectRef, RelationsResponse } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import type { AnyKubeObject } from '@/server/kube';
import { noticeOf } from './ask-metrics';
import { publicChange } from './record-change';
import type { Console } from './console-state';
import { refOf } from './describe-service';
import { sameRef } from './draft-object';
import { readLinks } from './read-links';
import { readObject } from './show-object';
import type { ObjectPath } from './show-object';

const mostChanges = 50;
const mostEvents = 50;
const events = { group: '', version: 'v1', plural: 'events' };

/** What stands around an object: references both ways, its events, and what was changed in it. */
export async function showRelations(console: Console, path: ObjectPath): Promise<RelationsResponse> {
  const { kind, object } = await readObject(console, path);
  const ref: ObjectRef = refOf(kind, object);
  const notices: Notice[] = [];
  const changes = console.changes
    .list(Number.MAX_SAFE_INTEGER)
    .filter((one) => one.objects.some((written) => sameRef(written.ref, ref)))
    .slice(0, mostChanges);
  return {
    ...(await readLinks(console.cluster(), kind, object)),
    events: await eventsOf(console, ref, notices),
    changes: changes.map(publicChange),
    notices,
  };
}

type Event = AnyKubeObject & {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  reportingComponent?: string;
  source?: { component?: string };
};

/** What Kubernetes noted about the object, newest first. Events of cluster-wide objects are kept in `default`. */
async function eventsOf(console: Console, ref: ObjectRef, notices: Notice[]): Promise<RelationsResponse['events']> {
  try {
    const { items } = await console.cluster().client.list<Event>(events, {
      namespace: ref.namespace === '' ? 'default' : ref.namespace,
      fieldSelector: `involvedObject.name=${ref.name},involvedObject.kind=${ref.kind}`,
      limit: 500,
    });
    return items
      .map((one) => ({
        type: one.type ?? 'Normal',
        reason: one.reason ?? '',
        message: one.message ?? '',
        count: one.count ?? 1,
        at: one.lastTimestamp ?? one.eventTime ?? one.metadata.creationTimestamp ?? null,
        by: (one.reportingComponent ?? '') === '' ? (one.source?.component ?? '') : (one.reportingComponent ?? ''),
      }))
      .toSorted((left, right) => ((left.at ?? '') < (right.at ?? '') ? 1 : -1))
      .slice(0, mostEvents);
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    notices.push(noticeOf('kubernetes', error));
    return [];
  }
}
