import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createInformer } from './create-informer';
import type { ObjectChange } from './create-informer';
import { createKubeClient } from './create-kube-client';
import type { KubeClient } from './create-kube-client';
import { kubeStatusOf } from './map-status';
import { resourcePath } from './resource-path';
import { resources } from './resources';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

type Handler = (message: IncomingMessage, response: ServerResponse, body: string) => void;

/** A client of a server that answers as the test says. */
async function clientOf(handler: Handler): Promise<KubeClient> {
  const server = http.createServer((message, response) => {
    let body = '';
    message.on('data', (chunk: Buffer) => (body += chunk.toString()));
    message.on('end', () => handler(message, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createKubeClient({
    context: 'test',
    server: `http://127.0.0.1:${port}/prefix`,
    namespace: 'default',
    skipTlsVerify: false,
  });
  open.push(async () => {
    client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return client;
}
const json = (response: ServerResponse, value: unknown, code = 200, headers: Record<string, string | string[]> = {}) =>
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
const configMap = (name: string, resourceVersion: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', resourceVersion },
});

describe('resourcePath', () => {
  it('encodes every part', () => {
    expect(resourcePath(resources.pods, { namespace: 'a', name: 'x/../y:80', subresource: 'proxy' })).toBe(
      '/api/v1/namespaces/a/pods/x%2F..%2Fy%3A80/proxy',
    );
    expect(resourcePath({ group: 'g.io', version: 'v1', plural: 'things' })).toBe('/apis/g.io/v1/things');
  });
});

describe('createKubeClient', () => {
  it('asks as Kubernetes wants to be asked', async () => {
    const seen: string[] = [];
    const client = await clientOf((message, response, body) => {
      seen.push(`${message.method} ${message.url} ${message.headers['content-type'] ?? '-'} ${body}`);
      json(response, configMap('a', '1'));
    });
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'n' } };
    await client.apply(resources.configMaps, object, { force: true, dryRun: true });
    await client.patch(resources.deployments, { name: 'd', namespace: 'n' }, { spec: null }, { subresource: 'scale', fieldManager: 'me' });
    await client.delete(resources.nodes, { name: 'node' }, { preconditions: { uid: 'u' } });
    expect(seen).toEqual([
      `PATCH /prefix/api/v1/namespaces/n/configmaps/a?fieldManager=heddle&dryRun=All&force=true application/apply-patch+yaml ${JSON.stringify(object)}`,
      'PATCH /prefix/apis/apps/v1/namespaces/n/deployments/d/scale?fieldManager=me application/merge-patch+json {"spec":null}',
      'DELETE /prefix/api/v1/nodes/node application/json {"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background","preconditions":{"uid":"u"}}',
    ]);
  });

  it('collects pages and says what list items leave out', async () => {
    const client = await clientOf((message, response) => {
      const second = message.url?.includes('continue=next') === true;
      const item = { metadata: { name: second ? 'b' : 'a' } };
      json(response, {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: { resourceVersion: '7', ...(second ? {} : { continue: 'next' }) },
        items: [item],
      });
    });
    expect(await client.listAll(resources.pods)).toEqual({
      resourceVersion: '7',
      items: [
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } },
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'b' } },
      ],
    });
  });

  it.each([
    [409, 'Conflict', 'conflict'],
    [410, 'Expired', 'gone'],
    [422, 'Invalid', 'invalid_object'],
    [403, 'Forbidden', 'forbidden'],
    [503, 'ServiceUnavailable', 'source_unavailable'],
  ])('turns %i into an error with the Status behind it', async (code, reason, expected) => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code,
      reason,
      message: 'because',
      details: { causes: [{ field: 'spec.x', message: 'wrong' }] },
    };
    const client = await clientOf((_message, response) => json(response, status, code));
    const error = await client.get(resources.pods, { name: 'x', namespace: 'y' }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: expected, message: 'because', path: 'spec.x' });
    expect(kubeStatusOf(error)).toEqual(status);
  });

  it('says that nobody answers, or not in time', async () => {
    const gone = createKubeClient({ context: 'x', server: 'http://127.0.0.1:1', namespace: 'default', skipTlsVerify: false });
    await expect(gone.list(resources.pods)).rejects.toMatchObject({ code: 'source_unavailable' });
    const slow = await clientOf(() => undefined);
    await expect(slow.list(resources.pods, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'timeout' });
  });

  it('hands on warnings', async () => {
    const client = await clientOf((_message, response) =>
      json(response, configMap('a', '1'), 200, { warning: ['299 - "unknown field \\"spec.x\\""', '299 - "second"'] }),
    );
    const warnings: string[] = [];
    await client.get(resources.configMaps, { name: 'a', namespace: 'b' }, { onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual(['unknown field "spec.x"', 'second']);
  });
});

