import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bootMesh, expectNoRejections, outside } from '../support/boot-mesh';
import type { TaskMesh } from '../support/boot-mesh';
import { own, sample, taskSuite } from '../support/peers';
import { send } from '../support/send-request';

const httpbin = sample('httpbin/httpbin.yaml');
const curl = sample('curl/curl.yaml');
const namespaces = ['foo', 'bar', 'legacy'] as const;

const peerAuthentication = (namespace: string, mode: string, more = '') => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: ${namespace}}
spec:
  mtls: {mode: ${mode}}
${more}`;

export const httpbinTasks = taskSuite('httpbin tasks', (sidecars) => {
  let mesh: TaskMesh;

  beforeAll(async () => {
    mesh = await bootMesh({ sidecars, namespaces: { foo: true, bar: true, legacy: false } });
    for (const namespace of namespaces) {
      await mesh.write([httpbin, curl], namespace);
    }
    await mesh.converged();
  });
  afterAll(() => mesh?.stop());
  afterEach(() => expectNoRejections(mesh));

  describe('ingress', () => {
    beforeAll(() => mesh.apply(own('ingress-httpbin.yaml'), 'foo'));
    afterAll(() => mesh.remove(own('ingress-httpbin.yaml'), 'foo'));

    const ask = async (path: string, host: string) => send(outside, `http://${host}${path}`, { at: await mesh.gateway(8080) });

    it('lets the exposed paths of the host through', async () => {
      expect((await ask('/status/200', 'httpbin.example.com')).status).toBe(200);
      expect((await ask('/status/418', 'httpbin.example.com')).status).toBe(418);
      const delayed = await ask('/delay/1', 'httpbin.example.com');
      expect(delayed.status).toBe(200);
      expect(delayed.ms).toBeGreaterThan(990);
    });

    it('answers 404 for other paths and other hosts', async () => {
      expect((await ask('/headers', 'httpbin.example.com')).status).toBe(404);
      expect((await ask('/status/200', 'localhost')).status).toBe(404);
    });

    it("serves every host under the sample's gateway", async () => {
      await mesh.remove(own('ingress-httpbin.yaml'), 'foo');
      await mesh.apply(sample('httpbin/httpbin-gateway.yaml'), 'foo');
      expect((await ask('/headers', 'anything.example')).status).toBe(200);
      await mesh.remove(sample('httpbin/httpbin-gateway.yaml'), 'foo');
      expect((await ask('/headers', 'anything.example')).status).not.toBe(200);
    });
  });

  describe('mutual TLS', () => {
    /** Status by caller → target, 0 where there was no answer. */
    async function matrix(): Promise<Record<string, number>> {
      const cells: Record<string, number> = {};
      for (const from of namespaces) {
        const caller = await mesh.caller('curl', from);
        for (const to of namespaces) {
          const at = caller.proxy === undefined ? { at: await mesh.endpoint('httpbin', 8000, to) } : {};
          const reply = await send(caller, `http://httpbin.${to}:8000/ip`, at);
          cells[`${from} → ${to}`] = reply.status;
        }
      }
      return cells;
    }
    const allOpen = Object.fromEntries(namespaces.flatMap((from) => namespaces.map((to) => [`${from} → ${to}`, 200])));

    it('is automatic: everyone reaches everyone, with mutual TLS where both sides have a sidecar', async () => {
      expect(await matrix()).toEqual(allOpen);
      const foo = await mesh.caller('curl', 'foo');
      const meshed = await send(foo, 'http://httpbin.bar:8000/headers');
      expect(JSON.parse(meshed.body)).toMatchObject({
        headers: { 'X-Forwarded-Client-Cert': [expect.stringContaining('URI=spiffe://cluster.local/ns/foo/sa/curl')] },
      });
      const plain = await send(foo, 'http://httpbin.legacy:8000/headers');
      expect(plain.status).toBe(200);
      expect(plain.body).not.toContain('X-Forwarded-Client-Cert');
    });

    it('refuses plain text everywhere when the mesh is STRICT', async () => {
      await mesh.apply(peerAuthentication('istio-system', 'STRICT'));
      expect(await matrix()).toEqual({ ...allOpen, 'legacy → foo': 0, 'legacy → bar': 0 });
      await mesh.remove(peerAuthentication('istio-system', 'STRICT'));
      expect(await matrix()).toEqual(allOpen);
    });

    it('is STRICT for one namespace, with an exception for one port of one workload', async () => {
      const strict = peerAuthentication('foo', 'STRICT');
      await mesh.apply(strict);
      expect(await matrix()).toEqual({ ...allOpen, 'legacy → foo': 0 });
      const exception = peerAuthentication(
        'foo',
        'STRICT',
        '  selector: {matchLabels: {app: httpbin}}\n  portLevelMtls: {8080: {mode: DISABLE}}\n',
      ).replace('name: default', 'name: httpbin');
      await mesh.apply(exception);
      expect(await matrix()).toEqual(allOpen);
      await mesh.remove([exception, strict]);
    });
  });
});
