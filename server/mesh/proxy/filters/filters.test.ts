import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpFilter, Route } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { httpListener, request, startHttp, startProxy, staticCluster, virtualHost } from '../testdata/harness';
import type { TestProxy } from '../testdata/harness';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function serve(routes: readonly Route[], filters: readonly HttpFilter[] = []): Promise<TestProxy> {
  const app = await startHttp((incoming, response) => response.end(JSON.stringify({ url: incoming.url, headers: incoming.headers })));
  cleanups.push(app.stop);
  const started = await startProxy({
    clusters: [staticCluster('app', [app.port])],
    listeners: [
      httpListener(
        { name: 'r', virtual_hosts: [virtualHost(routes)] },
        {
          http_filters: [
            ...filters,
            { name: 'envoy.filters.http.cors', typed_config: { '@type': typeUrls.cors } },
            { name: 'envoy.filters.http.router', typed_config: { '@type': typeUrls.router } },
          ],
        },
      ),
    ],
  });
  cleanups.push(started.stop);
  return started;
}

function seen(body: string): { url: string; headers: Record<string, string> } {
  return JSON.parse(body) as { url: string; headers: Record<string, string> };
}

describe('routes', () => {
  it('redirect', async () => {
    const proxy = await serve([
      { match: { prefix: '/old' }, redirect: { prefix_rewrite: '/new', host_redirect: 'shop', response_code: 'FOUND' } },
    ]);
    const reply = await request(proxy.port(), { path: '/old/x?q=1', headers: { host: 'a' } });
    expect([reply.status, reply.headers['location']]).toEqual([302, 'http://shop/new/x?q=1']);
  });

  it('answer directly', async () => {
    const proxy = await serve([{ match: { prefix: '/' }, direct_response: { status: 503, body: { inline_string: 'closed' } } }]);
    const reply = await request(proxy.port());
    expect([reply.status, reply.body, reply.headers['content-type']]).toEqual([503, 'closed', 'text/plain']);
  });

  it('rewrite path, host and headers', async () => {
    const proxy = await serve([
      {
        match: { prefix: '/a/' },
        route: { cluster: 'app', prefix_rewrite: '/b/', host_rewrite_literal: 'inner' },
        request_headers_to_add: [
          { header: { key: 'x-set', value: 'new' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
          { header: { key: 'x-list', value: 'two' } },
        ],
        request_headers_to_remove: ['x-gone'],
        response_headers_to_add: [{ header: { key: 'x-answer', value: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' } }],
      },
    ]);
    const reply = await request(proxy.port(), {
      path: '/a/x?y',
      headers: { 'x-set': 'old', 'x-gone': '1', 'x-list': 'one', 'x-envoy-original-path': 'forged' },
    });
    const found = seen(reply.body);
    expect(found.url).toBe('/b/x?y');
    expect(found.headers['host']).toBe('inner');
    expect(found.headers['x-set']).toBe('new');
    expect(found.headers['x-list']).toBe('one, two');
    expect(found.headers['x-gone']).toBeUndefined();
    expect(found.headers['x-envoy-original-path']).toBe('/a/x?y');
    expect(reply.headers['x-answer']).toBe('127.0.0.1');
  });
});

describe('CORS', () => {
  const route: Route = {
    match: { prefix: '/' },
    route: { cluster: 'app' },
    typed_per_filter_config: {
      'envoy.filters.http.cors': {
        '@type': typeUrls.corsPolicy,
        allow_origin_string_match: [{ exact: 'https://good' }],
        allow_methods: 'GET,POST',
        max_age: '60',
      },
    },
  };

  it('answers a preflight itself', async () => {
    const proxy = await serve([route]);
    const reply = await request(proxy.port(), {
      method: 'OPTIONS',
      headers: { origin: 'https://good', 'access-control-request-method': 'POST' },
    });
    expect(reply.status).toBe(200);
    expect(reply.headers['access-control-allow-origin']).toBe('https://good');
    expect(reply.headers['access-control-allow-methods']).toBe('GET,POST');
    expect(reply.headers['access-control-max-age']).toBe('60');
  });

  it('never blocks, but names no other origin', async () => {
    const proxy = await serve([route]);
    expect((await request(proxy.port(), { headers: { origin: 'https://good' } })).headers['access-control-allow-origin']).toBe(
      'https://good',
    );
    const other = await request(proxy.port(), { headers: { origin: 'https://bad' } });
    expect([other.status, other.headers['access-control-allow-origin']]).toEqual([200, undefined]);
  });
});

const all: Route = { match: { prefix: '/' }, route: { cluster: 'app' } };

describe('access policies', () => {
  const rbac = (action: 'ALLOW' | 'DENY', path: string): HttpFilter => ({
    name: 'envoy.filters.http.rbac',
    typed_config: {
      '@type': typeUrls.httpRbac,
      rules: {
        action,
        policies: {
          'ns[default]-policy[p]-rule[0]': { permissions: [{ url_path: { path: { prefix: path } } }], principals: [{ any: true }] },
        },
      },
    },
  });

  it('deny what matches', async () => {
    const proxy = await serve([all], [rbac('DENY', '/secret')]);
    const reply = await request(proxy.port(), { path: '/secret/x' });
    expect([reply.status, reply.body]).toEqual([403, 'RBAC: access denied']);
    expect((await request(proxy.port(), { path: '/open' })).status).toBe(200);
  });

  it('allow only what matches', async () => {
    const proxy = await serve([all], [rbac('ALLOW', '/open')]);
    expect((await request(proxy.port(), { path: '/open' })).status).toBe(200);
    expect((await request(proxy.port(), { path: '/other' })).status).toBe(403);
  });
});

describe('JWT', () => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwks = JSON.stringify({ keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256' }] });
  const filter: HttpFilter = {
    name: 'envoy.filters.http.jwt_authn',
    typed_config: {
      '@type': typeUrls.jwtAuthentication,
      providers: {
        p: {
          issuer: 'me',
          local_jwks: { inline_string: jwks },
          payload_in_metadata: 'me',
          claim_to_headers: [{ header_name: 'x-sub', claim_name: 'sub' }],
        },
      },
      rules: [{ match: { prefix: '/' }, requires: { requires_any: { requirements: [{ provider_name: 'p' }, { allow_missing: {} }] } } }],
    },
  };

  function token(claims: object, tamper = ''): string {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${encode({ alg: 'RS256', kid: 'k1' })}.${encode(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text + tamper), keys.privateKey).toString('base64url')}`;
  }

  it('lets good tokens and none pass, and keeps the token from the application', async () => {
    const proxy = await serve([all], [filter]);
    expect((await request(proxy.port())).status).toBe(200);
    const reply = await request(proxy.port(), { headers: { authorization: `Bearer ${token({ iss: 'me', sub: 'anna' })}` } });
    expect(reply.status).toBe(200);
    expect(seen(reply.body).headers['x-sub']).toBe('anna');
    expect(seen(reply.body).headers['authorization']).toBeUndefined();
  });

  it("refuses bad ones with Envoy's words", async () => {
    const proxy = await serve([all], [filter]);
    const cases: [string, string][] = [
      [token({ iss: 'me' }, 'x'), 'Jwt verification fails'],
      [token({ iss: 'me', exp: 1 }), 'Jwt is expired'],
      ['not.a.jwt', 'Jwt header is an invalid JSON'],
      [token({ iss: 'other' }), 'Jwt issuer is not configured'],
    ];
    for (const [bad, text] of cases) {
      const reply = await request(proxy.port(), { headers: { authorization: `Bearer ${bad}` } });
      expect([reply.status, reply.body], text).toEqual([401, text]);
    }
  });

  it('routes by claims', async () => {
    const route: Route = {
      match: {
        prefix: '/',
        dynamic_metadata: [
          { filter: 'envoy.filters.http.jwt_authn', path: [{ key: 'me' }, { key: 'group' }], value: { string_match: { exact: 'beta' } } },
        ],
      },
      direct_response: { status: 299 },
    };
    const proxy = await serve([route, all], [filter]);
    expect((await request(proxy.port(), { headers: { authorization: `Bearer ${token({ iss: 'me', group: 'beta' })}` } })).status).toBe(299);
    expect((await request(proxy.port(), { headers: { authorization: `Bearer ${token({ iss: 'me', group: 'other' })}` } })).status).toBe(
      200,
    );
  });
});

describe('consistent hashing', () => {
  it('keeps a user on one host', async () => {
    const ports: number[] = [];
    for (let at = 0; at < 4; at++) {
      const app = await startHttp((_incoming, response) => response.end(String(at)));
      cleanups.push(app.stop);
      ports.push(app.port);
    }
    const started = await startProxy({
      clusters: [staticCluster('app', ports, { lb_policy: 'RING_HASH' })],
      listeners: [
        httpListener([{ match: { prefix: '/' }, route: { cluster: 'app', hash_policy: [{ header: { header_name: 'x-user' } }] } }]),
      ],
    });
    cleanups.push(started.stop);
    const hosts = new Set<string>();
    for (let user = 0; user < 30; user++) {
      const name = createHash('md5').update(String(user)).digest('hex');
      const [first, second] = await Promise.all([1, 2].map(() => request(started.port(), { headers: { 'x-user': name } })));
      expect(first?.body).toBe(second?.body);
      hosts.add(first?.body ?? '');
    }
    expect(hosts.size).toBe(4);
  });
});
