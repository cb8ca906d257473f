import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conflictBody } from '@/lib/contract';
import type { ChangeResponse, ConvergenceResponse, PreviewResponse, TrafficResponse } from '@/lib/contract';
import { listChanges } from '.';
import { call, reviews, route, row, virtualService } from './testdata/call-endpoint';
import { openConsole } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

let open: OpenConsole;
beforeAll(async () => {
  open = await openConsole();
});
afterAll(() => open.close());

describe('writing', () => {
  const live = () => open.kubernetes.get('virtualservices.networking.istio.io', 'default/reviews');
  const apply = (body: Record<string, unknown>) => call<ChangeResponse>('applyChange', { body: { reason: 'for a reason', ...body } });
  const traffic = async () => (await call<TrafficResponse>('serviceTraffic', { params: reviews })).body;

  it('previews without writing', async () => {
    open.prometheus.answer = () => [row('v1', 3), row('v2', 1)];
    open.kubernetes.writes.length = 0;
    const subsets = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: 'reviews', namespace: 'default' },
      spec: { host: 'reviews', subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })) },
    };
    const { status, body } = await call<PreviewResponse>('preview', {
      body: { objects: [virtualService([{ route: route({ v1: 90, v2: 10 }) }]), subsets] },
    });
    expect(body.guards.gains).toEqual([
      expect.objectContaining({ to: 'default/reviews', destination: 'v1', readyEndpoints: 1, rpsBefore: 2, rpsAfter: 3.6 }),
    ]);
    expect(body.guards.reasonNeeded).toEqual([]);
    expect(status).toBe(200);
    expect(body.documents[0]).toMatchObject({ action: 'create', before: null });
    expect(body.sentences.map((one) => one.text)).toContain('Requests to reviews: v1 from 50 % to 90 %.');
    expect(body.changes).toEqual([
      expect.objectContaining({
        from: 'default/productpage-v1',
        to: 'default/reviews',
        method: null,
        rps: 4,
        breaks: false,
        before: [
          { destination: 'v1', share: 0.5, endpoints: 1 },
          { destination: 'v2', share: 0.5, endpoints: 1 },
        ],
        after: [
          { destination: 'v1', share: 0.9, endpoints: 1 },
          { destination: 'v2', share: 0.1, endpoints: 1 },
        ],
      }),
    ]);
    expect(body.breaks).toBe(0);
    expect(open.kubernetes.writes).toEqual([]);
    expect(body.coverage).toMatchObject({ total: 4, requests: 0, share: 0 });
    expect(body.notices).toContainEqual(expect.objectContaining({ source: 'traces' }));
    const toNobody = await call<PreviewResponse>('preview', { body: { objects: [virtualService([{ route: route({ v9: 100 }) }])] } });
    expect(toNobody.body).toMatchObject({ breaks: 1, changes: [{ breaks: true, after: [{ destination: '503', failed: 503, share: 1 }] }] });
  });

  it('asks for a reason before it writes what breaks requests', async () => {
    open.prometheus.answer = () => [row('v1', 3), row('v2', 1)];
    const draft = { objects: [virtualService([{ route: route({ v9: 100 }) }])] };
    const { body } = await call<PreviewResponse>('preview', { body: draft });
    expect(body.guards).toMatchObject({ callers: ['default/productpage-v1'], rps: 4, share: 1, gains: [], owners: [] });
    expect(body.guards.reasonNeeded.map((one) => one.code)).toContain('reason_breaks');
    const refused = await call('applyChange', { body: draft });
    expect(refused.status).toBe(428);
    expect(refused.body).toMatchObject({ error: { code: 'precondition_required', path: 'reason' } });
    expect((await call('applyChange', { body: { ...draft, reason: '  ' } })).status).toBe(428);
    expect(live()).toBeUndefined();
    const done = await call<ChangeResponse>('applyChange', { body: { ...draft, reason: 'a drill' } });
    expect(done.status).toBe(201);
    expect((await call('undoChange', { params: { id: done.body.change.id } })).status).toBe(201);
  });

  it('says what the API server refuses', async () => {
    const { body } = await call<PreviewResponse>('preview', { body: { objects: [virtualService([{ name: 'refuse-me' }])] } });
    expect(body.findings).toEqual([expect.objectContaining({ code: 'HED0001', severity: 'error', message: 'admission says no' })]);
    expect((await apply({ objects: [virtualService([{ name: 'refuse-me' }])] })).status).toBe(422);
    expect(live()).toBeUndefined();
  });

  it('applies, records, converges and takes back', async () => {
    const created = await apply({ objects: [virtualService([{ route: route({ v1: 90, v2: 10 }) }])], reason: 'a try' });
    expect(created.status).toBe(201);
    expect(created.body.change).toMatchObject({ status: 'applied', by: 'fake', reason: 'a try' });
    expect(await traffic()).toMatchObject({
      routes: [
        { ref: { kind: 'VirtualService', name: 'reviews' }, object: { metadata: { resourceVersion: live()?.metadata.resourceVersion } } },
      ],
      newNames: { virtualService: 'reviews-routes' },
    });

    open.kubernetes.put('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'istiod-x', namespace: 'istio-system', labels: { app: 'istiod' } },
      spec: { containers: [] },
      status: { phase: 'Running' },
    });
    const version = Number(live()?.metadata.resourceVersion);
    open.kubernetes.proxied.set('/debug/syncz', [
      {
        proxy: 'reviews-v1-abc-x.default',
        cluster_sent: 'a',
        cluster_acked: 'a',
        'heddle.dev/acked': { 'networking.istio.io/VirtualService': String(version) },
      },
      {
        proxy: 'reviews-v2-abc-x.default',
        cluster_sent: 'a',
        cluster_acked: 'a',
        'heddle.dev/acked': { 'networking.istio.io/VirtualService': String(version - 1) },
        'heddle.dev/nacks': [
          { type: 't', message: 'no such cluster', resources: ['9080'], at: new Date(Date.now() + 60_000).toISOString(), standing: true },
        ],
      },
    ]);
    open.prometheus.answer = () => [row('v1', 920), row('v2', 80)];
    await expect
      .poll(async () => (await call<ConvergenceResponse>('convergence', { params: { id: created.body.change.id } })).body.knowledge)
      .toBe('acknowledged');
    const { body } = await call<ConvergenceResponse>('convergence', { params: { id: created.body.change.id } });
    expect(body.proxies).toMatchObject({ total: 2, have: 1 });
    expect(body.proxies.rows.map((one) => one.rejected)).toEqual([undefined, '9080: no such cluster']);
    expect(body.splits[0]).toMatchObject({ verdict: 'as_asked', requests: 1000 });
    expect(body.splits[0]?.shares[0]).toMatchObject({ asked: 0.9, observed: 0.92 });

    const undone = await call<ChangeResponse>('undoChange', { params: { id: created.body.change.id } });
    expect(undone.status).toBe(201);
    expect(live()).toBeUndefined();
    expect((await call('undoChange', { params: { id: created.body.change.id } })).status).toBe(409);
  });

  it('holds what Istio says to be in sync against the dump of the proxy', async () => {
    open.kubernetes.put('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'istiod-x', namespace: 'istio-system', labels: { app: 'istiod' } },
      spec: { containers: [] },
      status: { phase: 'Running' },
    });
    const { body: made } = await apply({ objects: [virtualService([{ route: route({ v1: 100 }) }])] });
    const dump = (subset: string) => ({
      routes: [
        {
          metadata: { filterMetadata: { istio: { config: '/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews' } } },
          route: { cluster: `outbound|9080|${subset}|reviews.default.svc.cluster.local` },
        },
      ],
    });
    const names = ['a.default', 'b.default', 'c.default', 'd.default'];
    open.kubernetes.proxied.set(
      '/debug/syncz',
      names.map((proxy) => ({ proxy, route_sent: 'n2', route_acked: proxy === 'd.default' ? 'n1' : 'n2' })),
    );
    for (const [proxy, body] of [['a.default', dump('v1')] as const, ['b.default', dump('v2')] as const, ['c.default', {}] as const])
      open.kubernetes.proxied.set(`/debug/config_dump?proxyID=${proxy}`, body);
    await expect
      .poll(async () => (await call<ConvergenceResponse>('convergence', { params: { id: made.change.id } })).body.proxies.total)
      .toBe(4);
    const { body } = await call<ConvergenceResponse>('convergence', { params: { id: made.change.id } });
    expect(body.knowledge).toBe('synced');
    expect(body.proxies.rows.map((row) => row.has)).toEqual([true, false, null, false]);
    await call('undoChange', { params: { id: made.change.id } });
  });

  it('takes a draft whose object has got nothing but a status since', async () => {
    open.kubernetes.put('virtualservices.networking.istio.io', virtualService([{ route: route({ v1: 100 }) }]));
    const base = live();
    open.kubernetes.put('virtualservices.networking.istio.io', {
      ...virtualService([{ route: route({ v1: 100 }) }]),
      status: { conditions: [] },
    });
    expect(live()?.metadata.resourceVersion).not.toBe(base?.metadata.resourceVersion);
    const draft = virtualService([{ route: route({ v2: 100 }) }], { resourceVersion: base?.metadata.resourceVersion });
    expect((await apply({ objects: [draft], bases: [base] })).status).toBe(201);
    expect(live()?.['spec']).toEqual(draft.spec);
  });

  it('refuses a stale draft with the three sides, and merges what does not conflict', async () => {
    open.kubernetes.put('virtualservices.networking.istio.io', virtualService([{ route: route({ v1: 100 }) }]));
    const base = live();
    open.kubernetes.put('virtualservices.networking.istio.io', {
      ...virtualService([{ route: route({ v1: 100 }) }]),
      metadata: { name: 'reviews', namespace: 'default', labels: { by: 'someone' } },
    });
    const stale = { ...virtualService([{ route: route({ v2: 100 }) }]), metadata: base?.metadata };
    const { status, body } = await call('applyChange', { body: { objects: [stale], bases: [base] } });
    expect(status).toBe(409);
    const { conflicts } = conflictBody.parse(body);
    expect(conflicts[0]?.fields).toEqual([]);
    expect(conflicts[0]?.merged).toMatchObject({
      metadata: { labels: { by: 'someone' }, resourceVersion: live()?.metadata.resourceVersion },
      spec: stale.spec,
    });
    expect((await apply({ objects: [conflicts[0]?.merged] })).status).toBe(201);
    expect(live()).toMatchObject({ metadata: { labels: { by: 'someone' } }, spec: stale.spec });
    const fromNothing = await call('applyChange', { body: { objects: [virtualService([{ route: route({ v1: 100 }) }])] } });
    expect(fromNothing.status).toBe(409);
  });

  it('asks before it takes a field from another manager', async () => {
    const managedFields = [{ manager: 'argocd-controller', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:http': {} } } }];
    open.kubernetes.put('virtualservices.networking.istio.io', virtualService([{ route: route({ v1: 100 }) }], { managedFields }));
    const draft = virtualService([{ route: route({ v1: 50, v2: 50 }) }], { resourceVersion: live()?.metadata.resourceVersion });
    const refused = await call('applyChange', { body: { objects: [draft] } });
    expect(refused.status).toBe(409);
    expect(conflictBody.parse(refused.body).owners).toMatchObject([{ manager: 'argocd-controller', fields: ['spec.http'] }]);
    expect((await apply({ objects: [draft], takeOver: true })).status).toBe(201);
  });

  it('takes away what others set when the draft leaves it out', async () => {
    open.kubernetes.put('virtualservices.networking.istio.io', {
      ...virtualService([{ route: route({ v1: 100 }) }]),
      spec: { hosts: ['reviews'], exportTo: ['.'], http: [{ route: route({ v1: 100 }) }] },
    });
    const draft = virtualService([{ route: route({ v1: 100 }) }], { resourceVersion: live()?.metadata.resourceVersion });
    expect((await apply({ objects: [draft] })).status).toBe(201);
    expect(live()?.['spec']).toEqual({ hosts: ['reviews'], http: [{ route: route({ v1: 100 }) }] });
  });

  it('puts back what was written when a later object fails', async () => {
    const before = live();
    const rule = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: 'reviews', namespace: 'default' },
      spec: { host: 'reviews' },
    };
    open.kubernetes.failNextWrite('virtualservices.networking.istio.io');
    const draft = virtualService([{ route: route({ v2: 100 }) }], { resourceVersion: before?.metadata.resourceVersion });
    const { status } = await apply({ objects: [draft, rule] });
    expect(status).toBeGreaterThanOrEqual(500);
    expect(open.kubernetes.get('destinationrules.networking.istio.io', 'default/reviews')).toBeUndefined();
    expect(live()).toEqual(before);
    expect(listChanges(open.console, 10).changes.filter((one) => one.status === 'put_back')).toHaveLength(1);
  });

  it('says after a crash which state the mesh is in', async () => {
    const done = open.console.changes.list(10).find((one) => one.origin !== 'observed');
    if (done === undefined) throw new Error('no change is recorded');
    const after = virtualService([{ route: route({ v1: 1, v2: 99 }) }]);
    const interrupted = { ...done, status: 'applying' as const, undo: [{ before: null, after }] };
    open.console.changes.put({ ...interrupted, id: 'written', at: '2026-02-01T00:00:00Z' });
    open.console.changes.put({
      ...interrupted,
      id: 'between',
      at: '2026-02-02T00:00:00Z',
      undo: [{ before: virtualService([]), after: virtualService([{ name: 'x' }]) }],
    });
    open.kubernetes.put('virtualservices.networking.istio.io', after);
    const console = await open.reopen();
    await expect
      .poll(() => [console.changes.get('written')?.status, console.changes.get('between')?.status])
      .toEqual(['applied', 'failed']);
  });
});
