import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject, MarksResponse, Rollout, RolloutResponse, RolloutsResponse } from '@/lib/contract';
import { listChanges } from '.';
import { openRolloutLog } from './rollout-store';
import { call, reviews, route, virtualService } from './testdata/call-endpoint';
import type { FakeSample } from './testdata/fake-prometheus';
import { openConsole, severalLooksMs } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

let open: OpenConsole;
beforeEach(async () => {
  open = await openConsole();
});
afterEach(() => open.close());

const routes = 'virtualservices.networking.istio.io';
const rules = 'destinationrules.networking.istio.io';
const live = () => (open.kubernetes.get(routes, 'default/reviews') ?? null) as AnyObject | null;
const weights = () => {
  const spec = live()?.['spec'] as { http: { route: { destination: { subset: string }; weight: number }[] }[] } | undefined;
  return spec?.http[0]?.route.map((one) => one.weight) ?? null;
};
const put = (v1: number, v2: number, metadata: Record<string, unknown> = {}) =>
  open.kubernetes.put(routes, virtualService([{ route: route({ v1, v2 }) }], metadata));

interface Side {
  requests: number;
  errors?: number;
  /** Share beyond 100 ms. */
  slow?: number;
}

/** What the metrics say of both versions from now on. */
function measure(v1: Side | null, v2: Side | null): void {
  open.prometheus.answer = (promql): FakeSample[] | Error => {
    if (v1 === null || v2 === null) return new Error('no such thing');
    return [['v1', v1] as const, ['v2', v2] as const].flatMap(([version, { requests, errors = 0, slow = 0.02 }]): FakeSample[] => {
      const labels = { reporter: 'source', destination_canonical_revision: version };
      if (promql.includes('duration_milliseconds_bucket')) {
        const bucket = (le: string, value: number) => ({ metric: { ...labels, le }, value });
        return [bucket('100', requests * (1 - slow)), bucket('1000', requests), bucket('+Inf', requests)];
      }
      const row = (response_code: string, value: number) => ({ metric: { ...labels, request_protocol: 'http', response_code }, value });
      return [row('200', requests - errors), row('500', errors)];
    });
  };
}

const start = async (more: Record<string, unknown> = {}) => {
  const body = {
    ...reviews,
    weights: { v1: 0, v2: 100 },
    steps: [10, 100],
    intervalSeconds: 5,
    warmUpSeconds: 0,
    reason: 'a try',
    ...more,
  };
  return call<RolloutResponse & { error?: { code: string; message: string }; owners?: unknown[] }>('startRollout', { body });
};
const act = (id: string, action: string) => call<RolloutResponse>('actOnRollout', { params: { id, action } });
const show = async (id: string): Promise<Rollout> => (await call<RolloutResponse>('rollout', { params: { id } })).body.rollout;
const subsets = () =>
  open.kubernetes.put(rules, {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'reviews', namespace: 'default' },
    spec: { host: 'reviews', subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })) },
  });
const begin = async (more: Record<string, unknown> = {}): Promise<string> => {
  subsets();
  put(100, 0);
  await expect.poll(() => open.console.cluster().virtualServices().length).toBe(1);
  const { status, body } = await start(more);
  expect(status, JSON.stringify(body)).toBe(201);
  return body.rollout.id;
};

