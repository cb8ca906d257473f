import { describe, expect, it } from 'vitest';
import { compileCors, decideCors } from './decide-cors';
import { plainRequest } from './routing-request';

const always = () => 0;

describe('decideCors', () => {
  const cors = compileCors({
    allow_origin_string_match: [{ exact: 'http://a' }, { safe_regex: { regex: 'https://.*\\.example' } }],
    allow_methods: 'GET,POST',
    allow_headers: 'x-a',
    expose_headers: 'x-b',
    max_age: '600',
    allow_credentials: { value: true },
  });
  const preflight = (origin: string) =>
    plainRequest({ path: '/', method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });

  it('answers a preflight of an allowed origin itself', () => {
    expect(decideCors(cors, preflight('https://x.example'), always)).toEqual({
      kind: 'reply',
      responseHeaders: [
        ['access-control-allow-origin', 'https://x.example'],
        ['access-control-allow-credentials', 'true'],
        ['access-control-allow-methods', 'GET,POST'],
        ['access-control-allow-headers', 'x-a'],
        ['access-control-max-age', '600'],
        ['access-control-expose-headers', 'x-b'],
      ],
    });
  });

  it('forwards other preflights, or answers them without headers where it is told to ignore them', () => {
    expect(decideCors(cors, preflight('http://b'), always)).toEqual({ kind: 'continue', responseHeaders: [] });
    const ignoring = compileCors({ forward_not_matching_preflights: { value: false } });
    expect(decideCors(ignoring, preflight('http://b'), always)).toEqual({ kind: 'reply', responseHeaders: [] });
  });

  it('never blocks an actual request', () => {
    expect(decideCors(cors, plainRequest({ path: '/', headers: { origin: 'http://a' } }), always)).toEqual({
      kind: 'continue',
      responseHeaders: [
        ['access-control-allow-origin', 'http://a'],
        ['access-control-allow-credentials', 'true'],
        ['access-control-expose-headers', 'x-b'],
      ],
    });
    expect(decideCors(cors, plainRequest({ path: '/', headers: { origin: 'http://b' } }), always).responseHeaders).toEqual([]);
    expect(decideCors(cors, plainRequest({ path: '/', method: 'OPTIONS' }), always).kind).toBe('continue');
  });
});
