import { describe, expect, it } from 'vitest';
import { compileCidr, isInRange, parseIp } from './match-ip';

describe('addresses', () => {
  it.each<[string, number, string, boolean]>([
    ['10.0.0.0', 8, '10.255.1.2', true],
    ['10.0.0.0', 8, '11.0.0.1', false],
    ['127.64.0.7', 32, '127.64.0.7', true],
    ['127.64.0.7', 32, '127.64.0.8', false],
    ['0.0.0.0', 0, '1.2.3.4', true],
    ['0.0.0.0', 0, '::1', false],
    ['2001:db8::', 33, '2001:db8:7fff::1', true],
    ['2001:db8::', 33, '2001:db8:8000::1', false],
    ['10.0.0.0', 8, '::ffff:10.1.1.1', true],
    ['::1', 128, '0:0:0:0:0:0:0:1', true],
  ])('%s/%i has %s: %s', (address_prefix, value, text, expected) => {
    const address = parseIp(text);
    expect(address && isInRange(compileCidr({ address_prefix, prefix_len: { value } }), address)).toBe(expected);
  });

  it.each(['', '1.2.3', '256.1.1.1', '1.2.3.4.5', ':::', '1::2::3', '12345::', 'g::', '1:2:3:4:5:6:7'])('%j is none', (text) => {
    expect(parseIp(text)).toBeNull();
  });
});
