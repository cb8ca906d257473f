import type { WindowEvidence } from './compare-windows';
import { addWindows, emptyWindow, judgeStep, nothingKnown, toStored } from './judge-step';
import type { RolloutEntry, RolloutPause, RolloutPlan, RolloutState, StoredWindow, VerdictReason } from './schema';

/** What happens to a shift. Windows begin at `windowFrom`; `null`: the metrics could not be asked. */
export type RolloutEvent =
  | { type: 'tick' }
  /** Counts since `from`; those of another window come too late. */
  | { type: 'evidence'; from: number; old: WindowEvidence | null; fresh: WindowEvidence | null; readyFresh: number | null }
  /** What `nextAction` asked for is done. `step` is `null` when it was put back. */
  | { type: 'written'; step: number | null }
  | { type: 'write_failed'; message: string; hopeless: boolean }
  /** Someone else changed the route, or a controller owns it. */
  | { type: 'changed'; by: string; detail: string | null; owned?: boolean }
  | { type: 'pause' | 'next' | 'promote' | 'abort'; by: string }
  /** `rewrite`: the route is no longer what the step made of it, so the step is written again. */
  | { type: 'resume'; by: string; rewrite?: boolean }
  | { type: 'restarted' };

/** What the holder has to do now. `look`: ask for evidence since `windowFrom`. */
export type RolloutAction = { do: 'write'; step: number } | { do: 'put_back' } | { do: 'look'; from: number } | null;

const mostEntries = 200;
/** Requests that stopped growing for so long are old news. */
const staleMs = 30_000;
/** Counts that fall by more than an extrapolation can explain were reset. */
const resetShare = 0.7;
const mostAttempts = 8;
const longestWaitMs = 30_000;

/** A shift that is about to write its first step. `before`: the old version over the minutes before. */
export function startRollout(before: WindowEvidence | null, by: string, nowMs: number): RolloutState {
  return {
    phase: 'shifting',
    step: 0,
    stepSince: null,
    windowFrom: null,
    patientSince: null,
    pause: null,
    ending: null,
    finishing: false,
    verdict: null,
    look: null,
    grewAt: null,
    withoutEndpoints: 0,
    earlier: { old: emptyWindow, fresh: emptyWindow },
    before: before === null || !isCounted(before) ? null : toStored(before),
    trouble: null,
    log: [{ at: nowMs, what: 'started', step: 0, by, detail: null }],
  };
}

/** Whether nothing will happen to it any more. */
export function hasEnded(state: Pick<RolloutState, 'phase'>): boolean {
  return state.phase === 'completed' || state.phase === 'put_back' || state.phase === 'left';
}

/** What is to be done, from the state alone: after a crash the same is asked again, and doing it again must do no harm. */
export function nextAction(state: RolloutState, nowMs: number): RolloutAction {
  const mayTry = state.trouble === null || nowMs >= state.trouble.nextAt;
  if (state.phase === 'putting_back') return mayTry ? { do: 'put_back' } : null;
  if (state.phase === 'shifting') return state.pause === null && mayTry ? { do: 'write', step: state.step } : null;
  if (state.phase === 'watching' && state.windowFrom !== null && nowMs > state.windowFrom) return { do: 'look', from: state.windowFrom };
  return null;
}

