import { describe, expect, it } from 'vitest';
import { addCounts, noCounts, printCounts } from './count-fields';
import { printDisagreement } from './print-disagreement';
import { requiredFields } from './required-fields';
import { runProperties } from './run-properties';
import { hasEnvoy } from './wire';

const required = process.env['HEDDLE_PEERS'] === 'required';
const seed = Number(process.env['HEDDLE_SEED'] ?? 20_250_101);
const pairs = Number(process.env['HEDDLE_PAIRS'] ?? 10_000);
/** Pairs that share the processes of one run. */
const PART = 2000;
/** Each field is to be asked at least so often. */
const MINIMUM = 50;
const parts = Array.from({ length: Math.ceil(pairs / PART) }, (_, index) => ({
  seed: seed + index,
  size: Math.min(PART, pairs - index * PART),
}));

describe.skipIf(!hasEnvoy && !required)(`decide(), our proxy and a stock Envoy on ${pairs} pairs (peer: envoy)`, () => {
  let counts = noCounts;

  it.each(parts)('agree, seed $seed: $size pairs of configuration and request', { timeout: 1_200_000 }, async (part) => {
    const startedAt = performance.now();
    const report = await runProperties({
      seed: part.seed,
      pairs: part.size,
      wires: ['heddle', 'envoy'],
      batch: 100,
      shrink: 8,
      onProgress: (text) => console.log(text),
    });
    const { disagreements, kinds, refused, unconfirmed } = report;
    counts = addCounts(counts, report.counts);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`seed ${part.seed}: ${report.counts.pairs} pairs in ${seconds} s, ${unconfirmed} not confirmed`);
    for (const [kind, times] of kinds) console.log(`disagreement (${times}): ${kind}`);
    expect(refused).toEqual([]);
    expect(disagreements.map(printDisagreement).join('\n\n')).toBe('');
  });

  it('were asked about every field often, and mostly about objects that act on one another', () => {
    console.log(printCounts(counts));
    expect(counts.pairs).toBeGreaterThanOrEqual(pairs);
    expect(counts.interacting).toBeGreaterThanOrEqual(counts.pairs / 2);
    const rare = requiredFields.filter((field) => (counts.fields.get(field) ?? 0) < MINIMUM);
    if (pairs >= 10_000) expect(rare.map((field) => `${field}: ${counts.fields.get(field) ?? 0}`)).toEqual([]);
  });
});
