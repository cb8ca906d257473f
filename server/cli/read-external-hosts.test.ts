import { expect, it } from 'vitest';
import { readExternalHosts } from './read-external-hosts';

it('reads one stand-in per host, or one per port', () => {
  const text = 'httpbin.org: 127.0.0.5\nwww.google.com:\n  "443": 127.0.0.6:8443\n';
  expect(readExternalHosts(text)).toEqual({ 'httpbin.org': '127.0.0.5', 'www.google.com': { '443': '127.0.0.6:8443' } });
  expect(readExternalHosts('')).toEqual({});
});

it.each([['a: [1'], ['- a'], ['httpbin.org: 5']])('refuses %j with the file in the message', (text) => {
  expect(() => readExternalHosts(text)).toThrow(/external-hosts\.yaml/);
});
