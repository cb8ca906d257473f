import type { AnyObject } from '@/lib/contract';
import type { AnyKubeObject } from '@/server/kube';

/** What the order looks at of a write. */
interface OrderedStep {
  kind: { kind: string };
  before: AnyKubeObject | null;
  /** `null`: delete. */
  after: AnyObject | null;
}

/** Kinds that others refer to: they come before, and go after. */
const early: Readonly<Record<string, number>> = { DestinationRule: 0, ServiceEntry: 0, Gateway: 1 };
const late = 10;

/**
 * An order that never leaves a route without what it names (Istio answers such requests with 503): subsets come before the routes that
 * use them, and go after the routes that used them.
 */
export function inSafeOrder<Step extends OrderedStep>(steps: readonly Step[]): Step[] {
  const rank = (step: Step): number => {
    const kind = early[step.kind.kind] ?? 5;
    if (step.after === null) return late + 10 - kind;
    return losesSubsets(step) ? late : kind;
  };
  return steps.toSorted((left, right) => rank(left) - rank(right));
}

/** Whether a DestinationRule only gives up subsets. One that also brings new ones comes early: what is new is needed. */
function losesSubsets({ before, after }: OrderedStep): boolean {
  const [old, fresh] = [subsetsOf(before), subsetsOf(after)];
  return old.some((name) => !fresh.includes(name)) && fresh.every((name) => old.includes(name));
}

function subsetsOf(object: AnyKubeObject | AnyObject | null): string[] {
  const spec = object?.kind === 'DestinationRule' ? (object['spec'] as { subsets?: { name: string }[] } | undefined) : undefined;
  return (spec?.subsets ?? []).map((one) => one.name);
}
