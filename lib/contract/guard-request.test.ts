import { describe, expect, it } from 'vitest';
import { guardRequest } from '.';

function guard(method: string, path: string, headers: Record<string, string>, allowed: string[] = []): string {
  return guardRequest({ method, path, header: (name) => headers[name] ?? null }, allowed)?.code ?? 'passes';
}
const json = { 'content-type': 'application/json' };

describe('guardRequest', () => {
  it.each([
    ['127.0.0.1:20001', 'passes'],
    ['localhost:20001', 'passes'],
    ['LOCALHOST', 'passes'],
    ['[::1]:20001', 'passes'],
    ['evil.example', 'cross_origin'],
    ['evil.example:20001', 'cross_origin'],
    ['127.0.0.1.evil.example', 'cross_origin'],
    ['localhost.evil.example:20001', 'cross_origin'],
    ['', 'cross_origin'],
  ])('a page and the API asked as Host %s: %s', (host, outcome) => {
    expect(guard('GET', '/graph', { host })).toBe(outcome);
    expect(guard('GET', '/api/v1/graph', { host })).toBe(outcome);
  });

  it('answers to names it is told of, and to nobody without a Host', () => {
    expect(guard('GET', '/', { host: 'heddle.example:8443' }, ['heddle.example'])).toBe('passes');
    expect(guard('GET', '/', {})).toBe('cross_origin');
  });

  it.each([
    [{ origin: 'http://127.0.0.1:20001' }, 'passes'],
    [{ origin: 'https://127.0.0.1:20001' }, 'passes'],
    [{ origin: 'http://127.0.0.1:20001', 'sec-fetch-site': 'same-origin' }, 'passes'],
    [{ 'sec-fetch-site': 'none' }, 'passes'],
    [{}, 'passes'],
    [{ origin: 'http://evil.example' }, 'cross_origin'],
    [{ origin: 'http://127.0.0.1:20002' }, 'cross_origin'],
    [{ origin: 'http://127.0.0.1:20001.evil.example' }, 'cross_origin'],
    [{ origin: 'null' }, 'cross_origin'],
    [{ origin: 'file://127.0.0.1:20001' }, 'cross_origin'],
    [{ 'sec-fetch-site': 'cross-site' }, 'cross_origin'],
    [{ 'sec-fetch-site': 'same-site' }, 'cross_origin'],
  ])('the API called with %j: %s', (headers, outcome) => {
    const host = '127.0.0.1:20001';
    expect(guard('POST', '/api/v1/changes', { host, ...json, ...headers })).toBe(outcome);
    expect(guard('GET', '/api/v1/changes', { host, ...headers })).toBe(outcome);
  });

  it('takes writes only as JSON, which no form can send', () => {
    const host = 'localhost';
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp', '']) {
      expect(guard('POST', '/api/v1/preview', { host, 'content-type': type })).toBe('unsupported_media_type');
    }
    expect(guard('DELETE', '/api/v1/x', { host })).toBe('unsupported_media_type');
    expect(guard('POST', '/api/v1/preview', { host, 'content-type': 'Application/JSON; charset=utf-8' })).toBe('passes');
  });

  it('lets links from elsewhere open pages', () => {
    expect(guard('GET', '/graph', { host: 'localhost', 'sec-fetch-site': 'cross-site' })).toBe('passes');
  });
});
