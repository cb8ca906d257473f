import { drawCase } from './generate';
import { FieldCounter } from './count-fields';
import type { FieldCounts } from './count-fields';
import type { Verdict } from './judge-batch';
import { judgeBatch } from './judge-batch';
import type { Wire } from './mesh/build-world';
import { shrinkCase, signature } from './shrink-case';
import { openWire } from './wire';
import type { WireBench } from './wire';

export interface PropertyOptions {
  readonly seed: number;
  /** Pairs of configuration and request, at least. */
  readonly pairs: number;
  readonly wires: readonly Wire[];
  /** Cases in one configuration. */
  readonly batch: number;
  /** Kinds of disagreement of which an example is made small. */
  readonly shrink: number;
  onProgress(text: string): void;
}

export interface PropertyReport {
  readonly counts: FieldCounts;
  /** One of each kind, the first of them made small. */
  readonly disagreements: readonly Verdict[];
  /** Kind → pairs. */
  readonly kinds: ReadonlyMap<string, number>;
  /** Configurations that a proxy refused, or that could not be compiled. */
  readonly refused: readonly string[];
  /** Pairs that disagreed and then did not: a slow machine, not a bug. */
  readonly unconfirmed: number;
}

/** How often a disagreement must show itself: timeouts of a few tenths of a second do not always mean the same on a busy machine. */
const CONFIRMATIONS = 2;

/** Runs the property: `decide()`, our proxy and Envoy say the same of every pair. */
export async function runProperties(options: PropertyOptions): Promise<PropertyReport> {
  const bench = await openWire(options.wires);
  const counter = new FieldCounter();
  const kinds = new Map<string, number>();
  const examples = new Map<string, Verdict>();
  const refused: string[] = [];
  let unconfirmed = 0;
  try {
    for (let number = 0; counter.counts.pairs < options.pairs; number += options.batch) {
      const cases = Array.from({ length: options.batch }, (_, index) => drawCase(options.seed, number + index, bench.files));
      const { verdicts, broken, refusals } = await judgeBatch(bench, cases);
      refused.push(...refusals, ...broken.map(({ propertyCase, reason }) => `case ${propertyCase.number}: ${reason}`));
      for (const verdict of verdicts) counter.add(verdict);
      const suspects = verdicts.filter(({ differences }) => differences.length > 0);
      const confirmed = await confirm(bench, suspects);
      unconfirmed += suspects.length - confirmed.length;
      for (const verdict of confirmed) {
        const kind = signature(verdict);
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (!examples.has(kind)) examples.set(kind, verdict);
      }
      options.onProgress(`${counter.counts.pairs} pairs, ${[...kinds.values()].reduce((sum, one) => sum + one, 0)} disagree`);
    }
    const disagreements: Verdict[] = [];
    for (const verdict of examples.values()) {
      disagreements.push(disagreements.length < options.shrink ? await shrinkCase(bench, verdict) : verdict);
    }
    return { counts: counter.counts, disagreements, kinds, refused, unconfirmed };
  } finally {
    await bench.close();
  }
}

/** Those that disagree again, alone and every time. */
async function confirm(bench: WireBench, suspects: readonly Verdict[]): Promise<Verdict[]> {
  let left = suspects;
  for (let round = 0; round < CONFIRMATIONS && left.length > 0; round++) {
    const { verdicts } = await judgeBatch(
      bench,
      left.map(({ propertyCase, request }) => ({ ...propertyCase, requests: [request] })),
    );
    left = verdicts.filter(({ differences }) => differences.length > 0);
  }
  return [...left];
}
