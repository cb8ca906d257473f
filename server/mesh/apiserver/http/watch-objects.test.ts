import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInformer, resources } from '@/server/kube';
import type { AnyKubeObject, ObjectChange, WatchEvent } from '@/server/kube';
import { configMap } from '../testdata/objects';
import { startTestServer } from '../testdata/start-test-server';
import type { TestServer } from '../testdata/start-test-server';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer({ storage: { historyLength: 20 } });
});
afterAll(() => test.stop());

async function take(path: string, count: number): Promise<WatchEvent[]> {
  const leaving = new AbortController();
  const events: WatchEvent[] = [];
  const resource = resources.configMaps;
  const query = new URLSearchParams(path);
  const watch = test.client.watch(resource, {
    resourceVersion: query.get('resourceVersion') ?? '',
    labelSelector: query.get('labelSelector') ?? undefined,
    namespace: query.get('namespace') ?? undefined,
    signal: leaving.signal,
  });
  for await (const batch of watch) {
    events.push(...batch);
    if (events.length >= count) break;
  }
  leaving.abort();
  return events.slice(0, count);
}
const summary = (events: readonly WatchEvent[]) => events.map(({ type, object }) => `${type} ${object.metadata.name}`);
const labelled = (name: string, team: string) => ({ ...configMap(name, {}), metadata: { name, namespace: 'default', labels: { team } } });

describe('watch', () => {
  it('replays from a version and goes on with what comes', async () => {
    const { resourceVersion } = await test.client.list(resources.configMaps);
    await test.client.create(resources.configMaps, configMap('w1', { a: '1' }));
    const events = take(`resourceVersion=${resourceVersion}`, 3);
    await test.client.patch(resources.configMaps, { name: 'w1', namespace: 'default' }, { data: { a: '2' } });
    await test.client.delete(resources.configMaps, { name: 'w1', namespace: 'default' });
    expect(summary(await events)).toEqual(['ADDED w1', 'MODIFIED w1', 'DELETED w1']);
  });

  it('shows an object entering and leaving a selection', async () => {
    const { resourceVersion } = await test.client.list(resources.configMaps);
    const events = take(`resourceVersion=${resourceVersion}&labelSelector=team=a`, 4);
    await test.client.create(resources.configMaps, labelled('w2', 'b'));
    const move = (team: string) =>
      test.client.patch(resources.configMaps, { name: 'w2', namespace: 'default' }, { metadata: { labels: { team } } });
    await move('a');
    await test.client.patch(resources.configMaps, { name: 'w2', namespace: 'default' }, { data: { x: '1' } });
    await move('b');
    await move('a');
    const seen = await events;
    expect(summary(seen)).toEqual(['ADDED w2', 'MODIFIED w2', 'DELETED w2', 'ADDED w2']);
    expect(seen[2]?.object.metadata.labels).toEqual({ team: 'a' });
  });

  it('says 410 when the history is shorter than the question', async () => {
    const { resourceVersion } = await test.client.list(resources.configMaps);
    for (let i = 0; i < 40; i++)
      await test.client.patch(resources.configMaps, { name: 'w2', namespace: 'default' }, { data: { x: String(i) } });
    await expect(take(`resourceVersion=${resourceVersion}`, 1)).rejects.toMatchObject({ code: 'gone' });
  });

  it('begins with everything and a bookmark when asked to (WatchList)', async () => {
    await test.client.create(resources.configMaps, configMap('w3', {}));
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
    const answer = await test.client.raw(`/api/v1/namespaces/default/configmaps?${query}`);
    const events = answer.body
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as WatchEvent);
    const bookmark = events.find((event) => event.type === 'BOOKMARK');
    expect(summary(events.slice(0, events.indexOf(bookmark as WatchEvent)))).toEqual(['ADDED w2', 'ADDED w3']);
    expect(bookmark?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    expect(Number(bookmark?.object.metadata.resourceVersion)).toBeGreaterThan(0);
  });

  it('sends tables to those who print', async () => {
    const answer = await test.client.raw('/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=1', {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
    });
    const [first, second] = answer.body
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { object: { kind: string; columnDefinitions: unknown; rows: { cells: unknown[] }[] } });
    expect(first?.object).toMatchObject({
      kind: 'Table',
      columnDefinitions: [{ name: 'Name', format: 'name' }, { name: 'Data', type: 'integer' }, { name: 'Age' }],
    });
    expect(second?.object.columnDefinitions).toBeNull();
  });
});

describe('an informer', () => {
  it('keeps a copy through changes and a restart of the server', async () => {
    const port = Number(new URL(test.server.url).port);
    const informer = createInformer(test.client, [resources.configMaps, resources.services], { backOffMs: { first: 10, most: 50 } });
    const changes: string[] = [];
    const waiting: { wanted: string; done: () => void }[] = [];
    informer.onChange((batch: ObjectChange[]) => {
      changes.push(...batch.map((change) => `${change.type} ${change.object.metadata.name}`));
      for (const { wanted, done } of waiting) if (changes.includes(wanted)) done();
    });
    const until = (wanted: string) => new Promise<void>((done) => (changes.includes(wanted) ? done() : waiting.push({ wanted, done })));
    informer.start();
    await informer.synced;
    expect(informer.list(resources.configMaps).map((one) => one.metadata.name)).toEqual(['w2', 'w3']);
    await test.client.create(resources.configMaps, configMap('i1', {}));
    await until('added i1');
    expect(informer.get<AnyKubeObject>(resources.configMaps, 'i1', 'default')).toMatchObject({ kind: 'ConfigMap' });
    await test.restart({ port });
    await test.client.delete(resources.configMaps, { name: 'i1', namespace: 'default' });
    await until('deleted i1');
    expect(informer.get(resources.configMaps, 'i1', 'default')).toBeUndefined();
    expect(changes.filter((change) => change === 'added w2')).toHaveLength(1);
    informer.stop();
  });

  it('calls a kind absent that the server does not have', async () => {
    const unknown = { group: 'nobody.example', version: 'v1', plural: 'things' };
    const informer = createInformer(test.client, [unknown]);
    informer.start();
    await informer.synced;
    expect(informer.state(unknown)).toMatchObject({ state: 'absent', error: { code: 'not_found' } });
    informer.stop();
  });
});
