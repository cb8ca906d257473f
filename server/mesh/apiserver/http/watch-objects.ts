import type { ServerResponse } from 'node:http';
import { viewOf } from '../core';
import type { ApiCore } from '../core';
import { selectorOf } from '../selectors';
import { apiVersionOf } from '../served-kinds';
import type { ServedKind } from '../served-kinds';
import { badRequest, expired, statusOf } from '../status-errors';
import type { StoreEvent } from '../storage/object-store';
import { objectJson } from '../storage/stored-object';
import type { StoredObject } from '../storage/stored-object';
import { tableOf } from '../table/make-table';
import { negotiate } from './negotiate';
import type { ApiRequest } from './api-request';
import type { ResourcePath } from './parse-path';

const bookmarkMs = 60_000;
/** A watcher that reads nothing while this much waits for it is cut off; it can list again. */
const backlogLimit = 64 << 20;

/** GET with watch=true: a line of JSON per event, until the client leaves or the time is up. */
export function watchObjects(core: ApiCore, request: ApiRequest, response: ServerResponse, kind: ServedKind, path: ResourcePath): void {
  const { query } = request;
  const apiVersion = apiVersionOf(path.group, path.version);
  const form = negotiate(request.message.headers.accept);
  const selects = selectorOf(query.get('labelSelector'), path.name === '' ? query.get('fieldSelector') : `metadata.name=${path.name}`);
  const matches = (object: StoredObject): boolean =>
    (path.namespace === '' || object.metadata.namespace === path.namespace) &&
    (selects === undefined || selects(viewOf(object, kind, apiVersion)));
  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  const since = readVersion(query.get('resourceVersion'));
  const initial = query.get('sendInitialEvents');

  // Everything before the first await-free write below is one turn: no event can slip between the replay and the subscription.
  const current = core.store.resourceVersion();
  const fromNow = since === 0;
  const replay = fromNow || initial === 'true' ? [] : core.store.eventsSince(kind.collection, since);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();

  let firstFrame = true;
  const render = (object: StoredObject): string => {
    const view = viewOf(object, kind, apiVersion);
    if (form.as === 'Table') {
      const include = query.get('includeObject');
      const table = tableOf(kind, [view], apiVersion, {
        metadata: { resourceVersion: view.metadata.resourceVersion ?? '' },
        include,
        version: form.version,
        now: core.now(),
      });
      if (!firstFrame) table.columnDefinitions = null;
      firstFrame = false;
      return JSON.stringify(table);
    }
    if (form.as === 'PartialObjectMetadata')
      return JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: view.metadata });
    return kind.conversion === undefined ? objectJson(object, apiVersion) : JSON.stringify(view);
  };
  const frame = (type: string, json: string): void => {
    if (response.writableLength > backlogLimit) response.destroy();
    else response.write(`{"type":"${type}","object":${json}}\n`);
  };
  const bookmark = (annotations?: Record<string, string>): void => {
    const metadata = {
      resourceVersion: String(core.store.resourceVersion()),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    };
    if (form.as === 'Table') {
      const table = { ...tableOf(kind, [], apiVersion, { metadata: {}, include: null, version: form.version, now: core.now() }) };
      frame(
        'BOOKMARK',
        JSON.stringify({
          ...table,
          rows: [{ cells: [], object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata } }],
        }),
      );
    } else frame('BOOKMARK', JSON.stringify({ kind: kind.definition.kind, apiVersion, metadata }));
  };
  const show = (event: StoreEvent): void => {
    const before = event.previous !== undefined && matches(event.previous);
    const after = event.type !== 'DELETED' && matches(event.object);
    if (after) frame(before ? 'MODIFIED' : 'ADDED', render(event.object));
    else if (before) frame('DELETED', render(withVersionOf(event)));
  };

  if (replay === undefined) {
    const error = statusOf(expired(`too old resource version: ${since} (${current})`));
    response.end(`${JSON.stringify({ type: 'ERROR', object: error })}\n`);
    return;
  }
  if (initial === 'true' || (fromNow && initial !== 'false')) {
    for (const object of core.store.list(kind.collection)) if (matches(object)) frame('ADDED', render(object));
    if (initial === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });
  }
  for (const event of replay) show(event);

  const unsubscribe = core.store.subscribe(kind.collection, show);
  const bookmarkTimer = bookmarks ? setInterval(() => bookmark(), bookmarkMs) : undefined;
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || 1800 + core.random() * 1800;
  const timeout = setTimeout(() => {
    // The last word before closing is where to go on.
    if (bookmarks) bookmark();
    response.end();
  }, seconds * 1000);
  response.on('close', () => {
    unsubscribe();
    clearInterval(bookmarkTimer);
    clearTimeout(timeout);
  });
}

function readVersion(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^\d+$/.test(text)) throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}`);
  return Number(text);
}

/** An object that leaves a selector's view is shown as it was, under the version at which it left. */
function withVersionOf(event: StoreEvent): StoredObject {
  if (event.type === 'DELETED' || event.previous === undefined) return event.object;
  return { ...event.previous, metadata: { ...event.previous.metadata, resourceVersion: String(event.rv) } };
}
