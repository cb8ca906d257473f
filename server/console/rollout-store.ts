import { join } from 'node:path';
import type { AnyObject, ObjectRef, Rollout } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { sayWords } from '@/lib/i18n';
import { hasEnded } from '@/lib/rollout';
import type { RolloutPlan, RolloutState } from '@/lib/rollout';
import { openRecordLog } from './record-log';
import type { RecordLog } from './record-log';

/** A shift in steps as it is kept: what is on disk is all that a console needs to go on with it. */
export interface StoredRollout {
  id: string;
  at: string;
  by: string;
  reason?: string;
  service: { namespace: string; name: string };
  plan: RolloutPlan;
  state: RolloutState;
  route: ObjectRef;
  /** The DestinationRule that has the subsets, or will have them. */
  destinationRule: { namespace: string; name: string };
  rule: number;
  /** The objects before the first step, `null`: it did not exist. */
  original: { route: AnyObject | null; destinationRule: AnyObject | null };
  /** The same as this shift wrote them last, and in which version; before the first step as they were found. */
  written: { route: AnyObject | null; routeVersion: string | null; destinationRule: AnyObject | null };
  /** A person took over what others made of the route meanwhile: going back changes the weights alone. */
  rebased: boolean;
  /** Ids of its changes, oldest first. */
  changes: string[];
}

export function openRolloutLog(dataDir: string): RecordLog<StoredRollout> {
  return openRecordLog<StoredRollout>(join(dataDir, 'console', 'rollouts.jsonl'));
}

/** What the API tells of a shift. */
export function publicRollout({
  original: _original,
  written: _written,
  rebased: _rebased,
  destinationRule: _rule,
  state,
  ...rest
}: StoredRollout): Rollout {
  const { look: _look, earlier: _earlier, before: _before, ...shown } = state;
  const active = !hasEnded(state);
  const waits = active && state.phase === 'watching' && state.pause === null && state.stepSince !== null;
  return {
    ...rest,
    state: shown,
    active,
    nextStepAt: waits ? (state.stepSince ?? 0) + rest.plan.intervalSeconds * 1000 : null,
    sentence: sentenceOf(rest),
  };
}

/** What is said of a shift that is not known (any more). */
export function missingShift(id: string): HeddleError {
  return new HeddleError('not_found', `There is no shift ${id}.`, { hint: 'History lists the shifts that are kept.' });
}

/** `reviews: v2 0 % → 100 % in 4 steps`. */
function sentenceOf({ service, plan }: Pick<StoredRollout, 'service' | 'plan'>): Rollout['sentence'] {
  const last = plan.steps.at(-1)?.weights ?? [];
  const gains = plan.destinations.flatMap((one, index) =>
    one.side === 'new' ? [`${one.label} ${one.weight} % → ${last[index] ?? one.weight} %`] : [],
  );
  return sayWords('rollout_sentence', { service: service.name, gains: gains.join(', '), steps: plan.steps.length });
}
