import { describe, expect, it } from 'vitest';
import { compareWindows } from '.';
import type { WindowEvidence } from '.';

/** Requests, errors, and the share that takes more than 100 ms. */
function window(requests: number, errors: number, slow = 0.05, seconds = 60): WindowEvidence {
  const within = requests * (1 - slow);
  return {
    seconds,
    requests,
    errors,
    buckets: [
      { le: 10, count: within / 2 },
      { le: 100, count: within },
      { le: 1000, count: requests },
      { le: Number.POSITIVE_INFINITY, count: requests },
    ],
  };
}

describe('compareWindows', () => {
  it.each([
    ['the same, with many requests', window(5000, 10), window(5000, 10), 'better_or_same'],
    ['fewer errors', window(5000, 500), window(3000, 0), 'better_or_same'],
    ['4 % errors after none', window(3000, 0), window(600, 24), 'worse'],
    ['slower after', window(3000, 0, 0.05), window(600, 0, 0.3), 'worse'],
    ['all of it fails', window(3000, 0), window(50, 50), 'worse'],
    ['a single error of a few requests', window(3000, 0), window(40, 1), 'not_enough_evidence'],
    ['no requests after', window(3000, 0), window(0, 0), 'not_enough_evidence'],
    ['no requests before', window(0, 0), window(3000, 0), 'not_enough_evidence'],
    ['a counter that reset', window(3000, 0), { ...window(3000, 0), errors: Number.NaN }, 'better_or_same'],
    ['nothing that is a number', { ...window(0, 0), requests: Number.NaN }, { ...window(0, 0), requests: -4 }, 'not_enough_evidence'],
  ] as const)('%s', (_title, before, after, verdict) => expect(compareWindows(before, after).verdict).toBe(verdict));

  it('says how long it needs at the present rate, and is right about it', () => {
    const before = window(6000, 6);
    const now = compareWindows(before, window(200, 0, 0.05, 10));
    expect(now.verdict).toBe('not_enough_evidence');
    const seconds = now.needsSeconds ?? 0;
    expect(seconds).toBeGreaterThan(10);
    expect(compareWindows(before, window(20 * (10 + seconds), 0, 0.05, 10 + seconds)).verdict).toBe('better_or_same');
    expect(compareWindows(before, window(0, 0)).needsSeconds).toBeNull();
  });

  it('judges errors alone where latency is not known', () => {
    const plain = (requests: number) => ({ ...window(requests, 0), buckets: [] });
    expect(compareWindows(plain(5000), plain(5000))).toMatchObject({ verdict: 'better_or_same', latency: { thresholdMs: null } });
  });

  it('finds fault with nothing that chance brings about', () => {
    // A fixed walk through error counts around 2 % of 400: none of them is three standard errors away.
    for (let errors = 2; errors <= 16; errors += 1) expect(compareWindows(window(4000, 80), window(400, errors)).verdict).not.toBe('worse');
    expect(compareWindows(window(4000, 80), window(400, 40)).verdict).toBe('worse');
  });
});
