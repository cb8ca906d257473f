import { HeddleError } from '@/lib/errors';
import type { IncomingMessage } from 'node:http';
import type { KubeConnection } from './load-kube-config';
import { acceptMetadata } from './accept-metadata';
import { errorFromAnswer } from './map-status';
import { resourcePath, withQuery } from './resource-path';
import { createTransport, readBody } from './send-request';
import type {
  AnyKubeObject,
  ApplyOptions,
  DeleteOptions,
  KubeList,
  KubeObject,
  KubeStatus,
  ListOptions,
  ObjectName,
  PatchType,
  RawRequest,
  RawResponse,
  RequestOptions,
  ResourceRef,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './types';
import { readWatch } from './read-watch';

/**
 * A Kubernetes client for any kind. Every method fails with a HeddleError whose code tells what happened (`not_found`, `conflict`,
 * `invalid_object` with the field's path, `source_unavailable` …).
 */
export interface KubeClient {
  readonly connection: KubeConnection;
  /** One page. */
  list<T extends KubeObject = AnyKubeObject>(resource: ResourceRef, options?: ListOptions): Promise<KubeList<T>>;
  /** All pages; 500 objects each. */
  listAll<T extends KubeObject = AnyKubeObject>(resource: ResourceRef, options?: ListOptions): Promise<KubeList<T>>;
  get<T extends KubeObject = AnyKubeObject>(resource: ResourceRef, name: ObjectName, options?: RequestOptions): Promise<T>;
  create<T extends KubeObject = AnyKubeObject>(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<T>;
  /** PUT. With `metadata.resourceVersion` it succeeds only on that version. */
  update<T extends KubeObject = AnyKubeObject>(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<T>;
  /** Server-side apply: creates or merges, and owns what the object says. */
  apply<T extends KubeObject = AnyKubeObject>(resource: ResourceRef, object: KubeObject, options?: ApplyOptions): Promise<T>;
  patch<T extends KubeObject = AnyKubeObject>(
    resource: ResourceRef,
    name: ObjectName,
    patch: unknown,
    options?: WriteOptions & { type?: PatchType },
  ): Promise<T>;
  /** The deleted object, or its last state while finalizers hold it, or a Status. */
  delete(resource: ResourceRef, name: ObjectName, options?: DeleteOptions): Promise<AnyKubeObject | KubeStatus>;
  /** Any path of the API server; the answer is returned whatever its status. */
  raw(path: string, request?: RawRequest): Promise<RawResponse>;
  /** GET of a path that must succeed, as `/api/v1/namespaces/istio-system/pods/istiod:15014/proxy/debug/syncz`. */
  rawGet(path: string, options?: RequestOptions): Promise<Buffer>;
  /** Events until the server closes, the signal aborts, or an error is thrown (`gone`: list again). */
  watch<T extends KubeObject = AnyKubeObject>(resource: ResourceRef, options: WatchOptions): AsyncGenerator<WatchEvent<T>[]>;
  /** Closes idle connections. */
  close(): void;
}

const json = 'application/json';
const patchTypes: Record<PatchType, string> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};
const defaultTimeoutMs = 30_000;

export function createKubeClient(connection: KubeConnection): KubeClient {
  const transport = createTransport(connection);

  async function exchange(
    method: string,
    path: string,
    body: unknown,
    contentType: string,
    options: RequestOptions & Pick<ListOptions, 'metadataOnly'> = {},
  ): Promise<Buffer> {
    const signal = timeLimit(options);
    try {
      const answer = await transport.open({
        method,
        path,
        signal,
        headers: {
          accept: options.metadataOnly === true ? acceptMetadata('PartialObjectMetadataList') : json,
          ...(body === undefined ? {} : { 'content-type': contentType }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const bytes = await readBody(answer);
      if (options.onWarning !== undefined) for (const text of warningsOf(answer)) options.onWarning(text);
      if ((answer.statusCode ?? 500) >= 400) throw errorFromAnswer(answer.statusCode ?? 500, bytes.toString('utf8'));
      return bytes;
    } catch (error) {
      throw asTimeout(error, `${method} ${path}`, options);
    }
  }

  async function object<T>(
    method: string,
    path: string,
    body?: unknown,
    contentType = json,
    options?: RequestOptions & Pick<ListOptions, 'metadataOnly'>,
  ): Promise<T> {
    return JSON.parse((await exchange(method, path, body, contentType, options)).toString('utf8')) as T;
  }

  async function list<T extends KubeObject>(resource: ResourceRef, options: ListOptions = {}): Promise<KubeList<T>> {
    const { namespace, labelSelector, fieldSelector, limit, resourceVersion } = options;
    const path = withQuery(resourcePath(resource, { namespace }), {
      labelSelector,
      fieldSelector,
      limit,
      continue: options.continue,
      resourceVersion,
    });
    const page = await object<WireList<T>>('GET', path, undefined, json, options);
    return {
      items: (page.items ?? []).map((item) => withType(item, page)),
      resourceVersion: page.metadata?.resourceVersion ?? '',
      ...(page.metadata?.continue ? { continue: page.metadata.continue } : {}),
      ...(page.metadata?.remainingItemCount === undefined ? {} : { remainingItemCount: page.metadata.remainingItemCount }),
    };
  }

  async function listAll<T extends KubeObject>(resource: ResourceRef, options: ListOptions = {}): Promise<KubeList<T>> {
    const items: T[] = [];
    let token: string | undefined;
    for (;;) {
      const page: KubeList<T> = await list<T>(resource, { limit: 500, ...options, continue: token });
      items.push(...page.items);
      token = page.continue;
      if (token === undefined) return { items, resourceVersion: page.resourceVersion };
    }
  }

  const writeQuery = (options: WriteOptions) => ({
    fieldManager: options.fieldManager ?? 'heddle',
    fieldValidation: options.fieldValidation,
    dryRun: options.dryRun === true ? 'All' : undefined,
  });
  const pathOf = (resource: ResourceRef, metadata: ObjectName, options: WriteOptions) =>
    resourcePath(resource, { name: metadata.name, namespace: metadata.namespace, subresource: options.subresource });

  return {
    connection,
    list,
    listAll,
    get: (resource, name, options) => object('GET', resourcePath(resource, name), undefined, json, options),
    create: (resource, body, options = {}) =>
      object('POST', withQuery(resourcePath(resource, { namespace: body.metadata.namespace }), writeQuery(options)), body, json, options),
    update: (resource, body, options = {}) =>
      object('PUT', withQuery(pathOf(resource, body.metadata, options), writeQuery(options)), body, json, options),
    apply: (resource, body, options = {}) => {
      const query = { ...writeQuery(options), force: options.force === true ? 'true' : 'false' };
      return object('PATCH', withQuery(pathOf(resource, body.metadata, options), query), body, 'application/apply-patch+yaml', options);
    },
    patch: (resource, name, patch, options = {}) =>
      object('PATCH', withQuery(pathOf(resource, name, options), writeQuery(options)), patch, patchTypes[options.type ?? 'merge'], options),
    delete: (resource, name, options = {}) => {
      const { gracePeriodSeconds, propagationPolicy, preconditions } = options;
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: propagationPolicy ?? 'Background',
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        ...(preconditions === undefined ? {} : { preconditions }),
        ...(options.dryRun === true ? { dryRun: ['All'] } : {}),
      };
      return object('DELETE', resourcePath(resource, name), body, json, options);
    },
    async raw(path, request = {}) {
      try {
        const answer = await transport.open({
          method: request.method ?? 'GET',
          path,
          headers: request.headers,
          body: request.body,
          signal: timeLimit(request),
        });
        return { status: answer.statusCode ?? 500, headers: flatHeaders(answer), body: await readBody(answer) };
      } catch (error) {
        throw asTimeout(error, `${request.method ?? 'GET'} ${path}`, request);
      }
    },
    rawGet: (path, options) => exchange('GET', path, undefined, json, options),
    watch: (resource, options) => readWatch(transport, resource, options),
    close: () => transport.close(),
  };
}

interface WireList<T> {
  kind?: string;
  apiVersion?: string;
  metadata?: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  items?: T[];
}

/** Built-in kinds leave apiVersion and kind out of list items; the list says them. */
function withType<T extends KubeObject>(item: T, page: WireList<T>): T {
  if (item.kind !== undefined && item.apiVersion !== undefined) return item;
  return { ...item, apiVersion: item.apiVersion ?? page.apiVersion ?? 'v1', kind: item.kind ?? (page.kind ?? '').replace(/List$/, '') };
}

function timeLimit(options: RequestOptions): AbortSignal {
  const limit = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
  return options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
}

function asTimeout(error: unknown, what: string, options: RequestOptions): unknown {
  const aborted = error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
  if (!aborted || options.signal?.aborted === true) return error;
  return new HeddleError('timeout', `${what}: no answer within ${options.timeoutMs ?? defaultTimeoutMs} ms.`, { cause: error });
}

function flatHeaders(answer: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** Header values are bytes, which Node hands over as Latin-1; servers send UTF-8. The texts of `Warning: 299 - "text"` headers (RFC 7234 §5.5). */
function warningsOf(answer: IncomingMessage): string[] {
  const raw: string[] = [];
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    if (answer.rawHeaders[i]?.toLowerCase() === 'warning') raw.push(answer.rawHeaders[i + 1] ?? '');
  }
  return raw
    .map((bytes) => Buffer.from(bytes, 'latin1').toString('utf8'))
    .map((value) => /^\d{3} \S+ "((?:[^"\\]|\\.)*)"/.exec(value)?.[1]?.replace(/\\(.)/g, '$1') ?? value);
}
