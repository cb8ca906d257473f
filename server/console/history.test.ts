import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change, ChangeResponse, ChangesResponse, UndoPreviewResponse } from '@/lib/contract';
import { configurationKinds } from './known-kinds';
import { call, route, virtualService } from './testdata/call-endpoint';
import { openConsole, severalLooksMs } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

const key = 'virtualservices.networking.istio.io';

describe('history', () => {
  let open: OpenConsole;
  beforeEach(async () => {
    open = await openConsole();
  });
  afterEach(() => open.close());
  const changes = async (): Promise<Change[]> => (await call<ChangesResponse>('changes')).body.changes;
  const put = (weights: Record<string, number>, manager = 'kubectl-edit') =>
    open.kubernetes.put(
      key,
      virtualService([{ route: route(weights) }], { managedFields: [{ manager, operation: 'Update', time: '2026-01-01T10:00:00Z' }] }),
    );

  /** What the console keeps of the configuration it looked at last. */
  const seen = (): string => {
    const file = join(open.folder, 'console', 'seen.json');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };

  it('tells what others changed, who and when, and takes it back', async () => {
    put({ v1: 100 });
    await expect
      .poll(changes)
      .toMatchObject([{ origin: 'observed', by: 'kubectl-edit', at: '2026-01-01T10:00:00.000Z', objects: [{ action: 'create' }] }]);
    put({ v1: 50, v2: 50 }, 'argocd');
    await expect.poll(async () => (await changes()).length).toBe(2);
    const change = (await changes()).find((one) => one.by === 'argocd');
    expect(change?.sentences.map((one) => one.text)).toContain('Requests to reviews: v1 from 100 % to 50 %.');
    const params = { id: change?.id ?? '' };
    const preview = await call<UndoPreviewResponse>('undoPreview', { params });
    expect(preview.body).toMatchObject({ conflicts: [], preview: { documents: [{ action: 'update' }] } });
    expect((await call<ChangeResponse>('undoChange', { params })).status).toBe(201);
    expect(open.kubernetes.get(key, 'default/reviews')).toMatchObject({ spec: { http: [{ route: route({ v1: 100 }) }] } });
    expect((await call('undoPreview', { params })).status).toBe(409);
  });

  it('lists a write of its own once, and a status that is written not at all', async () => {
    const { body } = await call<ChangeResponse>('applyChange', {
      body: { objects: [virtualService([{ route: route({ v1: 100 }) }])], reason: 'a try' },
    });
    const written = open.kubernetes.get(key, 'default/reviews');
    if (written === undefined) throw new Error('nothing was written');
    open.kubernetes.put(key, { ...written, status: { observedGeneration: 1 } });
    put({ v2: 100 });
    await expect.poll(async () => (await changes()).map((one) => one.origin ?? 'heddle').toSorted()).toEqual(['heddle', 'observed']);
    const conflict = await call<UndoPreviewResponse>('undoPreview', { params: { id: body.change.id } });
    expect(conflict.body).toMatchObject({ preview: null, conflicts: [{ ref: { name: 'reviews' } }] });
  });

  it('reads in the cluster what it made, when its own folder is lost', async () => {
    const { body: made } = await call<ChangeResponse>('applyChange', {
      body: { objects: [virtualService([{ route: route({ v1: 100 }) }])], reason: 'a try' },
    });
    await expect
      .poll(() => open.kubernetes.get('events', `default/heddle.${made.change.id}.0`))
      .toMatchObject({ reason: 'HeddleChange', involvedObject: { kind: 'VirtualService', name: 'reviews' } });
    open.kubernetes.put('events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'not-ours', namespace: 'default', annotations: { 'heddle.dev/change': '{"id": 1}' } },
      reason: 'HeddleChange',
    });
    await open.reopen(() => rmSync(join(open.folder, 'console'), { recursive: true }));
    await expect
      .poll(changes)
      .toMatchObject([{ id: made.change.id, by: 'fake', reason: 'a try', status: 'applied', objects: [{ action: 'create' }] }]);
    expect((await call<ChangeResponse>('undoChange', { params: { id: made.change.id } })).status).toBe(201);
    expect(open.kubernetes.get(key, 'default/reviews')).toBeUndefined();
  });

  it('takes a label of another away again', async () => {
    put({ v1: 100 });
    await expect.poll(async () => (await changes()).length).toBe(1);
    const metadata = { labels: { team: 'shop' }, managedFields: [{ manager: 'kubectl-label', operation: 'Update' }] };
    open.kubernetes.put(key, virtualService([{ route: route({ v1: 100 }) }], metadata));
    await expect.poll(async () => (await changes()).length).toBe(2);
    const id = (await changes()).find((one) => one.by === 'kubectl-label')?.id ?? '';
    expect((await call<ChangeResponse>('undoChange', { params: { id } })).status).toBe(201);
    expect(open.kubernetes.get(key, 'default/reviews')?.metadata['labels']).toBeUndefined();
  });

  it('tells what was changed while no console ran', async () => {
    put({ v1: 100 });
    await expect.poll(async () => (await changes()).length).toBe(1);
    // The copy that the next start compares with is written a moment later.
    await expect.poll(seen).toContain('"VirtualService"');
    await open.reopen(() => {
      put({ v2: 100 }, 'helm');
      open.kubernetes.put(key, { ...virtualService([{ route: route({ v1: 100 }) }]), metadata: { name: 'other', namespace: 'default' } });
    });
    await expect
      .poll(async () => (await changes()).map((one) => `${one.by} ${one.objects[0]?.action}`).toSorted())
      .toEqual(['helm update', 'kubectl-edit create', 'unknown create']);
  });

  it('tells nothing anew after a restart in which nothing happened', async () => {
    // One of every kind: whichever list comes last, the informer tells of it after it is complete.
    await expect.poll(seen).not.toBe('');
    await open.reopen(() => {
      for (const { group, version, kind, plural } of configurationKinds) {
        const metadata = { name: 'one', namespace: 'default' };
        const spec = { host: 'one', hosts: ['one'], rules: [] };
        open.kubernetes.put(`${plural}.${group}`, { apiVersion: `${group}/${version}`, kind, metadata, spec });
      }
    });
    const told = async () => (await changes()).map((one) => one.objects[0]?.ref.kind ?? '').toSorted();
    await expect.poll(told).toEqual(configurationKinds.map((one) => one.kind).toSorted());
    // Ends before and after what was looked at is on disk.
    for (const waitMs of [0, severalLooksMs, severalLooksMs]) {
      await open.reopen();
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    expect(await told()).toHaveLength(configurationKinds.length);
  });
});
