import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bootMesh, expectNoRejections, outside } from '../support/boot-mesh';
import type { TaskMesh } from '../support/boot-mesh';
import { own, sample, taskSuite } from '../support/peers';
import type { Caller, Reply } from '../support/send-request';
import { send, sendLine } from '../support/send-request';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'task', alg: 'RS256', use: 'sig' }] });
const issuer = 'testing@secure.istio.io';

/** A token as Istio's gen-jwt.py makes it, valid for an hour. */
function token(claims: Record<string, unknown> = {}, key: KeyObject = privateKey): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'task' })}.${encode({ iss: issuer, sub: issuer, iat: now, exp: now + 3600, ...claims })}`;
  return `${body}.${sign('RSA-SHA256', Buffer.from(body), key).toString('base64url')}`;
}

const policy = (kind: string, name: string, spec: string, more = '') =>
  `apiVersion: security.istio.io/v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: foo${more}}\nspec: ${spec}\n`;
const httpbinSelector = 'selector: {matchLabels: {app: httpbin}}';
const authentication = (more = '') =>
  policy('RequestAuthentication', 'jwt-example', `{${httpbinSelector}, jwtRules: [{issuer: "${issuer}", jwks: '${jwks}'${more}}]}`);

export const authorizationTasks = taskSuite('authorization tasks', (sidecars) => {
  let mesh: TaskMesh;
  let curl: Caller;

  beforeAll(async () => {
    mesh = await bootMesh({ sidecars, namespaces: { foo: true, legacy: false } });
    await mesh.write([sample('httpbin/httpbin.yaml'), sample('curl/curl.yaml')], 'foo');
    await mesh.write(sample('curl/curl.yaml'), 'legacy');
    await mesh.apply(sample('tcp-echo/tcp-echo.yaml'), 'foo');
    curl = await mesh.caller('curl', 'foo');
  });
  afterAll(() => mesh?.stop());
  afterEach(() => expectNoRejections(mesh));

  const get = (path: string, headers: Record<string, string> = {}): Promise<Reply> =>
    send(curl, `http://httpbin.foo:8000${path}`, { headers });
  const bearer = (jwt: string) => ({ authorization: `Bearer ${jwt}` });

  describe('JWT', () => {
    const require = policy(
      'AuthorizationPolicy',
      'require-jwt',
      `{${httpbinSelector}, action: ALLOW, rules: [{from: [{source: {requestPrincipals: ["${issuer}/${issuer}"]}}]}]}`,
    );
    const groups = require.replace('}}]}]}', `}}], when: [{key: "request.auth.claims[groups]", values: [group1]}]}]}`);
    beforeAll(() => mesh.apply(authentication()));
    afterAll(() => mesh.remove([require, authentication()]));

    it('refuses a bad token with 401 and lets a request without one through', async () => {
      const invalid = await get('/headers', bearer('deadbeef'));
      expect([invalid.status, invalid.body]).toEqual([
        401,
        'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
      ]);
      expect((await get('/headers')).status).toBe(200);
      expect((await get('/headers', bearer(token()))).status).toBe(200);
    });

    it('refuses an expired token, a foreign key and a foreign issuer', async () => {
      const expired = await get('/headers', bearer(token({ exp: 1_685_505_001 })));
      expect([expired.status, expired.body]).toEqual([401, 'Jwt is expired']);
      const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
      expect((await get('/headers', bearer(token({}, foreign)))).status).toBe(401);
      const unknown = await get('/headers', bearer(token({ iss: 'someone@else' })));
      expect([unknown.status, unknown.body]).toEqual([401, 'Jwt issuer is not configured']);
    });

    it('does not hand the token on unless told to', async () => {
      const { body } = await get('/headers', bearer(token()));
      expect(body).not.toContain('Bearer ');
      await mesh.apply(authentication(', forwardOriginalToken: true'));
      expect((await get('/headers', bearer(token()))).body).toContain('Bearer ');
      await mesh.apply(authentication());
    });

    it('requires a token: 403 without, 200 with', async () => {
      await mesh.apply(require);
      const without = await get('/headers');
      expect([without.status, without.body]).toEqual([403, 'RBAC: access denied']);
      expect((await get('/headers', bearer(token()))).status).toBe(200);
      expect((await get('/headers', bearer(token({ sub: 'other' })))).status).toBe(403);
    });

    it('requires a claim', async () => {
      await mesh.apply(groups);
      expect((await get('/headers', bearer(token({ groups: ['group1', 'group2'] })))).status).toBe(200);
      expect((await get('/headers', bearer(token({ groups: ['group3'] })))).status).toBe(403);
      expect((await get('/headers', bearer(token()))).status).toBe(403);
    });

    it('requires a token for one path only', async () => {
      const perPath = policy(
        'AuthorizationPolicy',
        'require-jwt',
        `{${httpbinSelector}, action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {paths: ["/headers"]}}]}]}`,
      );
      await mesh.apply(perPath);
      expect((await get('/headers')).status).toBe(403);
      expect((await get('/ip')).status).toBe(200);
      expect((await get('/headers', bearer(token()))).status).toBe(200);
    });

    it('copies a claim into a header', async () => {
      await mesh.remove(require);
      await mesh.apply(authentication(', outputClaimToHeaders: [{header: x-jwt-claim-foo, claim: foo}]'));
      const { body } = await get('/headers', bearer(token({ foo: 'bar' })));
      expect(JSON.parse(body)).toMatchObject({ headers: { 'X-Jwt-Claim-Foo': ['bar'] } });
      await mesh.apply([authentication(), require]);
    });
  });

  it('routes by a claim at the ingress gateway, 404 without it', async () => {
    const gateway = own('ingress-httpbin.yaml');
    const jwt = `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: ingress-jwt, namespace: istio-system}
spec: {selector: {matchLabels: {istio: ingressgateway}}, jwtRules: [{issuer: "${issuer}", jwks: '${jwks}'}]}
`;
    const byClaim = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: httpbin, namespace: foo}
spec:
  hosts: [httpbin.example.com]
  gateways: [httpbin-gateway]
  http:
  - match: [{uri: {prefix: /headers}, headers: {"@request.auth.claims.groups": {exact: group1}}}]
    route: [{destination: {host: httpbin, port: {number: 8000}}}]
`;
    await mesh.apply([gateway, byClaim], 'foo');
    await mesh.apply(jwt);
    const at = await mesh.gateway(8080);
    const ask = async (headers: Record<string, string>) =>
      (await send(outside, 'http://httpbin.example.com/headers', { at, headers })).status;
    expect(await ask({})).toBe(404);
    expect(await ask(bearer('some.invalid.token'))).toBe(401);
    expect(await ask(bearer(token({ groups: ['group1'] })))).toBe(200);
    expect(await ask(bearer(token({ groups: ['group2'] })))).toBe(404);
    await mesh.remove([jwt]);
    await mesh.remove(gateway, 'foo');
  });

  it('denies explicitly, whatever is allowed, and says so in the access log', async () => {
    const denyGet = policy(
      'AuthorizationPolicy',
      'deny-method-get',
      `{${httpbinSelector}, action: DENY, rules: [{to: [{operation: {methods: [GET]}}]}]}`,
    );
    const allowAll = policy('AuthorizationPolicy', 'allow-all', `{${httpbinSelector}, rules: [{}]}`);
    await mesh.apply([denyGet, allowAll]);
    const denied = await get('/get');
    expect([denied.status, denied.body]).toEqual([403, 'RBAC: access denied']);
    expect((await send(curl, 'http://httpbin.foo:8000/post', { method: 'POST' })).status).toBe(200);
    await mesh.accessLog(
      /"GET \/get [^"]*" 403 - rbac_access_denied_matched_policy\[ns\[foo\]-policy\[deny-method-get\]-rule\[0\]\]/,
      'httpbin',
      'foo',
    );

    // The task goes on: GET is denied unless a header says admin; ALLOW then asks for a path.
    const unlessAdmin = denyGet.replace('rules: [{', 'rules: [{when: [{key: "request.headers[x-token]", notValues: [admin]}], ');
    await mesh.apply(unlessAdmin);
    expect((await get('/get', { 'x-token': 'admin' })).status).toBe(200);
    expect((await get('/get', { 'x-token': 'guest' })).status).toBe(403);
    const allowIp = policy(
      'AuthorizationPolicy',
      'allow-all',
      `{${httpbinSelector}, action: ALLOW, rules: [{to: [{operation: {paths: ["/ip"]}}]}]}`,
    );
    await mesh.apply(allowIp);
    expect((await get('/ip', { 'x-token': 'guest' })).status).toBe(403);
    expect((await get('/ip', { 'x-token': 'admin' })).status).toBe(200);
    expect((await get('/get', { 'x-token': 'admin' })).status).toBe(403);
    await mesh.remove([denyGet, allowAll]);
  });

  it('only watches under dry-run', async () => {
    const dryRun = policy(
      'AuthorizationPolicy',
      'deny-path-headers',
      `{${httpbinSelector}, action: DENY, rules: [{to: [{operation: {paths: ["/headers"]}}]}]}`,
      ', annotations: {"istio.io/dry-run": "true"}',
    );
    await mesh.apply(dryRun);
    for (let request = 0; request < 20; request += 1) expect((await get('/headers')).status).toBe(200);
    const stats = await mesh.proxyPage('httpbin', '/stats?filter=rbac', 'foo');
    // Envoy has put a dot between prefix and name for some versions; Istio's dashboards know it without.
    expect(stats).toMatch(/rbac\.istio_dry_run_deny_\.?shadow_denied: 20/);
    await mesh.remove(dryRun);
  });

  it('allows TCP by port, and denies what is no TCP rule', async () => {
    const echo = async (port: number) => sendLine(curl, await mesh.tcpService(curl, 'tcp-echo', port, 'foo'), `port ${port}`);
    expect(await echo(9000)).toBe('hello port 9000\n');
    const ports = policy(
      'AuthorizationPolicy',
      'tcp-policy',
      '{selector: {matchLabels: {app: tcp-echo}}, action: ALLOW, rules: [{to: [{operation: {ports: ["9000", "9001"]}}]}]}',
    );
    await mesh.apply(ports);
    expect([await echo(9000), await echo(9001)]).toEqual(['hello port 9000\n', 'hello port 9001\n']);

    // A rule with a method can never match a TCP connection: an ALLOW rule is left out, so nothing is allowed.
    await mesh.apply(ports.replace('ports: ["9000", "9001"]', 'methods: [GET], ports: ["9000"]'));
    expect(await echo(9000)).not.toContain('hello');
    // In a DENY rule the part that cannot be known is taken as met: the port is denied.
    await mesh.apply(ports.replace('action: ALLOW', 'action: DENY').replace('ports: ["9000", "9001"]', 'methods: [GET], ports: ["9000"]'));
    expect(await echo(9000)).not.toContain('hello');
    expect(await echo(9001)).toBe('hello port 9001\n');
    await mesh.remove(ports);
    expect(await echo(9000)).toBe('hello port 9000\n');
  });

  it('restricts callers at the ingress gateway by address', async () => {
    const gateway = sample('httpbin/httpbin-gateway.yaml');
    const blocks = (range: string) => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ingress-policy, namespace: istio-system}
spec: {selector: {matchLabels: {app: istio-ingressgateway}}, action: ALLOW, rules: [{from: [{source: {ipBlocks: ["${range}"]}}]}]}
`;
    await mesh.apply(gateway, 'foo');
    const at = await mesh.gateway(8080);
    const status = async () => (await send(outside, 'http://any.example/status/200', { at })).status;
    expect(await status()).toBe(200);
    await mesh.apply(blocks('10.0.0.0/8'));
    expect(await status()).toBe(403);
    await mesh.apply(blocks('127.0.0.0/8'));
    expect(await status()).toBe(200);
    await mesh.remove(blocks(''));
    await mesh.remove(gateway, 'foo');
  });

  it('moves from PERMISSIVE to STRICT, by namespace and then by mesh', async () => {
    const strict = (namespace: string) =>
      `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: default, namespace: ${namespace}}\nspec: {mtls: {mode: STRICT}}\n`;
    const legacy = await mesh.caller('curl', 'legacy');
    const at = await mesh.endpoint('httpbin', 8000, 'foo');
    const fromLegacy = async () => (await send(legacy, 'http://httpbin.foo:8000/ip', { at })).status;
    const both = async () => [await fromLegacy(), (await get('/ip')).status];
    expect(await both()).toEqual([200, 200]);
    await mesh.apply(strict('foo'));
    expect(await both()).toEqual([0, 200]);
    await mesh.remove(strict('foo'));
    expect(await both()).toEqual([200, 200]);
    await mesh.apply(strict('istio-system'));
    expect(await both()).toEqual([0, 200]);
    await mesh.remove(strict('istio-system'));
    expect(await both()).toEqual([200, 200]);
  });

  it('keeps principals of an old trust domain valid through an alias', async () => {
    const oldDomain = policy(
      'AuthorizationPolicy',
      'service-httpbin',
      `{${httpbinSelector}, action: ALLOW, rules: [{from: [{source: {principals: ["old-td/ns/foo/sa/curl"]}}]}]}`,
    );
    await mesh.apply(oldDomain);
    expect((await get('/ip')).status).toBe(403);
    const settings = await mesh.kubectl.json<{ data: { mesh: string } }>(['get', 'configmap', 'istio', '-n', 'istio-system']);
    const patch = (text: string) =>
      mesh.kubectl.run([
        'patch',
        'configmap',
        'istio',
        '-n',
        'istio-system',
        '--type=merge',
        '-p',
        JSON.stringify({ data: { mesh: text } }),
      ]);
    await patch(`${settings.data.mesh}trustDomainAliases: [old-td]\n`);
    await mesh.converged();
    expect((await get('/ip')).status).toBe(200);
    await patch(settings.data.mesh);
    await mesh.remove(oldDomain);
    expect((await get('/ip')).status).toBe(200);
  });
});