describe('a guarded shift', () => {
  it('goes step by step while the evidence is good, each step a change of its own', async () => {
    measure({ requests: 4000 }, { requests: 600 });
    const id = await begin();
    await expect.poll(weights).toEqual([90, 10]);
    await expect.poll(async () => (await show(id)).state.verdict?.verdict).toBe('pass');
    expect(weights()).toEqual([90, 10]);
    open.passSeconds(6);
    await expect.poll(weights).toEqual([0, 100]);
    await expect.poll(async () => (await show(id)).state.phase).toBe('watching');
    open.passSeconds(6);
    await expect.poll(async () => (await show(id)).state.phase).toBe('completed');
    const done = await show(id);
    expect(done).toMatchObject({ active: false, by: 'fake', reason: 'a try', sentence: { text: 'reviews: v2 0 % → 100 % in 2 steps' } });
    const made = listChanges(open.console, 10).changes.filter((one) => one.rollout?.id === id);
    expect(made.map((one) => [one.rollout?.step, one.status])).toEqual([
      [2, 'applied'],
      [1, 'applied'],
    ]);
    expect(made.map((one) => one.id).toReversed()).toEqual(done.changes);
    expect((await act(id, 'abort')).status).toBe(409);
    const { body } = await call<MarksResponse>('marks', { query: 'duration=60s' });
    expect(body.marks.filter(({ kind }) => kind === 'shift').flatMap(({ text }) => text.split('\n'))).toEqual(
      expect.arrayContaining([
        'A guarded shift of reviews begins.',
        expect.stringContaining('Step 2 of 2 of the guarded shift of reviews.'),
        'The guarded shift of reviews is done.',
      ]),
    );
  });

  it('puts a worse version back to exactly what was there', async () => {
    measure({ requests: 4000 }, { requests: 600 });
    const id = await begin();
    const before = { ...(live()?.['spec'] as object) };
    await expect.poll(weights).toEqual([90, 10]);
    measure({ requests: 4500, errors: 3 }, { requests: 700, errors: 30, slow: 0.9 });
    await expect.poll(async () => (await show(id)).state.phase).toBe('put_back');
    expect(weights()).toEqual([100, 0]);
    expect(Object.keys(before)).toEqual(Object.keys(live()?.['spec'] as object));
    expect((await show(id)).state).toMatchObject({ ending: { why: 'failed', reason: 'more_errors' } });
    expect(listChanges(open.console, 1).changes[0]).toMatchObject({ rollout: { id, step: null, of: 2 }, status: 'applied' });
  });

  it('takes away a route and subsets that it made itself', async () => {
    measure({ requests: 2000 }, { requests: 2000 });
    const { status, body } = await start({
      weights: { v1: 0, v2: 100 },
    });
    expect(status, JSON.stringify(body)).toBe(201);
    await expect.poll(() => live() !== null && open.kubernetes.get(rules, 'default/reviews') !== undefined).toBe(true);
    expect((await act(body.rollout.id, 'abort')).status).toBe(200);
    await expect.poll(async () => (await show(body.rollout.id)).state.phase).toBe('put_back');
    expect(live()).toBeNull();
    expect(open.kubernetes.get(rules, 'default/reviews')).toBeUndefined();
  });

  it('goes on after a restart, and puts back what turned bad meanwhile', async () => {
    measure({ requests: 4000 }, { requests: 600 });
    const id = await begin({ intervalSeconds: 60 });
    await expect.poll(async () => (await show(id)).state.verdict?.verdict, { timeout: 12_000 }).toBe('pass');
    await open.reopen(() => {
      open.passSeconds(4000);
      measure({ requests: 90_000 }, { requests: 9000, errors: 900 });
    });
    await expect.poll(async () => (await show(id)).state.phase, { timeout: 20_000 }).toBe('put_back');
    expect(weights()).toEqual([100, 0]);
    expect((await show(id)).state.log.map((one) => one.what)).toEqual(['started', 'written', 'restarted', 'failed', 'put_back']);
  });

  it('counts a step that was written before the crash could be noted', async () => {
    measure({ requests: 4000 }, { requests: 600 });
    const id = await begin({ intervalSeconds: 60 });
    await expect.poll(async () => (await show(id)).state.phase).toBe('watching');
    const known = open.console.rollouts.get(id);
    if (known === undefined) throw new Error('the shift is lost');
    await open.reopen(() => {
      // As the file was when the step had been written and nothing of it was known.
      const log = openRolloutLog(open.folder);
      log.put({
        ...known,
        changes: [],
        written: { ...known.original, routeVersion: null },
        state: { ...known.state, phase: 'shifting', stepSince: null, windowFrom: null, log: known.state.log.slice(0, 1) },
      });
      log.close();
    });
    await expect.poll(async () => (await show(id)).state.phase).toBe('watching');
    expect((await show(id)).changes).toEqual(known.changes);
    expect(listChanges(open.console, 20).changes.filter((one) => one.rollout?.id === id)).toHaveLength(1);
  });

  it('waits when someone else changed the route, goes on from there when told, and never overwrites on the way back', async () => {
    measure({ requests: 4000 }, { requests: 600 });
    const id = await begin({ intervalSeconds: 60 });
    await expect.poll(async () => (await show(id)).state.phase).toBe('watching');
    const mine = live();
    const managedFields = [{ manager: 'kubectl-edit', operation: 'Update', time: '2030-01-01T00:00:00Z' }];
    open.kubernetes.put(routes, {
      ...virtualService([{ route: route({ v1: 90, v2: 10 }), timeout: '3s' }], { managedFields }),
      apiVersion: mine?.apiVersion ?? '',
    });
    await expect.poll(async () => (await show(id)).state.pause?.why).toBe('changed');
    expect((await show(id)).state.pause).toMatchObject({ by: 'kubectl-edit' });
    expect((await act(id, 'resume')).body.rollout.state.pause).toBeNull();
    await expect.poll(async () => (await show(id)).state.phase).toBe('watching');
    expect((await act(id, 'abort')).status).toBe(200);
    await expect.poll(async () => (await show(id)).state.phase).toBe('put_back');
    expect(weights()).toEqual([100, 0]);
    expect(live()?.['spec']).toMatchObject({ http: [{ timeout: '3s' }] });
  });

  it('leaves weights alone that someone else set', async () => {
    measure({ requests: 4000 }, { requests: 600 });
    const id = await begin({ intervalSeconds: 60 });
    await expect.poll(async () => (await show(id)).state.phase).toBe('watching');
    put(40, 60);
    await expect.poll(async () => (await show(id)).state.pause?.why).toBe('changed');
    await act(id, 'abort');
    await expect.poll(async () => (await show(id)).state.phase).toBe('left');
    expect(weights()).toEqual([40, 60]);
  });

  it('pauses, goes to the next step and to the end when a person says so', async () => {
    measure({ requests: 4000 }, { requests: 600 });
    const id = await begin({ steps: [10, 50, 100], intervalSeconds: 60 });
    await expect.poll(async () => (await show(id)).state.phase).toBe('watching');
    expect((await act(id, 'pause')).body.rollout.state.pause).toMatchObject({ why: 'asked', by: 'fake' });
    open.passSeconds(100);
    await new Promise((resolve) => setTimeout(resolve, severalLooksMs));
    expect(weights()).toEqual([90, 10]);
    await act(id, 'next');
    await expect.poll(weights).toEqual([50, 50]);
    await expect.poll(async () => (await show(id)).state.phase).toBe('watching');
    await act(id, 'promote');
    await expect.poll(async () => (await show(id)).state.phase).toBe('completed');
    expect(weights()).toEqual([0, 100]);
    expect((await act(id, 'dance')).status).toBe(404);
  });

  it('does not begin without metrics, without endpoints, twice, or on another version of the route', async () => {
    measure(null, null);
    subsets();
    put(100, 0);
    await expect.poll(() => open.console.cluster().virtualServices().length).toBe(1);
    expect((await start()).body.error).toMatchObject({ code: 'source_unavailable' });
    measure({ requests: 4000 }, { requests: 600 });
    const toNobody = { v1: 50, v2: 40 };
    expect((await start({ weights: toNobody })).body.error).toMatchObject({ code: 'bad_request', path: 'weights' });
    const ref = { group: 'networking.istio.io', version: 'v1', kind: 'VirtualService', namespace: 'default', name: 'reviews' };
    expect((await start({ sources: [{ ref, resourceVersion: '1' }] })).status).toBe(409);
    expect((await start()).status).toBe(201);
    expect((await start()).body.error?.message).toContain('under way');
    expect((await call<RolloutsResponse>('rollouts')).body.rollouts).toHaveLength(1);
  });

  it('says which controller owns a route, and does not begin against it', async () => {
    measure({ requests: 4000 }, { requests: 600 });
    subsets();
    put(100, 0);
    await expect.poll(() => open.console.cluster().virtualServices().length).toBe(1);
    open.kubernetes.put('canaries.flagger.app', {
      apiVersion: 'flagger.app/v1beta1',
      kind: 'Canary',
      metadata: { name: 'reviews', namespace: 'default' },
      spec: { targetRef: { kind: 'Deployment', name: 'reviews' } },
      status: { phase: 'Progressing' },
    });
    const refused = await start();
    expect([refused.status, refused.body.error?.message]).toEqual([
      409,
      'Flagger Canary default/reviews (Progressing) moves the weights of reviews: Heddle does not write against it.',
    ]);
    expect(weights()).toEqual([100, 0]);
  });

  it('pauses when an Argo Rollout takes the route while it is shifted', async () => {
    measure({ requests: 4000 }, { requests: 600 });
    const id = await begin({ intervalSeconds: 60 });
    await expect.poll(async () => (await show(id)).state.phase).toBe('watching');
    open.kubernetes.put('rollouts.argoproj.io', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'reviews', namespace: 'default' },
      spec: { strategy: { canary: { trafficRouting: { istio: { virtualService: { name: 'reviews' } } } } } },
    });
    await act(id, 'next');
    await expect.poll(async () => (await show(id)).state.pause).toMatchObject({ why: 'owned', by: 'Argo Rollout default/reviews' });
    expect(weights()).toEqual([90, 10]);
  });

  it('is left to the replica that holds the Lease', async () => {
    measure({ requests: 4000 }, { requests: 600 });
    const id = await begin({ intervalSeconds: 60 });
    await expect.poll(async () => (await show(id)).state.phase).toBe('watching');
    open.kubernetes.put('leases.coordination.k8s.io', {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'heddle-console', namespace: 'istio-system' },
      spec: { holderIdentity: 'another', leaseDurationSeconds: 15, renewTime: '2030-01-01T00:00:00.000000Z' },
    });
    open.passSeconds(20);
    await expect.poll(() => open.console.leadership.leader()).toBe('another');
    expect((await act(id, 'abort')).status).toBe(409);
    open.passSeconds(20);
    await expect.poll(() => open.console.leadership.leads()).toBe(true);
    expect((await act(id, 'abort')).status).toBe(200);
    await expect.poll(async () => (await show(id)).state.phase).toBe('put_back');
  });
});
