import type { StoredObject } from '../storage/stored-object';

/** [core/v1, events.k8s.io/v1]: the names under which the two APIs know the same field. */
const renamed = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

/** The core/v1 form of an events.k8s.io/v1 Event. */
export function coreEventOf(event: StoredObject): StoredObject {
  return rename(event, 'v1', 1, 0);
}

/** The events.k8s.io/v1 form of a core/v1 Event. */
export function eventsV1Of(event: StoredObject): StoredObject {
  return rename(event, 'events.k8s.io/v1', 0, 1);
}

function rename(event: StoredObject, apiVersion: string, from: 0 | 1, to: 0 | 1): StoredObject {
  const names = new Map<string, string>(renamed.map((pair) => [pair[from], pair[to]]));
  const fields = Object.entries(event).map(([name, value]): [string, unknown] => [names.get(name) ?? name, value]);
  return { ...(Object.fromEntries(fields) as StoredObject), apiVersion };
}
