import { expect, it } from 'vitest';
import { formatAgo } from './index';

it('ages take one unit', () =>
  expect([1_000, 12_000, 180_000, 7_200_000, 432_000_000].map((age) => formatAgo(0, age))).toEqual([
    'now',
    '12 s ago',
    '3 min ago',
    '2 h ago',
    '5 d ago',
  ]));
