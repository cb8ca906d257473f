import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AnyObject, Change, Rollout } from '@/lib/contract';
import { hasEnded } from '@/lib/rollout';
import { same } from './merge-three-way';
import { openCrashRig, until } from './testdata/crash-rig';
import type { CrashRig, Seen } from './testdata/crash-rig';
import type { FakeSample } from './testdata/fake-prometheus';

let rig: CrashRig;
beforeAll(async () => {
  rig = await openCrashRig();
  // Both versions do well, so that only people move a shift.
  rig.prometheus.answer = (promql) =>
    ['v1', 'v2'].flatMap((destination_canonical_revision): FakeSample[] => {
      const metric = { reporter: 'source', destination_canonical_revision };
      return promql.includes('_bucket')
        ? ['100', '+Inf'].map((le) => ({ metric: { ...metric, le }, value: 1000 }))
        : [{ metric: { ...metric, request_protocol: 'http', response_code: '200' }, value: 1000 }];
    });
}, 120_000);
afterAll(() => rig.close());

type Victim = 'console' | 'mesh';
interface Spec {
  http?: { route: { destination: { subset: string }; weight?: number }[]; fault?: unknown }[];
}

const specOf = (object: AnyObject | null) => (object === null ? null : (object['spec'] as Spec));
const weightOf = (object: AnyObject | null) => specOf(object)?.http?.[0]?.route.find((one) => one.destination.subset === 'v2')?.weight ?? 0;
const hasFault = (object: AnyObject | null) => specOf(object)?.http?.some((one) => one.fault !== undefined) ?? false;

/** Weights of v2, and a limit of the DestinationRule that goes with it: a change of two objects. */
async function draft(weight: number, fault = false): Promise<Record<string, unknown>> {
  const [route, rule] = await Promise.all([rig.live('VirtualService'), rig.live('DestinationRule')]);
  const versionOf = (object: AnyObject | null) => {
    const { resourceVersion } = object?.metadata ?? {};
    return resourceVersion === undefined ? {} : { resourceVersion };
  };
  const abort = { abort: { httpStatus: 500, percentage: { value: 50 } } };
  const shares = [
    { destination: { host: 'reviews', subset: 'v1' }, weight: 100 - weight },
    { destination: { host: 'reviews', subset: 'v2' }, weight },
  ];
  return {
    objects: [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'reviews', namespace: 'default', ...versionOf(route) },
        spec: { hosts: ['reviews'], http: [{ route: shares, ...(fault ? { fault: abort } : {}) }] },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: { name: 'reviews', namespace: 'default', ...versionOf(rule) },
        spec: {
          host: 'reviews',
          trafficPolicy: { connectionPool: { http: { http2MaxRequests: 1000 + weight } } },
          subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })),
        },
      },
    ],
    reason: 'a drill',
  };
}

/** Does something, kills in the middle, starts again; resolves when nothing is left open. */
async function crash(victim: Victim, afterMs: number, act: () => Promise<unknown>): Promise<Seen> {
  const acting = act().catch(() => undefined);
  await sleep(afterMs);
  rig.kill(victim);
  if (victim === 'console') await acting;
  await rig.revive();
  await acting;
  return settled();
}

async function settled(): Promise<Seen> {
  return until('everything to be settled', async () => {
    const seen = await rig.look();
    const open = seen.changes.some((one) => one.status === 'applying');
    const writing = seen.rollouts.some((one) => one.state.phase === 'shifting' || one.state.phase === 'putting_back');
    if (open || writing) return false;
    const [route, rule] = await Promise.all([rig.live('VirtualService'), rig.live('DestinationRule')]);
    const versions = { VirtualService: route?.metadata.resourceVersion ?? null, DestinationRule: rule?.metadata.resourceVersion ?? null };
    return (await rig.ask({ do: 'sees', versions })) === true && seen;
  });
}

/** The history must say what the mesh is: for each object the newest change that was applied to it left it as it is. */
async function expectHistoryIsTrue(seen: Seen): Promise<void> {
  expect(seen.changes.filter((one) => one.status === 'failed').map((one) => one.error)).toEqual([]);
  for (const kind of ['VirtualService', 'DestinationRule'] as const) {
    const live = await rig.live(kind);
    const said = seen.changes
      .filter((one) => one.status === 'applied' || one.status === 'undone')
      .flatMap((one) => one.undo.filter(({ before, after }) => (after ?? before)?.kind === kind).map(({ after }) => after))[0];
    expect(same(specOf(live), specOf(said ?? null)), `${kind}: ${JSON.stringify(specOf(live))} is not ${JSON.stringify(said)}`).toBe(true);
  }
}

