import { describe, expect, it } from 'vitest';
import { printCounts } from './count-fields';
import { printDisagreement } from './print-disagreement';
import { runProperties } from './run-properties';
import { hasEnvoy } from './wire';

const required = process.env['HEDDLE_PEERS'] === 'required';
const seed = Number(process.env['HEDDLE_SEED'] ?? 1);
const withEnvoy = hasEnvoy || required;

describe(`a slice of the property test, seed ${seed}${withEnvoy ? '' : ' (without Envoy: it is not there)'}`, () => {
  it('foretells what the proxies do', { timeout: 480_000 }, async () => {
    const report = await runProperties({
      seed,
      pairs: 500,
      wires: withEnvoy ? ['heddle', 'envoy'] : ['heddle'],
      batch: 42,
      shrink: 2,
      onProgress: () => {},
    });
    const { disagreements, refused, counts } = report;
    if (disagreements.length > 0) console.log(printCounts(counts));
    expect(refused).toEqual([]);
    expect(disagreements.map(printDisagreement).join('\n\n')).toBe('');
    expect(counts.interacting).toBeGreaterThanOrEqual(counts.pairs / 2);
  });
});
