import { describe, expect, it } from 'vitest';
import { printCounts } from './count-fields';
import { printDisagreement } from './print-disagreement';
import { requiredFields } from './required-fields';
import { runProperties } from './run-properties';
import { hasEnvoy } from './wire';

const required = process.env['HEDDLE_PEERS'] === 'required';
const seed = Number(process.env['HEDDLE_SEED'] ?? 20_250_101);
const pairs = Number(process.env['HEDDLE_PAIRS'] ?? 10_000);
/** Each field is to be asked at least so often. */
const MINIMUM = 50;

describe.skipIf(!hasEnvoy && !required)(`decide(), our proxy and a stock Envoy, seed ${seed} (peer: envoy)`, () => {
  it(`agree on ${pairs} pairs of configuration and request`, { timeout: 1_800_000 }, async () => {
    const startedAt = performance.now();
    const report = await runProperties({
      seed,
      pairs,
      wires: ['heddle', 'envoy'],
      batch: 100,
      shrink: 8,
      onProgress: (text) => console.log(text),
    });
    const { counts, disagreements, kinds, refused, unconfirmed } = report;
    console.log(printCounts(counts));
    console.log(
      `seed ${seed}: ${counts.pairs} pairs in ${Math.round((performance.now() - startedAt) / 1000)} s, ${unconfirmed} not confirmed`,
    );
    for (const [kind, times] of kinds) console.log(`disagreement (${times}): ${kind}`);
    expect(refused).toEqual([]);
    expect(disagreements.map(printDisagreement).join('\n\n')).toBe('');
    expect(counts.interacting).toBeGreaterThanOrEqual(counts.pairs / 2);
    const rare = requiredFields.filter((field) => (counts.fields.get(field) ?? 0) < MINIMUM);
    if (pairs >= 10_000) expect(rare.map((field) => `${field}: ${counts.fields.get(field) ?? 0}`)).toEqual([]);
  });
});
