import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; resourceVersion?: string; [field: string]: unknown };
  [field: string]: unknown;
}

/** A Kubernetes API small enough to read: list, watch, get, create, update, apply, delete with preconditions and dry run, pod proxies. */
export interface FakeKubernetes {
  url: string;
  /** Puts an object in place as someone else would. */
  put(resource: string, object: StoredObject): StoredObject;
  get(resource: string, key: string): StoredObject | undefined;
  /** Answers of `pods/NAME:PORT/proxy/PATH`, by everything after `/proxy`. */
  proxied: Map<string, unknown>;
  /** Requests that change something, as `METHOD path`. */
  writes: string[];
  /** `verb plural.group` of what the user may not do, as SelfSubjectAccessReviews answer. */
  denied: Set<string>;
  /** Makes the next write of a resource (not dry runs) fail. */
  failNextWrite(resource: string): void;
  stop(): Promise<void>;
}

export async function startFakeKubernetes(): Promise<FakeKubernetes> {
  const objects = new Map<string, Map<string, StoredObject>>();
  const watches = new Map<string, Set<ServerResponse>>();
  const proxied = new Map<string, unknown>();
  const writes: string[] = [];
  const failing = new Set<string>();
  const denied = new Set<string>();
  let version = 100;

  const keyOf = (object: StoredObject) => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  const collection = (resource: string) => {
    const existing = objects.get(resource) ?? new Map<string, StoredObject>();
    objects.set(resource, existing);
    return existing;
  };
  const tell = (resource: string, type: string, object: StoredObject) => {
    for (const watch of watches.get(resource) ?? []) watch.write(`${JSON.stringify({ type, object })}\n`);
  };
  const store = (resource: string, object: StoredObject, dryRun: boolean): StoredObject => {
    const existed = collection(resource).has(keyOf(object));
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(dryRun ? version : (version += 1)) } };
    if (!dryRun) {
      collection(resource).set(keyOf(stored), stored);
      tell(resource, existed ? 'MODIFIED' : 'ADDED', stored);
    }
    return stored;
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const fail = (code: number, reason: string, message: string) => send(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
    const proxy = /\/pods\/[^/]+\/proxy(\/.*)$/.exec(url.pathname);
    if (proxy !== null) {
      const body = proxied.get(`${proxy[1] ?? ''}${url.search}`);
      return body === undefined ? fail(404, 'NotFound', 'no such page') : send(200, body);
    }
    if (url.pathname === '/version') return send(200, { gitVersion: 'v1.33.0' });
    const path = /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/(?:namespaces\/([^/]+)\/)?([a-z]+)(?:\/([^/]+))?$/.exec(url.pathname);
    if (path === null) return fail(404, 'NotFound', url.pathname);
    const [, group = '', namespace, plural = '', name] = path;
    const resource = group === '' ? plural : `${plural}.${group}`;
    if (plural === 'selfsubjectreviews') return fail(404, 'NotFound', 'not served');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as StoredObject);
    const dryRun = url.searchParams.get('dryRun') === 'All' || (body as { dryRun?: string[] } | undefined)?.dryRun?.[0] === 'All';

    if (plural === 'selfsubjectaccessreviews') {
      const { verb = '', resource: asked = '', group: its = '' } = (body as { spec?: { resourceAttributes?: Record<string, string> } } | undefined)?.spec?.resourceAttributes ?? {};
      const refused = denied.has(`${verb} ${its === '' ? asked : `${asked}.${its}`}`);
      return send(201, { ...body, status: refused ? { allowed: false, reason: 'no rule grants it' } : { allowed: true } });
    }
    if (request.method === 'GET' && name === undefined && url.searchParams.has('watch')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      const open = watches.get(resource) ?? new Set();
      watches.set(resource, open.add(response));
      response.on('close', () => open.delete(response));
      return;
    }
    if (request.method === 'GET' && name === undefined) {
      return send(200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: String(version) }, items: [...collection(resource).values()] });
    }
    const key = `${namespace ?? ''}/${name ?? body?.metadata.name ?? ''}`;
    const current = collection(resource).get(key);
    if (request.method === 'GET') return current === undefined ? fail(404, 'NotFound', `${key} not found`) : send(200, current);
    // The Lease is renewed all the time and changes nothing of the mesh.
    if (!dryRun && plural !== 'leases') {
      writes.push(`${request.method ?? ''} ${url.pathname}`);
      if (failing.delete(resource)) return fail(500, 'InternalError', 'the disk is full');
    }
    const wanted =
      request.method === 'DELETE'
        ? (body as { preconditions?: { resourceVersion?: string } } | undefined)?.preconditions?.resourceVersion
        : body?.metadata.resourceVersion;
    if (wanted !== undefined && wanted !== current?.metadata.resourceVersion) return fail(409, 'Conflict', 'the object has been modified');
    if (request.method === 'DELETE') {
      if (current === undefined) return fail(404, 'NotFound', `${key} not found`);
      if (!dryRun) {
        collection(resource).delete(key);
        tell(resource, 'DELETED', { ...current, metadata: { ...current.metadata, resourceVersion: String((version += 1)) } });
      }
      return send(200, { kind: 'Status', status: 'Success' });
    }
    if (body === undefined) return fail(400, 'BadRequest', 'no body');
    if (JSON.stringify(body).includes('"refuse-me"')) return fail(422, 'Invalid', 'admission says no');
    if (request.method === 'PATCH') {
      // Apply leaves what others have set: the spec is merged field by field, one level deep.
      const spec = { ...(current?.['spec'] as object | undefined), ...(body['spec'] as object | undefined) };
      return send(200, store(resource, { ...current, ...body, metadata: { ...current?.metadata, ...body.metadata }, spec }, dryRun));
    }
    if (request.method === 'POST' && current !== undefined) return fail(409, 'AlreadyExists', `${key} already exists`);
    return send(request.method === 'POST' ? 201 : 200, store(resource, body, dryRun));
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    put: (resource, object) => store(resource, object, false),
    get: (resource, key) => collection(resource).get(key),
    proxied,
    writes,
    denied,
    failNextWrite: (resource) => failing.add(resource),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