/** The state after an event. Events that do not fit the state change nothing. */
export function advanceRollout(plan: RolloutPlan, state: RolloutState, event: RolloutEvent, nowMs: number): RolloutState {
  if (hasEnded(state)) return state;
  const note = (next: RolloutState, what: RolloutEntry['what'], by: string | null = null, detail: string | null = null): RolloutState => ({
    ...next,
    log: [...next.log, { at: nowMs, what, step: next.step, by, detail }].slice(-mostEntries),
  });
  const halt = (why: RolloutPause['why'], by: string | null, detail: string | null): RolloutState =>
    note({ ...state, pause: { why, at: nowMs, by, detail } }, 'paused', by, detail ?? why);
  const putBack = (why: 'failed' | 'aborted', reason: VerdictReason | null, by: string | null, from: RolloutState = state): RolloutState =>
    note({ ...from, phase: 'putting_back', pause: null, trouble: null, ending: { why, reason, by } }, why, by, reason);
  const isLast = state.step >= plan.steps.length - 1;
  const goOn = (what: 'passed' | 'skipped' | 'promoted', by: string | null): RolloutState => {
    const noted = note({ ...state, pause: null, trouble: null }, what, by);
    if (isLast) return note({ ...noted, phase: 'completed' }, 'completed');
    return shiftTo(noted, what === 'promoted' ? plan.steps.length - 1 : state.step + 1, what === 'promoted');
  };

  switch (event.type) {
    case 'tick':
      return onTick(plan, state, nowMs, { halt, goOn });
    case 'evidence':
      if (state.phase !== 'watching' || event.from !== state.windowFrom) return state;
      return onEvidence(plan, state, event, nowMs, { note, putBack });
    case 'written':
      return onWritten(plan, state, event.step, nowMs, note);
    case 'write_failed':
      return onWriteFailed(state, event, nowMs, { note, halt });
    case 'changed':
      if (state.phase === 'putting_back') return note({ ...state, phase: 'left', trouble: null }, 'left', event.by, event.detail);
      return state.pause?.why === 'changed' || state.pause?.why === 'owned'
        ? state
        : halt(event.owned === true ? 'owned' : 'changed', event.by, event.detail);
    case 'pause':
      return state.pause !== null || state.phase === 'putting_back' ? state : halt('asked', event.by, null);
    case 'resume':
      if (state.pause === null || state.phase === 'putting_back') return state;
      return note(
        {
          ...(event.rewrite === true ? shiftTo(state, state.step, state.finishing) : state),
          pause: null,
          trouble: null,
          patientSince: nowMs,
        },
        'resumed',
        event.by,
      );
    case 'next':
      return state.phase === 'watching' ? goOn('skipped', event.by) : state;
    case 'promote':
      if (state.phase === 'putting_back') return state;
      if (state.phase === 'watching') return goOn('promoted', event.by);
      return note({ ...shiftTo(state, plan.steps.length - 1, true), pause: null, trouble: null }, 'promoted', event.by);
    case 'abort':
      return state.phase === 'putting_back' ? state : putBack('aborted', null, event.by);
    case 'restarted':
      return note({ ...state, trouble: state.trouble === null ? null : { ...state.trouble, nextAt: nowMs } }, 'restarted');
  }
}

type Note = (next: RolloutState, what: RolloutEntry['what'], by?: string | null, detail?: string | null) => RolloutState;
type Halt = (why: RolloutPause['why'], by: string | null, detail: string | null) => RolloutState;

/** On to another step: what was counted so far is kept for comparisons over all steps. */
function shiftTo(state: RolloutState, step: number, finishing: boolean): RolloutState {
  return {
    ...state,
    phase: 'shifting',
    step,
    finishing,
    stepSince: null,
    windowFrom: null,
    patientSince: null,
    verdict: null,
    look: null,
    grewAt: null,
    withoutEndpoints: 0,
    earlier: keepLook(state),
  };
}

function keepLook({ earlier, look }: RolloutState): RolloutState['earlier'] {
  return look === null ? earlier : { old: addWindows(earlier.old, look.old), fresh: addWindows(earlier.fresh, look.fresh) };
}

/** A step ends by its evidence, not by its time alone: it passes when the interval is over and nothing speaks against it. */
function onTick(
  plan: RolloutPlan,
  state: RolloutState,
  nowMs: number,
  { halt, goOn }: { halt: Halt; goOn: (what: 'passed', by: null) => RolloutState },
): RolloutState {
  if (state.phase !== 'watching' || state.pause !== null || state.stepSince === null) return state;
  if (nowMs < state.stepSince + plan.intervalSeconds * 1000) return state;
  if (state.verdict?.verdict === 'pass') return goOn('passed', null);
  const patientUntil = Math.max(
    state.stepSince + (plan.intervalSeconds + plan.patienceSeconds) * 1000,
    (state.patientSince ?? 0) + plan.patienceSeconds * 1000,
  );
  return nowMs < patientUntil ? state : halt('not_enough_evidence', null, state.verdict?.reason ?? 'metrics_unavailable');
}

function isCounted(window: WindowEvidence): boolean {
  return [window.requests, window.errors, ...window.buckets.map((one) => one.count)].every((one) => Number.isFinite(one) && one >= 0);
}