describe('createInformer', () => {
  const changesOf = (changes: readonly ObjectChange[]) =>
    changes.map((change) => `${change.type} ${change.object.metadata.name} ${change.object.metadata.resourceVersion ?? ''}`);
  const list = (version: string, ...items: unknown[]) => ({
    kind: 'ConfigMapList',
    apiVersion: 'v1',
    metadata: { resourceVersion: version },
    items,
  });
  const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

  it('lists again when its version is gone and tells only the difference', async () => {
    let lists = 0;
    const versions: string[] = [];
    const secondWatch = Promise.withResolvers<void>();
    const client = await clientOf((message, response) => {
      const url = new URL(message.url ?? '', 'http://x');
      if (url.searchParams.get('watch') !== 'true') {
        lists += 1;
        json(
          response,
          lists === 1 ? list('10', configMap('a', '5'), configMap('b', '6')) : list('20', configMap('b', '15'), configMap('c', '16')),
        );
        return;
      }
      versions.push(url.searchParams.get('resourceVersion') ?? '');
      response.writeHead(200);
      if (versions.length === 1)
        response.end(
          line('ADDED', configMap('d', '11')) + line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }),
        );
      else {
        response.flushHeaders();
        secondWatch.resolve();
      }
    });
    const informer = createInformer(client, [resources.configMaps], { backOffMs: { first: 1, most: 5 } });
    const batches: string[][] = [];
    const done = new Promise<void>((resolve) =>
      informer.onChange((changes) => {
        batches.push(changesOf(changes));
        if (batches.flat().includes('added c 16')) resolve();
      }),
    );
    informer.start();
    await informer.synced;
    await Promise.all([done, secondWatch.promise]);
    informer.stop();
    expect(batches[0]).toEqual(['added a 5', 'added b 6']);
    expect(batches.flat().slice(2)).toEqual(['added d 11', 'deleted a 5', 'deleted d 11', 'modified b 15', 'added c 16']);
    expect(versions).toEqual(['10', '20']);
  });

  it('goes on from the version of the last bookmark when a watch ends', async () => {
    const versions: string[] = [];
    const third = Promise.withResolvers<void>();
    const client = await clientOf((message, response) => {
      const url = new URL(message.url ?? '', 'http://x');
      if (url.searchParams.get('watch') !== 'true') {
        json(response, list('1'));
        return;
      }
      versions.push(url.searchParams.get('resourceVersion') ?? '');
      response.writeHead(200);
      if (versions.length < 3) response.end(line('BOOKMARK', configMap('', String(versions.length * 100))));
      else third.resolve();
    });
    const informer = createInformer(client, [resources.configMaps], { backOffMs: { first: 1, most: 5 } });
    informer.start();
    await third.promise;
    informer.stop();
    expect(versions).toEqual(['1', '100', '200']);
  });

  it('asks for names alone and keeps nothing else; parts of a kind are read as one', async () => {
    const accepted: string[] = [];
    const secret = {
      metadata: { name: 's', namespace: 'default', resourceVersion: '1', annotations: { copy: 'of it all' } },
      data: { a: 'b' },
    };
    const client = await clientOf((message, response) => {
      const url = new URL(message.url ?? '', 'http://x');
      if (url.searchParams.get('watch') === 'true') response.writeHead(200).flushHeaders();
      else if (url.pathname.includes('secrets')) {
        accepted.push(message.headers.accept ?? '');
        json(response, { kind: 'SecretList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [secret] });
      } else json(response, list('1', configMap(url.searchParams.get('fieldSelector')?.split('=')[1] ?? '', '1')));
    });
    const part = (name: string) => ({ ...resources.configMaps, fieldSelector: `metadata.name=${name}` });
    const informer = createInformer(client, [{ ...resources.secrets, namesOf: 'Secret' }, part('a'), part('b')]);
    informer.start();
    await informer.synced;
    informer.stop();
    expect(accepted[0]).toContain('as=PartialObjectMetadataList');
    expect(informer.list(resources.secrets)).toEqual([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default', resourceVersion: '1' } },
    ]);
    expect(informer.list(resources.configMaps).map((one) => one.metadata.name)).toEqual(['a', 'b']);
    expect(informer.get(resources.configMaps, 'b', 'default')?.metadata.name).toBe('b');
    expect(informer.state(part('a')).state).toBe('live');
  });

  it('settles although one kind may not be read', async () => {
    const client = await clientOf((message, response) => {
      if (message.url?.includes('secrets') === true) json(response, { kind: 'Status', code: 403, message: 'no' }, 403);
      else if (message.url?.includes('watch=true') === true) response.writeHead(200).flushHeaders();
      else json(response, list('1', configMap('a', '1')));
    });
    const informer = createInformer(client, [resources.configMaps, resources.secrets]);
    const states: string[] = [];
    informer.onState((resource, state) => states.push(`${resource.plural} ${state}`));
    informer.start();
    await informer.synced;
    expect(states.sort()).toEqual(['configmaps live', 'secrets refused']);
    expect(informer.list(resources.configMaps, 'default')).toHaveLength(1);
    expect(informer.list(resources.configMaps, 'other')).toHaveLength(0);
    informer.stop();
  });
});
