import { expect, it } from 'vitest';
import { fails, readFlaws } from './read-flaws';

it.each([
  [4, 1000, 40],
  [0, 1000, 0],
  [100, 10, 10],
  [2.5, 400, 10],
])('%d per cent of %d requests are %d', (failPercent, requests, failed) => {
  const count = Array.from({ length: requests }, (_, index) => fails({ failPercent, delayMs: 0 }, index + 1)).filter(Boolean).length;
  expect(count).toBe(failed);
});

it('takes what is no number for none', () => {
  expect(readFlaws({ FAIL_PERCENT: '4', DELAY_MS: '80' })).toEqual({ failPercent: 4, delayMs: 80 });
  expect(readFlaws({ FAIL_PERCENT: 'many', DELAY_MS: '-1' })).toEqual({ failPercent: 0, delayMs: 0 });
  expect(readFlaws({ FAIL_PERCENT: '400' })).toEqual({ failPercent: 100, delayMs: 0 });
});
