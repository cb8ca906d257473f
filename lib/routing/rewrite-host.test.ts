import { describe, expect, it } from 'vitest';
import { shadowHost } from './rewrite-host';

describe('shadowHost', () => {
  it.each([
    ['reviews', 'reviews-shadow'],
    ['reviews:9080', 'reviews-shadow:9080'],
  ])('%s → %s', (host, shadow) => {
    expect(shadowHost(host)).toBe(shadow);
  });
});
