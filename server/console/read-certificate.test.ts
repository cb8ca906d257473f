import { describe, expect, it } from 'vitest';
import { coversHost, readCredential } from './read-certificate';

const secret = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'cert', namespace: 'edge' },
  data,
});

describe('certificates of Secrets', () => {
  it('says what is wrong with a Secret without one, and never what it holds', () => {
    const found = readCredential(secret({ password: 'aHVudGVyMg==' }), 0);
    expect(found).toMatchObject({ state: 'unreadable', certificate: null });
    expect(JSON.stringify(found)).not.toContain('aHVudGVyMg');
    expect(readCredential(secret({ 'tls.crt': 'bm90IGEgY2VydA==', 'tls.key': 'c2VjcmV0' }), 0)).toMatchObject({ state: 'unreadable' });
  });

  it.each([
    [['shop.example.com'], 'shop.example.com', true],
    [['*.example.com'], 'shop.example.com', true],
    [['*.example.com'], 'a.shop.example.com', false],
    [['*.example.com'], 'example.com', false],
    [['*.example.com'], '*.example.com', true],
    [['SHOP.example.com'], 'shop.EXAMPLE.com', true],
  ])('%j covers %s: %s', (names, host, covered) => {
    expect(coversHost(names, host)).toBe(covered);
  });
});
