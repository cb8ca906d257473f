import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bootMesh, expectNoRejections, outside } from '../support/boot-mesh';
import type { TaskMesh } from '../support/boot-mesh';
import { TestAuthority, secretManifest } from '../support/certificates';
import { eventually } from '../support/eventually';
import { own, sample, taskSuite } from '../support/peers';
import type { Reply } from '../support/send-request';
import { send } from '../support/send-request';

const server = (name: string, credential: string, mode: string, host: string) =>
  `  - port: {number: 443, name: https-${name}, protocol: HTTPS}\n    tls: {mode: ${mode}, credentialName: ${credential}}\n    hosts: [${host}]\n`;
const gateway = (servers: string) =>
  `apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: mygateway}\nspec:\n  selector: {istio: ingressgateway}\n  servers:\n${servers}`;
const virtualService = (name: string, host: string, paths: readonly string[], destination: string, port: number) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}}
spec:
  hosts: ["${host}"]
  gateways: [mygateway]
  http:
  - match: [${paths.map((path) => `{uri: {prefix: ${path}}}`).join(', ')}]
    route: [{destination: {host: ${destination}, port: {number: ${port}}}}]
`;

export const ingressTasks = taskSuite('secure ingress and Gateway API tasks', (sidecars) => {
  let mesh: TaskMesh;
  let authority: TestAuthority;

  beforeAll(async () => {
    [mesh, authority] = await Promise.all([bootMesh({ sidecars }), TestAuthority.create('example Inc.')]);
    await mesh.apply([sample('httpbin/httpbin.yaml'), sample('helloworld/helloworld.yaml')]);
  });
  afterAll(() => mesh?.stop());
  afterEach(() => expectNoRejections(mesh));

  const askTls = async (url: string, tls: { ca?: string; cert?: string; key?: string } = {}): Promise<Reply> =>
    send(outside, url, { at: await mesh.gateway(8443), tls: { ca: authority.certPem, ...tls } });

  describe('secure gateways', () => {
    const credential = async (name: string, host: string) => {
      const { certPem, keyPem } = await authority.issue(host);
      return secretManifest('istio-system', name, { 'tls.crt': certPem, 'tls.key': keyPem }, 'kubernetes.io/tls');
    };
    const simple = gateway(server('httpbin', 'httpbin-credential', 'SIMPLE', 'httpbin.example.com'));
    const httpbin = virtualService('httpbin', 'httpbin.example.com', ['/status', '/delay'], 'httpbin', 8000);
    const helloworld = virtualService('helloworld', 'helloworld.example.com', ['/hello'], 'helloworld', 5000);
    afterAll(() => mesh.remove([simple, httpbin, helloworld]));

    it('serves a teapot over TLS, to clients that trust the authority', async () => {
      await mesh.apply([await credential('httpbin-credential', 'httpbin.example.com'), simple, httpbin]);
      const reply = await askTls('https://httpbin.example.com/status/418');
      expect([reply.status, reply.body, reply.error]).toEqual([418, "I'm a teapot!", undefined]);
      expect(reply.certificate?.subject.CN).toBe('httpbin.example.com');
      const stranger = await TestAuthority.create('other Inc.');
      expect((await askTls('https://httpbin.example.com/status/418', { ca: stranger.certPem })).status).toBe(0);
    });

    it('takes a rotated secret without a restart', async () => {
      const before = (await askTls('https://httpbin.example.com/status/200')).certificate?.fingerprint256;
      await mesh.apply(await credential('httpbin-credential', 'httpbin.example.com'));
      const after = await eventually('another certificate', async () => {
        const { certificate } = await askTls('https://httpbin.example.com/status/200');
        return certificate?.fingerprint256 !== before && certificate?.fingerprint256;
      });
      expect(after).not.toBe(before);
    });

    it('serves several hosts, each with its own certificate', async () => {
      const both = gateway(
        server('httpbin', 'httpbin-credential', 'SIMPLE', 'httpbin.example.com') +
          server('helloworld', 'helloworld-credential', 'SIMPLE', 'helloworld.example.com'),
      );
      await mesh.apply([await credential('helloworld-credential', 'helloworld.example.com'), both, helloworld]);
      const hello = await askTls('https://helloworld.example.com/hello');
      expect(hello.body).toMatch(/^Hello version: v[12], instance: helloworld-v[12]-/);
      expect(hello.certificate?.subject.CN).toBe('helloworld.example.com');
      expect((await askTls('https://httpbin.example.com/status/418')).status).toBe(418);
      // A server name that no server has: no certificate, no connection.
      expect((await askTls('https://unknown.example.com/')).status).toBe(0);
    });

    it("asks for a client's certificate under MUTUAL", async () => {
      const issued = await authority.issue('httpbin.example.com');
      const secret = secretManifest('istio-system', 'httpbin-credential', {
        'tls.crt': issued.certPem,
        'tls.key': issued.keyPem,
        'ca.crt': authority.certPem,
      });
      await mesh.kubectl.run(['delete', 'secret', 'httpbin-credential', '-n', 'istio-system']);
      await mesh.apply([secret, gateway(server('httpbin', 'httpbin-credential', 'MUTUAL', 'httpbin.example.com'))]);
      const client = await authority.issue('client.example.com');
      const with_ = () => askTls('https://httpbin.example.com/status/418', { cert: client.certPem, key: client.keyPem });
      await eventually('the authority to be in place', async () => (await with_()).status === 418);
      const without = await askTls('https://httpbin.example.com/status/418');
      expect(without.status).toBe(0);
      const stranger = await (await TestAuthority.create('other Inc.')).issue('client.example.com');
      expect((await askTls('https://httpbin.example.com/status/418', { cert: stranger.certPem, key: stranger.keyPem })).status).toBe(0);
    });

    it('redirects plain HTTP to HTTPS', async () => {
      const redirecting = gateway(
        `  - port: {number: 80, name: http, protocol: HTTP}\n    tls: {httpsRedirect: true}\n    hosts: [httpbin.example.com]\n${server('httpbin', 'httpbin-credential', 'SIMPLE', 'httpbin.example.com')}`,
      );
      await mesh.apply(redirecting);
      const reply = await send(outside, 'http://httpbin.example.com/status/200', { at: await mesh.gateway(8080) });
      expect([reply.status, reply.headers.location]).toEqual([301, 'https://httpbin.example.com/status/200']);
    });
  });

  it('passes TLS through by its server name: the certificate is the one of the service', async () => {
    const { certPem, keyPem } = await authority.issue('nginx.example.com');
    const files = { cert: join(mesh.dataDir, 'nginx.crt'), key: join(mesh.dataDir, 'nginx.key') };
    writeFileSync(files.cert, certPem);
    writeFileSync(files.key, keyPem);
    const command = `exec "${process.execPath}" "${own('serve-https.mjs')}" "${files.cert}" "${files.key}"`;
    const manifest = `
