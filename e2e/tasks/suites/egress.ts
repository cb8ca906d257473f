import { writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bootMesh, expectNoRejections } from '../support/boot-mesh';
import type { TaskMesh } from '../support/boot-mesh';
import { TestAuthority } from '../support/certificates';
import { own, sample, taskSuite } from '../support/peers';
import type { Caller } from '../support/send-request';
import { send } from '../support/send-request';

/** Hosts outside the mesh, played by servers of this process. */
class Outside {
  readonly servers: Server[] = [];
  readonly hosts: Record<string, Record<string, string>> = {};

  async serve(host: string, port: number, server: Server): Promise<void> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.servers.push(server);
    (this.hosts[host] ??= {})[String(port)] = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
    }
  }
}

/** What httpbin.org answers, as far as the task asks. */
const httpbin: RequestListener = (request, response) => {
  const delay = Number(/^\/delay\/(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
  setTimeout(() => response.end(JSON.stringify({ headers: request.headers, url: request.url })), delay * 1000);
};

const serviceEntry = (name: string, host: string, ports: string, more = '') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}}
spec:
  hosts: [${host}]
  ports: [${ports}]
  resolution: DNS
  location: MESH_EXTERNAL
${more}`;

export const egressTasks = taskSuite('egress tasks', (sidecars) => {
  const world = new Outside();
  let mesh: TaskMesh;
  let curl: Caller;
  let authority: TestAuthority;
  let authorityFile: string;

  beforeAll(async () => {
    authority = await TestAuthority.create('example Inc.');
    const google = await authority.issue('www.google.com');
    const cnn = await authority.issue('edition.cnn.com');
    await world.serve('httpbin.org', 80, createHttp(httpbin));
    await world.serve(
      'www.google.com',
      443,
      createHttps({ cert: google.certPem, key: google.keyPem }, (_request, response) => response.end('google')),
    );
    await world.serve(
      'edition.cnn.com',
      80,
      createHttp((request, response) => {
        response.writeHead(301, { location: `https://edition.cnn.com${request.url}` }).end();
      }),
    );
    await world.serve(
      'edition.cnn.com',
      443,
      createHttps({ cert: cnn.certPem, key: cnn.keyPem }, (_request, response) => response.end('politics')),
    );
    mesh = await bootMesh({ sidecars, externalHosts: world.hosts });
    authorityFile = join(mesh.dataDir, 'authority.crt');
    writeFileSync(authorityFile, authority.certPem);
    await mesh.apply(sample('curl/curl.yaml'));
    curl = await mesh.caller('curl');
  });
  afterAll(async () => {
    world.close();
    await mesh?.stop();
  });
  afterEach(() => expectNoRejections(mesh));

  describe('egress control', () => {
    const patchMesh = async (change: (text: string) => string) => {
      const { data } = await mesh.kubectl.json<{ data: { mesh: string } }>(['get', 'configmap', 'istio', '-n', 'istio-system']);
      const patch = JSON.stringify({ data: { mesh: change(data.mesh) } });
      await mesh.kubectl.run(['patch', 'configmap', 'istio', '-n', 'istio-system', '--type=merge', '-p', patch]);
      await mesh.converged();
    };
    const registryOnly = 'outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n';
    const entries = [
      serviceEntry('httpbin-ext', 'httpbin.org', '{number: 80, name: http, protocol: HTTP}'),
      serviceEntry('google', 'www.google.com', '{number: 443, name: https, protocol: HTTPS}'),
    ];
    const google = async () => {
      const { status, body, error } = await send(curl, 'https://www.google.com/', { tls: { ca: authority.certPem } });
      return error ?? `${status} ${body}`;
    };
    afterAll(async () => {
      await mesh.remove(entries);
      await patchMesh((text) => text.replace(registryOnly, ''));
    });

    it('lets everything out under ALLOW_ANY', async () => {
      expect((await send(curl, 'http://httpbin.org/headers')).status).toBe(200);
      expect(await google()).toBe('200 google');
    });

    it('blocks what is not registered under REGISTRY_ONLY', async () => {
      await patchMesh((text) => text + registryOnly);
      expect((await send(curl, 'http://httpbin.org/headers')).status).toBe(502);
      expect(await google()).toBe('CONNECT was answered 502');
    });

    it('lets out what a ServiceEntry names', async () => {
      await mesh.apply(entries);
      expect((await send(curl, 'http://httpbin.org/headers')).status).toBe(200);
      expect(await google()).toBe('200 google');
    });

    it('limits the time of an external service', async () => {
      const timeout = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: httpbin-ext}
spec: {hosts: [httpbin.org], http: [{timeout: 3s, route: [{destination: {host: httpbin.org}, weight: 100}]}]}
`;
      await mesh.apply(timeout);
      const reply = await send(curl, 'http://httpbin.org/delay/5');
      expect(reply.status).toBe(504);
      expect(reply.ms).toBeGreaterThan(2990);
      expect(reply.ms).toBeLessThan(4000);
      await mesh.remove(timeout);
    });
  });

  describe('TLS origination', () => {
    const plain = serviceEntry(
      'edition-cnn-com',
      'edition.cnn.com',
      '{number: 80, name: http-port, protocol: HTTP}, {number: 443, name: https-port, protocol: HTTPS}',
    );
    const upgraded = plain.replace('name: http-port, protocol: HTTP}', 'name: http-port, protocol: HTTP, targetPort: 443}');
    const originate = (ca: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: edition-cnn-com}
spec:
  host: edition.cnn.com
  trafficPolicy:
    portLevelSettings:
    - port: {number: 80}
      tls: {mode: SIMPLE, sni: edition.cnn.com${ca}}
`;
    afterAll(() => mesh.remove([originate(''), plain]));

    it('is needed: plain HTTP is answered with a redirect', async () => {
      await mesh.apply(plain);
      const reply = await send(curl, 'http://edition.cnn.com/politics');
      expect([reply.status, reply.headers.location]).toEqual([301, 'https://edition.cnn.com/politics']);
    });

    it('refuses a server that the authority has not signed for', async () => {
      const stranger = join(mesh.dataDir, 'stranger.crt');
      writeFileSync(stranger, (await TestAuthority.create('other Inc.')).certPem);
      await mesh.apply([upgraded, originate(`, caCertificates: ${stranger}`)]);
      expect((await send(curl, 'http://edition.cnn.com/politics')).status).toBe(503);
    });

    it('sends plain HTTP of the application over TLS', async () => {
      await mesh.apply(originate(`, caCertificates: ${authorityFile}`));
      const reply = await send(curl, 'http://edition.cnn.com/politics');
      expect([reply.status, reply.body]).toEqual([200, 'politics']);
    });
  });

  it('goes out through an egress gateway, which logs it', async () => {
    const entry = serviceEntry('cnn', 'edition.cnn.com', '{number: 80, name: http-port, protocol: HTTP}');
    const through = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: istio-egressgateway}
spec:
  selector: {istio: egressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [edition.cnn.com]}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: egressgateway-for-cnn}
spec:
  host: istio-egressgateway.istio-system.svc.cluster.local
  subsets: [{name: cnn}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: direct-cnn-through-egress-gateway}
spec:
  hosts: [edition.cnn.com]
  gateways: [istio-egressgateway, mesh]
  http:
  - match: [{gateways: [mesh], port: 80}]
    route: [{destination: {host: istio-egressgateway.istio-system.svc.cluster.local, subset: cnn, port: {number: 80}}, weight: 100}]
  - match: [{gateways: [istio-egressgateway], port: 80}]
    route: [{destination: {host: edition.cnn.com, port: {number: 80}}, weight: 100}]
`;
    await mesh.apply([own('egress-gateway.yaml'), entry, through]);
    const reply = await send(curl, 'http://edition.cnn.com/politics');
    expect([reply.status, reply.headers.location]).toEqual([301, 'https://edition.cnn.com/politics']);
    await mesh.accessLog(/"GET \/politics .* outbound\|80\|\|edition\.cnn\.com /, 'istio-egressgateway', 'istio-system');
    await mesh.accessLog(/"GET \/politics .* outbound\|80\|cnn\|istio-egressgateway\.istio-system\.svc\.cluster\.local /, 'curl');
    await mesh.remove([through, entry, own('egress-gateway.yaml')]);
  });
});
