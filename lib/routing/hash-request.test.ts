import { describe, expect, it } from 'vitest';
import { compileHashPolicy, hashRequest } from './hash-request';
import { plainRequest } from './routing-request';
import { xxHash64 } from './xxhash64';

describe('hashRequest', () => {
  it('hashes the first value, mixes in later ones, stops at a terminal policy', () => {
    const byHeader = compileHashPolicy({ header: { header_name: 'X-User' }, terminal: true });
    const byIp = compileHashPolicy({ connection_properties: { source_ip: true } });
    const none = () => 'made';
    const jason = plainRequest({ path: '/', headers: { 'x-user': 'jason' } });
    expect(hashRequest([byHeader, byIp], jason, '1.2.3.4', none).hash).toBe(xxHash64('jason'));
    expect(hashRequest([byHeader, byIp], plainRequest({ path: '/' }), '1.2.3.4', none).hash).toBe(xxHash64('1.2.3.4'));
    expect(hashRequest([byIp, byHeader], jason, '1.2.3.4', none).hash).not.toBe(xxHash64('jason'));
    expect(hashRequest([byHeader], plainRequest({ path: '/' }), '', none).hash).toBeNull();
  });

  it('makes a cookie where one with a lifetime is missing', () => {
    const policy = compileHashPolicy({ cookie: { name: 'user', ttl: { seconds: 60 }, path: '/p' } });
    const made = hashRequest([policy], plainRequest({ path: '/' }), '', () => 'abc');
    expect(made).toEqual({ hash: xxHash64('abc'), setCookies: ['user="abc"; Max-Age=60; Path=/p; HttpOnly'] });
    const sent = hashRequest([policy], plainRequest({ path: '/', headers: { cookie: 'a=b; user=abc' } }), '', () => 'new');
    expect(sent).toEqual({ hash: xxHash64('abc'), setCookies: [] });
    const passive = compileHashPolicy({ cookie: { name: 'user' } });
    expect(hashRequest([passive], plainRequest({ path: '/' }), '', () => 'abc').hash).toBeNull();
  });

  it('is xxHash64', () => {
    expect(['', 'a', 'abc', 'Nobody inspects the spammish repetition'].map((text) => xxHash64(text).toString(16))).toEqual([
      'ef46db3751d8e999',
      'd24ec4f1a98c6e5b',
      '44bc2cf5ad770999',
      'fbcea83c8a378bf1',
    ]);
  });
});