function onEvidence(
  plan: RolloutPlan,
  state: RolloutState,
  { old, fresh, readyFresh }: { old: WindowEvidence | null; fresh: WindowEvidence | null; readyFresh: number | null },
  nowMs: number,
  { note, putBack }: { note: Note; putBack: (why: 'failed', reason: VerdictReason, by: null, from: RolloutState) => RolloutState },
): RolloutState {
  // Whoever asked to wait because others write the route decides alone what becomes of it.
  const mayPutBack = state.pause?.why !== 'changed' && state.pause?.why !== 'owned';
  // One look may fall into the moment of a restart; two in a row are an outage.
  const withoutEndpoints = readyFresh === 0 ? state.withoutEndpoints + 1 : 0;
  const seen = { ...state, withoutEndpoints };
  if (withoutEndpoints >= 2) {
    const verdict = { ...(state.verdict ?? nothingKnown('no_endpoints')), verdict: 'fail' as const, reason: 'no_endpoints' as const };
    return mayPutBack ? putBack('failed', 'no_endpoints', null, { ...seen, verdict }) : { ...seen, verdict };
  }
  if (old === null || fresh === null) return { ...seen, verdict: unsure(state, 'metrics_unavailable') };
  if (!isCounted(old) || !isCounted(fresh)) return { ...seen, verdict: unsure(state, 'not_a_number') };
  const look = { at: nowMs, old: toStored(old), fresh: toStored(fresh) };
  if (state.look !== null && fellBack(state.look, look)) {
    // What was counted before the reset is kept; counting begins anew.
    const begun = {
      ...seen,
      earlier: keepLook(state),
      look: null,
      windowFrom: nowMs,
      grewAt: null,
      verdict: unsure(state, 'counter_reset'),
    };
    return note(begun, 'counter_reset');
  }
  const grew = state.look === null || total(look) > total(state.look) * 1.0001 ? nowMs : state.grewAt;
  const verdict = judgeStep(plan, state, look.old, look.fresh);
  const stale = verdict.verdict === 'pass' && grew !== null && nowMs - grew > staleMs;
  const next = {
    ...seen,
    look,
    grewAt: grew,
    verdict: stale ? { ...verdict, verdict: 'not_enough_evidence' as const, reason: 'gap' as const } : verdict,
  };
  return verdict.verdict === 'fail' && mayPutBack ? putBack('failed', verdict.reason ?? 'more_errors', null, next) : next;
}

/** What was known stays in sight, but nothing follows from it. */
function unsure(state: RolloutState, reason: VerdictReason): NonNullable<RolloutState['verdict']> {
  return { ...(state.verdict ?? nothingKnown(reason)), verdict: 'not_enough_evidence', reason, needsSeconds: null };
}

type Look = { old: StoredWindow; fresh: StoredWindow };
const total = ({ old, fresh }: Look) => old.requests + fresh.requests;

/** Within one window counts only grow, but for what an extrapolation to its edges may vary. */
function fellBack(before: Look, now: Look): boolean {
  const fell = (from: number, to: number) => from > 20 && to < from * resetShare;
  return fell(before.fresh.requests, now.fresh.requests) || fell(before.old.requests, now.old.requests);
}

function onWritten(plan: RolloutPlan, state: RolloutState, step: number | null, nowMs: number, note: Note): RolloutState {
  if (state.phase === 'putting_back' && step === null) return note({ ...state, phase: 'put_back', trouble: null }, 'put_back');
  // A write that was under way when something else was decided says nothing about that.
  if (state.phase !== 'shifting' || step !== state.step) return state;
  const written = note(
    { ...state, phase: 'watching', trouble: null, stepSince: nowMs, windowFrom: nowMs + plan.warmUpSeconds * 1000 },
    'written',
  );
  return state.finishing ? note({ ...written, phase: 'completed' }, 'completed') : written;
}

/** Tries again, later and later. A step that will never get through pauses; putting back never gives up. */
function onWriteFailed(
  state: RolloutState,
  { message, hopeless }: { message: string; hopeless: boolean },
  nowMs: number,
  { note, halt }: { note: Note; halt: Halt },
): RolloutState {
  if (state.phase !== 'shifting' && state.phase !== 'putting_back') return state;
  const attempts = (state.trouble?.attempts ?? 0) + 1;
  const trouble = { attempts, message, nextAt: nowMs + Math.min(longestWaitMs, 500 * 2 ** attempts) };
  if (state.phase === 'shifting' && (hopeless || attempts >= mostAttempts)) return { ...halt('write_failed', null, message), trouble };
  // The same failure again says nothing new.
  return state.trouble?.message === message ? { ...state, trouble } : note({ ...state, trouble }, 'write_failed', null, message);
}
