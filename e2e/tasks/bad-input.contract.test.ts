import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bootMesh, expectNoRejections, outside } from './support/boot-mesh';
import type { TaskMesh } from './support/boot-mesh';
import { eventually } from './support/eventually';
import { describeTask, own, sample } from './support/peers';
import type { Caller } from './support/send-request';
import { send } from './support/send-request';

/** All of it passes admission, and none of it can be done. */
const tunnel = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: tunnelled}
spec: {host: curl, trafficPolicy: {tunnel: {targetHost: proxy.example.com, targetPort: 3128}}}
`;
const filter = `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: lua}
spec: {configPatches: [{applyTo: HTTP_FILTER, patch: {operation: INSERT_FIRST, value: {name: envoy.filters.http.lua}}}]}
`;
const secretless = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: secretless}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [secretless.example.com], tls: {mode: SIMPLE, credentialName: missing}}]
`;
const badMesh = JSON.stringify({ data: { mesh: '{ not: yaml' } });
const routes = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front}
spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP, hostname: "*.front.example.com"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: nowhere}
spec: {parentRefs: [{name: front}], hostnames: [a.front.example.com], rules: [{backendRefs: [{name: nobody, port: 80}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orphan}
spec: {parentRefs: [{name: no-such-gateway}], rules: [{backendRefs: [{name: httpbin, port: 8000}]}]}
`;

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
}
interface Told {
  metadata: { generation?: number };
  status?: { conditions?: Condition[]; parents?: { conditions?: Condition[] }[]; listeners?: { attachedRoutes: number }[] };
}

describeTask('what cannot be done', () => {
  let mesh: TaskMesh;
  let curl: Caller;

  beforeAll(async () => {
    mesh = await bootMesh();
    await mesh.apply([sample('curl/curl.yaml'), sample('httpbin/httpbin.yaml'), own('ingress-httpbin.yaml')]);
    curl = await mesh.caller('curl');
  });
  afterAll(() => mesh?.stop());
  afterEach(() => expectNoRejections(mesh));

  const conditionOf = (kind: string, name: string, type: string): Promise<Condition> =>
    eventually(`condition ${type} of ${kind} ${name}`, async () => {
      const { status } = await mesh.kubectl.json<Told>(['get', kind, name]);
      return [...(status?.conditions ?? []), ...(status?.parents ?? []).flatMap(({ conditions = [] }) => conditions)].find(
        (condition) => condition.type === type,
      );
    });

  it('is named in the status of the object', async () => {
    await mesh.apply([tunnel, filter]);
    const field = await conditionOf('destinationrule', 'tunnelled', 'heddle.dev/Effective');
    expect(field).toMatchObject({
      status: 'False',
      reason: 'NoEffect',
      message: 'spec.trafficPolicy.tunnel: Connections are not tunnelled',
    });
    expect(await conditionOf('envoyfilter', 'lua', 'heddle.dev/Effective')).toMatchObject({ status: 'False', reason: 'NoEffect' });

    await mesh.apply(tunnel.replace(/, trafficPolicy: .*/, '}'));
    await eventually('the field to be forgotten', async () => {
      return (await conditionOf('destinationrule', 'tunnelled', 'heddle.dev/Effective')).status === 'True';
    });
    await mesh.remove([tunnel, filter]);
  });

  it('is said of the Gateway API in its own conditions, with the generation they are about', async () => {
    await mesh.apply(routes);
    expect(await conditionOf('httproute', 'nowhere', 'Accepted')).toMatchObject({ status: 'True', observedGeneration: 1 });
    expect(await conditionOf('httproute', 'nowhere', 'ResolvedRefs')).toMatchObject({
      status: 'False',
      reason: 'BackendNotFound',
      observedGeneration: 1,
    });
    const front = await mesh.kubectl.json<Told>(['get', 'gateways.gateway.networking.k8s.io', 'front']);
    expect(front.status?.listeners?.[0]?.attachedRoutes).toBe(1);
    const programmed = front.status?.conditions?.find(({ type }) => type === 'Programmed');
    expect(programmed).toMatchObject({ status: 'True', observedGeneration: front.metadata.generation });
    const at = await mesh.gateway(8080);
    expect((await send(outside, 'http://a.front.example.com/', { at })).status).toBe(500);

    // A correction is answered for its own generation.
    await mesh.apply(routes.replace('name: nobody, port: 80', 'name: httpbin, port: 8000'));
    await eventually('the correction to be seen', async () => {
      const { status, observedGeneration } = await conditionOf('httproute', 'nowhere', 'ResolvedRefs');
      return status === 'True' && observedGeneration === 2;
    });
    await eventually('an answer', async () => (await send(outside, 'http://a.front.example.com/ip', { at })).status === 200);
    await mesh.remove(routes);
  });

  it('never takes the mesh down: the rest is served, and goes on to change', async () => {
    const at = await mesh.gateway(8080);
    const asks = async () => [
      (await send(curl, 'http://httpbin:8000/ip')).status,
      (await send(outside, 'http://httpbin.example.com/status/200', { at })).status,
    ];
    expect(await asks()).toEqual([200, 200]);
    const settings = await mesh.kubectl.json<{ data: { mesh: string } }>(['get', 'configmap', 'istio', '-n', 'istio-system']);
    const patch = (text: string) => mesh.kubectl.run(['patch', 'configmap', 'istio', '-n', 'istio-system', '--type=merge', '-p', text]);
    await patch(badMesh);
    await mesh.apply([tunnel, filter, secretless]);
    expect(await asks()).toEqual([200, 200]);

    const teapot = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: teapot}
spec: {hosts: [httpbin], http: [{directResponse: {status: 418}}]}
`;
    await mesh.apply(teapot);
    expect((await send(curl, 'http://httpbin:8000/ip')).status).toBe(418);
    const notes = JSON.stringify(await (await fetch(`http://${mesh.addresses.debug}/debug/notes`)).json());
    expect(notes).toContain('The mesh config is not YAML');
    expect(notes).toContain('Connections are not tunnelled');
    await patch(JSON.stringify({ data: { mesh: settings.data.mesh } }));
    await mesh.remove([teapot, secretless, filter, tunnel]);
    expect(await asks()).toEqual([200, 200]);
  });

  it('is refused where Istio refuses it, with the field and the reason', async () => {
    const { code, err } = await mesh.kubectl.attempt(
      ['apply', '-f', '-'],
      'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: wrong}\nspec: {hosts: [httpbin], http: [{fault: {abort: {httpStatus: 9, percentage: {value: 10}}}, route: [{destination: {host: httpbin}}]}]}\n',
    );
    expect(code).not.toBe(0);
    expect(err).toMatch(/httpStatus|HTTP status/);
  });
});
