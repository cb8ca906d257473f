import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { advanceRollout, nextAction, planSteps, rolloutPlan, rolloutState, sideOf, startRollout } from '.';
import type { RolloutEvent, RolloutPlan, RolloutState, WindowEvidence } from '.';

interface Counts {
  requests: number;
  errors?: number;
  /** Share of requests beyond 100 ms; `null`: there is no histogram. */
  slow?: number | null;
}
interface Line {
  at: number;
  expect?: Record<string, unknown>;
  evidence?: { old: Counts | null; new: Counts | null };
  ready?: number;
  [event: string]: unknown;
}
interface Case {
  title: string;
  plan?: { percents?: number[]; watch?: RolloutPlan['watch']; patience?: number };
  before?: Counts;
  events: Line[];
}

function windowOf(counts: Counts | null, seconds: number): WindowEvidence | null {
  if (counts === null) return null;
  const { requests, errors = 0, slow = 0.04 } = counts;
  const within = requests * (1 - (slow ?? 0));
  const buckets = [
    { le: 10, count: within / 2 },
    { le: 100, count: within },
    { le: 1000, count: requests },
    { le: Number.POSITIVE_INFINITY, count: requests },
  ];
  return { seconds, requests, errors, buckets: slow === null ? [] : buckets };
}

function planOf({ percents = [10, 50, 100], watch = { errors: true, latency: true }, patience = 120 }: Case['plan'] = {}): RolloutPlan {
  const [from, to] = [
    [100, 0],
    [0, 100],
  ] as const;
  return rolloutPlan.parse({
    destinations: ['v1', 'v2'].map((version, index) => ({
      key: version,
      label: version,
      version,
      service: 'reviews',
      weight: from[index],
      side: sideOf(from[index] ?? 0, to[index] ?? 0),
    })),
    steps: planSteps(from, to, percents),
    intervalSeconds: 60,
    patienceSeconds: patience,
    warmUpSeconds: 5,
    watch,
    leastRequests: 200,
    errorTolerance: 0.01,
    slowTolerance: 0.05,
  });
}

function eventOf(line: Line, state: RolloutState): RolloutEvent | null {
  const now = line.at * 1000;
  if (line.evidence !== undefined) {
    const seconds = (now - (state.windowFrom ?? now)) / 1000;
    const { old, new: fresh } = line.evidence;
    return {
      type: 'evidence',
      from: state.windowFrom ?? 0,
      old: windowOf(old, seconds),
      fresh: windowOf(fresh, seconds),
      readyFresh: line.ready ?? 1,
    };
  }
  if (line['written'] === true) return { type: 'written', step: state.phase === 'putting_back' ? null : state.step };
  for (const type of ['tick', 'restarted'] as const) if (line[type] === true) return { type };
  for (const type of ['pause', 'resume', 'next', 'promote', 'abort'] as const)
    if (typeof line[type] === 'string') return { type, by: line[type] };
  if (typeof line['rewrite'] === 'string') return { type: 'resume', by: line['rewrite'], rewrite: true };
  if (typeof line['changed'] === 'string') return { type: 'changed', by: line['changed'], detail: null };
  if (typeof line['owned'] === 'string') return { type: 'changed', by: line['owned'], detail: null, owned: true };
  if (typeof line['failed'] === 'string') return { type: 'write_failed', message: line['failed'], hopeless: false };
  if (typeof line['refused'] === 'string') return { type: 'write_failed', message: line['refused'], hopeless: true };
  return null;
}

function seen(plan: RolloutPlan, state: RolloutState, nowMs: number): Record<string, unknown> {
  const action = nextAction(state, nowMs);
  return {
    phase: state.phase,
    step: state.step,
    pause: state.pause?.why ?? null,
    by: state.pause?.by ?? null,
    detail: state.pause?.detail ?? null,
    verdict: state.verdict?.verdict ?? null,
    reason: state.verdict?.reason ?? null,
    baseline: state.verdict?.baseline ?? null,
    action: action?.do ?? null,
    from: action?.do === 'look' ? action.from / 1000 : null,
    weights: plan.steps[state.step]?.weights,
  };
}

const folder = join(import.meta.dirname, 'testdata');
for (const file of readdirSync(folder).filter((name) => name.endsWith('.scenario.yaml'))) {
  const { title, cases } = parse(readFileSync(join(folder, file), 'utf8')) as { title: string; cases: Case[] };
  describe(title, () => {
    it.each(cases.map((one) => [one.title, one] as const))('%s', (_title, one) => {
      const plan = planOf(one.plan);
      let state = startRollout(windowOf(one.before ?? { requests: 3000 }, 300), 'ann', 0);
      for (const line of one.events) {
        // A console that restarts has nothing but what was stored.
        const stored = rolloutState.parse(JSON.parse(JSON.stringify(state)));
        const event = eventOf(line, stored);
        if (event !== null) state = advanceRollout(plan, stored, event, line.at * 1000);
        if (line.expect !== undefined) expect(seen(plan, state, line.at * 1000), `at ${line.at} s`).toMatchObject(line.expect);
      }
    });
  });
}

describe('steps of a shift', () => {
  it.each([
    [
      [100, 0],
      [0, 100],
      [10, 25, 50, 100],
      [
        [90, 10],
        [75, 25],
        [50, 50],
        [0, 100],
      ],
    ],
    [
      [34, 33, 33],
      [0, 0, 100],
      [50],
      [
        [17, 17, 66],
        [0, 0, 100],
      ],
    ],
    [
      [100, 0],
      [98, 2],
      [10, 50],
      [
        [99, 1],
        [98, 2],
      ],
    ],
    [[60, 40], [60, 40], [10], []],
  ] as [number[], number[], number[], number[][]][])('%j to %j by %j', (from, to, percents, weights) => {
    const steps = planSteps(from, to, percents);
    expect(steps.map((one) => one.weights)).toEqual(weights);
    for (const step of steps) expect(step.weights.reduce((sum, one) => sum + one, 0)).toBe(100);
  });
});
