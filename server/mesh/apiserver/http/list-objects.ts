import type { ServerResponse } from 'node:http';
import type { ApiCore } from '../core';
import { viewOf } from '../core';
import { selectorOf } from '../selectors';
import { apiVersionOf } from '../served-kinds';
import type { ServedKind } from '../served-kinds';
import { badRequest, expired } from '../status-errors';
import { objectJson } from '../storage/stored-object';
import type { StoredObject } from '../storage/stored-object';
import { negotiate } from './negotiate';
import { send } from './api-request';
import type { ApiRequest } from './api-request';
import type { ResourcePath } from './parse-path';
import { tableOf } from '../table/make-table';

interface ContinueToken {
  /** Version of the first page: a watch that starts there misses nothing that changed between the pages. */
  rv: number;
  /** The last object of the previous page. */
  after: [namespace: string, name: string];
}

/** GET of a collection. */
export function listObjects(core: ApiCore, request: ApiRequest, response: ServerResponse, kind: ServedKind, path: ResourcePath): void {
  const { query } = request;
  const selects = selectorOf(query.get('labelSelector'), query.get('fieldSelector'));
  const apiVersion = apiVersionOf(path.group, path.version);
  const all = core.store.list(kind.collection, path.namespace === '' ? undefined : path.namespace);
  const views = kind.conversion === undefined ? all : all.map((object) => viewOf(object, kind, apiVersion));
  const selected = selects === undefined ? views : views.filter(selects);

  const limit = readLimit(query.get('limit'));
  const token = readToken(core, kind, query.get('continue'));
  const start = token === undefined ? 0 : firstAfter(selected, token.after);
  const page = limit === 0 ? selected.slice(start) : selected.slice(start, start + limit);
  const remaining = selected.length - start - page.length;
  const rv = token?.rv ?? core.store.resourceVersion();
  const last = page.at(-1);
  const metadata = {
    resourceVersion: String(rv),
    ...(remaining > 0 && last !== undefined
      ? { continue: writeToken({ rv, after: [last.metadata.namespace ?? '', last.metadata.name] }), remainingItemCount: remaining }
      : {}),
  };

  const form = negotiate(request.message.headers.accept);
  if (form.as === 'Table') {
    const table = tableOf(kind, page, apiVersion, {
      metadata,
      include: query.get('includeObject'),
      version: form.version,
      now: core.now(),
    });
    send(request, response, 200, JSON.stringify(table));
    return;
  }
  if (form.as === 'PartialObjectMetadata') {
    const items = page.map(({ metadata }) => ({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }));
    send(request, response, 200, JSON.stringify({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items }));
    return;
  }
  const head = `{"kind":${JSON.stringify(`${kind.definition.kind}List`)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`;
  send(request, response, 200, `${head}${page.map((object) => objectJson(object, apiVersion)).join(',')}]}`);
}

function readLimit(text: string | null): number {
  if (text === null || text === '') return 0;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest(`limit: ${JSON.stringify(text)} is not a count`);
  return limit;
}

function firstAfter(objects: readonly StoredObject[], [namespace, name]: readonly [string, string]): number {
  const key = `${namespace}/${name}`;
  const at = objects.findIndex((object) => `${object.metadata.namespace ?? ''}/${object.metadata.name}` > key);
  return at === -1 ? objects.length : at;
}

const writeToken = (token: ContinueToken): string => Buffer.from(JSON.stringify(token)).toString('base64url');

function readToken(core: ApiCore, kind: ServedKind, text: string | null): ContinueToken | undefined {
  if (text === null || text === '') return undefined;
  let token: ContinueToken;
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as ContinueToken;
    if (typeof token.rv !== 'number' || typeof token.after[0] !== 'string' || typeof token.after[1] !== 'string')
      throw new Error('not a token');
  } catch {
    throw badRequest('continue key is not valid');
  }
  if (core.store.eventsSince(kind.collection, token.rv) === undefined) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
    );
  }
  return token;
}