/** Moments of a write, from before anything is on disk to after the answer. */
const moments = [0, 5, 10, 15, 20, 30, 40, 60, 90, 140];
const victimOf = (round: number): Victim => (round % 2 === 0 ? 'console' : 'mesh');
let rounds = 0;

it('keeps the old or the new state over a crash while a change is applied or taken back, and the history says which', async () => {
  await rig.ask({ do: 'apply', change: await draft(1) });
  for (const [index, moment] of [...moments, ...moments].entries()) {
    const before = weightOf(await rig.live('VirtualService'));
    const wanted = (before % 90) + 3;
    const change = await draft(wanted);
    const seen = await crash(victimOf(index), moment, () => rig.ask({ do: 'apply', change }));
    rounds += 1;
    const [route, rule] = await Promise.all([rig.live('VirtualService'), rig.live('DestinationRule')]);
    const now = weightOf(route);
    expect([before, wanted]).toContain(now);
    // Both objects, or neither.
    expect(JSON.stringify(rule?.['spec'])).toContain(String(1000 + now));
    await expectHistoryIsTrue(seen);
    const last = seen.changes.find((one) => one.status === 'applied');
    if (index % 2 === 1 || last === undefined || last.undoes !== undefined) continue;
    const undone = await crash(victimOf(index / 2), moment, () => rig.ask({ do: 'undo', changeId: last.id }));
    rounds += 1;
    await expectHistoryIsTrue(undone);
    const taken = undone.changes.some((one) => one.undoes === last.id && one.status === 'applied');
    expect(undone.changes.find((one) => one.id === last.id)?.status).toBe(taken ? 'undone' : 'applied');
  }
});

it('ends every fault, however often it is killed around its end', async () => {
  for (const [index, moment] of [0, 20, 60, 140, 4900, 5000, 5050, 5400].entries()) {
    const change = { ...(await draft(10 + index, true)), faultSeconds: 5 };
    await crash(victimOf(index), moment, async () => {
      await rig.ask({ do: 'apply', change });
      await sleep(6000);
    });
    rounds += 1;
    await until('the fault to end', async () => !hasFault(await rig.live('VirtualService')), 20);
    const seen = await settled();
    await expectHistoryIsTrue(seen);
  }
});

it('goes on with a guarded shift over crashes: each step is written once, or everything is put back', async () => {
  for (const [index, moment] of moments.filter((_, at) => at % 2 === 0).entries()) {
    const base = await draft(0);
    await rig.ask({ do: 'apply', change: base }).catch(() => undefined);
    await settled();
    const request = {
      namespace: 'default',
      name: 'reviews',
      weights: { v1: 0, v2: 100 },
      steps: [20, 60, 100],
      intervalSeconds: 600,
      reason: 'a drill',
    };
    let seen = await crash(victimOf(index), moment, () => rig.ask({ do: 'start', rollout: request }));
    rounds += 1;
    let running = seen.rollouts.find((one) => !hasEnded(one.state));
    // Killed before it was acknowledged: nothing of it is there.
    if (running === undefined) {
      expect(weightOf(await rig.live('VirtualService'))).toBe(0);
      running = (await rig.ask({ do: 'start', rollout: request })) as typeof running;
    }
    seen = await settled();
    const id = running?.id ?? '';
    const find = (from: Seen) => from.rollouts.find((one) => one.id === id);
    expect(weightOf(await rig.live('VirtualService'))).toBe(20);
    seen = await crash(victimOf(index + 1), moment, () => rig.ask({ do: 'act', changeId: id, action: 'next' }));
    rounds += 1;
    const step = find(seen)?.state.step ?? 0;
    expect(weightOf(await rig.live('VirtualService'))).toBe([20, 60][step]);
    await expectHistoryIsTrue(seen);
    seen = await crash(victimOf(index), moment, () => rig.ask({ do: 'act', changeId: id, action: 'abort' }));
    rounds += 1;
    if (find(seen)?.state.phase !== 'put_back') {
      await rig.ask({ do: 'act', changeId: id, action: 'abort' });
      seen = await until('it to be put back', async () => {
        const now = await settled();
        return find(now)?.state.phase === 'put_back' && now;
      });
    }
    expect(weightOf(await rig.live('VirtualService'))).toBe(0);
    await expectHistoryIsTrue(seen);
    const steps = seen.changes.filter((one: Change) => one.rollout?.id === id && one.status === 'applied').map((one) => one.rollout?.step);
    expect(new Set(steps).size, `steps ${steps.join()}`).toBe(steps.length);
    expect((find(seen) as Rollout | undefined)?.changes).toHaveLength(steps.length);
  }
});

it('was killed often enough', () => expect(rounds).toBeGreaterThanOrEqual(50));