apiVersion: v1
kind: Service
metadata: {name: my-nginx, labels: {run: my-nginx}}
spec:
  ports: [{port: 443, targetPort: 8443, protocol: TCP, name: https}]
  selector: {run: my-nginx}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: my-nginx}
spec:
  selector: {matchLabels: {run: my-nginx}}
  template:
    metadata:
      labels: {run: my-nginx, app: my-nginx}
      annotations: {heddle.dev/command: ${JSON.stringify(command)}}
    spec:
      containers: [{name: my-nginx, image: nginx, ports: [{containerPort: 8443}]}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: nginx-gateway}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    tls: {mode: PASSTHROUGH}
    hosts: [nginx.example.com]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: nginx}
spec:
  hosts: [nginx.example.com]
  gateways: [nginx-gateway]
  tls:
  - match: [{port: 443, sniHosts: [nginx.example.com]}]
    route: [{destination: {host: my-nginx, port: {number: 443}}}]
`;
    await mesh.apply(manifest);
    const reply = await eventually('the server to be up', async () => {
      const attempt = await askTls('https://nginx.example.com/');
      return attempt.status === 200 && attempt;
    });
    expect(reply.body).toBe('Welcome to nginx!\n');
    expect(reply.certificate?.subject.CN).toBe('nginx.example.com');
    expect((await askTls('https://other.example.com/')).status).toBe(0);
    await mesh.remove(manifest);
  });

  it("serves Kubernetes' own Ingress of class istio", async () => {
    const manifest = `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: istio}
spec: {controller: istio.io/ingress-controller}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ingress}
spec:
  ingressClassName: istio
  rules:
  - host: httpbin.example.com
    http: {paths: [{path: /status, pathType: Prefix, backend: {service: {name: httpbin, port: {number: 8000}}}}]}
`;
    await mesh.apply(manifest);
    const ask = async (path: string, host: string) => send(outside, `http://${host}${path}`, { at: await mesh.gateway(8080) });
    await eventually('an answer', async () => (await ask('/status/200', 'httpbin.example.com')).status === 200);
    expect((await ask('/headers', 'httpbin.example.com')).status).toBe(404);
    expect((await ask('/statuses', 'httpbin.example.com')).status).toBe(404);
    expect((await ask('/status/200', 'other.example.com')).status).toBe(404);
    await eventually('it to say where it is reached', async () => {
      const { status } = await mesh.kubectl.json<{ status?: { loadBalancer?: { ingress?: { ip?: string }[] } } }>([
        'get',
        'ingress',
        'ingress',
      ]);
      return status?.loadBalancer?.ingress?.[0]?.ip === '127.0.0.1';
    });
    await mesh.remove(manifest);
    await eventually('it to be gone', async () => (await ask('/status/200', 'httpbin.example.com')).status !== 200);
  });

  describe('Gateway API ingress', () => {
    const ask = async (path: string, host: string) => send(outside, `http://${host}${path}`, { at: await mesh.gateway(8080) });

    it("serves the sample's Gateway and says where", async () => {
      const file = sample('httpbin/gateway-api/httpbin-gateway.yaml');
      await mesh.apply(file);
      await eventually('an answer', async () => (await ask('/status/200', 'any.example')).status === 200);
      const gatewayObject = await eventually('the status', async () => {
        const found = await mesh.kubectl.json<{
          status?: {
            addresses?: { value: string }[];
            conditions?: { type: string; status: string }[];
            listeners?: { attachedRoutes: number }[];
          };
        }>(['get', 'gateways.gateway.networking.k8s.io', 'httpbin-gateway']);
        return found.status?.conditions?.some(({ type, status }) => type === 'Programmed' && status === 'True') === true && found;
      });
      expect(gatewayObject.status?.addresses?.[0]?.value).toMatch(/\S/);
      expect(gatewayObject.status?.listeners?.[0]?.attachedRoutes).toBe(1);
      await mesh.remove(file);
      await eventually('it to be gone', async () => (await ask('/status/200', 'any.example')).status !== 200);
    });

    it('exposes two paths of one host, with a header added', async () => {
      const manifest = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gateway}
spec:
  gatewayClassName: istio
  listeners:
  - {name: default, hostname: "*.example.com", port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: http}
spec:
  parentRefs: [{name: gateway}]
  hostnames: [httpbin.example.com]
  rules:
  - matches: [{path: {type: PathPrefix, value: /get}}, {path: {type: PathPrefix, value: /headers}}]
    filters: [{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: my-added-header, value: added-value}]}}]
    backendRefs: [{name: httpbin, port: 8000}]
`;
      await mesh.apply(manifest);
      const reply = await eventually('an answer', async () => {
        const attempt = await ask('/headers', 'httpbin.example.com');
        return attempt.status === 200 && attempt;
      });
      expect(JSON.parse(reply.body)).toMatchObject({ headers: { 'My-Added-Header': ['added-value'] } });
      expect((await ask('/get', 'httpbin.example.com')).status).toBe(200);
      expect((await ask('/status/200', 'httpbin.example.com')).status).toBe(404);
      expect((await ask('/get', 'httpbin.other.org')).status).toBe(404);
      await mesh.remove(manifest);
    });

    it('routes helloworld by the samples: gateway, versions, weights', async () => {
      const files = ['helloworld-gateway', 'helloworld-versions', 'helloworld-route'].map((name) =>
        sample(`helloworld/gateway-api/${name}.yaml`),
      );
      await mesh.apply(files);
      await eventually('an answer', async () => (await ask('/hello', 'any.example')).body.startsWith('Hello version: v'));
      await mesh.remove(files);
    });
  });
});
