import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bootMesh, expectNoRejections, outside } from '../support/boot-mesh';
import type { TaskMesh } from '../support/boot-mesh';
import { countReplies, expectShares } from '../support/count-replies';
import { eventually } from '../support/eventually';
import { own, sample, taskSuite } from '../support/peers';
import type { Caller } from '../support/send-request';
import { openTcp, send, sendLine } from '../support/send-request';

/** One of Envoy's statistics of a pod's proxy; 0 when it was never counted. */
async function statistic(mesh: TaskMesh, app: string, name: string): Promise<number> {
  const line = (await mesh.proxyPage(app, '/stats')).split('\n').find((one) => one.startsWith(`${name}: `));
  return Number(line?.slice(name.length + 2) ?? 0);
}

const breaker = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: httpbin}
spec:
  host: httpbin
  trafficPolicy:
    connectionPool:
      tcp: {maxConnections: 1}
      http: {http1MaxPendingRequests: 1, maxRequestsPerConnection: 1}
    outlierDetection: {consecutive5xxErrors: 1, interval: 1s, baseEjectionTime: 3m, maxEjectionPercent: 100}
`;

const mirror = (percent: number) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: httpbin}
spec:
  hosts: [httpbin]
  http:
  - route: [{destination: {host: httpbin, subset: v1}, weight: 100}]
    mirror: {host: httpbin, subset: v2}
    mirrorPercentage: {value: ${percent}.0}
`;

const locality = (setting: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: helloworld}
spec:
  host: helloworld
  trafficPolicy:
    connectionPool: {http: {maxRequestsPerConnection: 1}}
    loadBalancer: {simple: ROUND_ROBIN, localityLbSetting: ${setting}}
    outlierDetection: {consecutive5xxErrors: 1, interval: 1s, baseEjectionTime: 10m, maxEjectionPercent: 100}
`;

export const trafficTasks = taskSuite('traffic tasks', (sidecars) => {
  let mesh: TaskMesh;

  beforeAll(async () => {
    mesh = await bootMesh({ sidecars });
  });
  afterAll(() => mesh?.stop());
  afterEach(() => expectNoRejections(mesh));

  describe('TCP shifting', () => {
    const lines = async (count = 400) => {
      const at = await mesh.gateway(31_400);
      return countReplies(count, 8, async () => (await sendLine(outside, at, 'hello')).split(' ')[0] ?? '');
    };
    const files = ['tcp-echo-services', 'tcp-echo-all-v1', 'tcp-echo-20-v2'].map((name) => sample(`tcp-echo/${name}.yaml`));
    afterAll(() => mesh.remove([sample('tcp-echo/tcp-echo-all-v1.yaml'), sample('tcp-echo/tcp-echo-services.yaml')]));

    it('sends every line to one, then a fifth to two', async () => {
      await mesh.apply(files.slice(0, 2));
      expectShares(await lines(), { one: 1 });
      await mesh.apply(files.slice(2));
      // Envoy acknowledges a listener before it takes connections with it.
      await eventually('a line to two', async () => ((await lines(20))['two'] ?? 0) > 0);
      expectShares(await lines(), { one: 0.8, two: 0.2 });
    });
  });

  describe('circuit breaking', () => {
    const files = [sample('httpbin/httpbin.yaml'), sample('httpbin/sample-client/fortio-deploy.yaml')];
    beforeAll(() => mesh.apply([...files, breaker]));
    afterAll(() => mesh.remove([breaker, ...files]));

    it('lets one request run and one wait, and answers 503 to what is more', async () => {
      const fortio = await mesh.caller('fortio');
      const load = (connections: number, total: number, pauseMs = 0) =>
        countReplies(total, connections, async () => {
          const { status } = await send(fortio, 'http://httpbin:8000/delay/0.05');
          await pause(pauseMs);
          return String(status);
        });
      const overflow = () =>
        statistic(mesh, 'fortio', 'cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_pending_overflow');

      expect(await load(1, 20)).toEqual({ 200: 20 });
      // One runs and one waits, with some leeway: Istio's task sees 17 to 19 of 20 succeed.
      const two = await load(2, 20, 300);
      expect(two['200'] ?? 0).toBeGreaterThan(16);
      const before = two['503'] ?? 0;
      expect(await overflow()).toBe(before);

      const three = await load(3, 60, 50);
      expect(three['200'] ?? 0).toBeGreaterThan(10);
      expect(three['503'] ?? 0).toBeGreaterThan(5);
      expect(Object.keys(three).sort()).toEqual(['200', '503']);
      expect(await overflow()).toBe(before + (three['503'] ?? 0));
      await mesh.accessLog(/"GET \/delay\/0.05 [^"]*" 503 UO /, 'fortio');
    });
  });

  describe('mirroring', () => {
    beforeAll(() => mesh.apply([own('mirroring.yaml'), sample('curl/curl.yaml')]));
    afterAll(() => mesh.remove([own('mirroring.yaml'), sample('curl/curl.yaml')]));

    it('sends a copy to v2, marked as a shadow, while only v1 answers', async () => {
      const curl = await mesh.caller('curl');
      const ask = async (path: string) => {
        const reply = await send(curl, `http://httpbin:8000${path}`, { headers: { 'x-task': path } });
        expect(reply.status).toBe(200);
        return reply;
      };
      await ask('/anything/before');
      await mesh.accessLog(/"GET \/anything\/before /, 'httpbin', 'default', 'version=v1');

      await mesh.apply(mirror(100));
      expect((await ask('/hostname')).body).toContain('httpbin-v1');
      await ask('/anything/mirrored');
      await mesh.accessLog(/"GET \/anything\/mirrored .*"httpbin:8000"/, 'httpbin', 'default', 'version=v1');
      const copies = await mesh.accessLog(
        /"GET \/anything\/mirrored .*"httpbin(:8000)?-shadow(:8000)?"/,
        'httpbin',
        'default',
        'version=v2',
      );
      expect(copies).toHaveLength(1);
      await expect(mesh.accessLog(/\/anything\/before/, 'httpbin', 'default', 'version=v2', 0)).rejects.toThrow('in vain');
    });

    it('copies a share of the requests', async () => {
      await mesh.apply(mirror(50));
      const curl = await mesh.caller('curl');
      const mark = randomBytes(4).toString('hex');
      await countReplies(200, 8, async () => String((await send(curl, `http://httpbin:8000/anything/${mark}`)).status));
      const of = (version: string, path = mark) =>
        mesh.accessLog(new RegExp(`/anything/${path} `), 'httpbin', 'default', `version=${version}`);
      await eventually('all of v1', async () => (await of('v1')).length === 200);
      // A proxy may write its log in lumps: with a copy of what came last, those before it are there.
      await countReplies(30, 1, async () => String((await send(curl, `http://httpbin:8000/anything/${mark}-last`)).status));
      await of('v2', `${mark}-last`);
      const copies = (await of('v2')).length;
      expectShares({ copied: copies, not: 200 - copies }, { copied: 0.5, not: 0.5 });
    });
  });

  it('WebSocket through the ingress gateway', async () => {
    const files = [sample('websockets/app.yaml'), sample('websockets/route.yaml')];
    await mesh.apply(files);
    const socket = await openTcp(outside, await mesh.gateway(8080));
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: tornado\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    await eventually('the switch of protocols', () => received.includes('HTTP/1.1 101') && received.includes('\r\n\r\n'), { seconds: 5 });
    // A masked text frame with an all-zero mask: its payload stands in clear.
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | 5, 0, 0, 0, 0]), Buffer.from('hello')]));
    await eventually('the echo', () => received.includes(Buffer.from([0x81, 5, ...Buffer.from('hello')])), { seconds: 5 });
    socket.destroy();
    await mesh.remove(files);
  });

  describe('locality', () => {
    let caller: Caller;
    const version = async () => /version: (\S+),/.exec((await send(caller, 'http://helloworld:5000/hello')).body)?.[1] ?? 'none';
    const drain = async (zone: string) => {
      const pod = await mesh.pod('helloworld', 'default', `version=${zone}`);
      const reply = await send(outside, `http://${pod.status?.podIP}:15000/drain_listeners`, { method: 'POST' });
      expect(reply.status).toBe(200);
    };
    beforeAll(async () => {
      await mesh.apply(own('localities.yaml'));
      caller = await mesh.caller('caller');
    });
    afterAll(() => mesh.remove(own('localities.yaml')));

    it('distributes 70/20/10/0', async () => {
      const distribute = `{enabled: true, distribute: [{from: region1/zone1/*, to: {"region1/zone1/*": 70, "region1/zone2/*": 20, "region3/zone4/*": 10}}]}`;
      await mesh.apply(locality(distribute));
      expectShares(await countReplies(600, 8, version), { 'region1.zone1': 0.7, 'region1.zone2': 0.2, 'region3.zone4': 0.1 });
    });

    it('fails over: own zone, own region, the region named, the rest', async () => {
      await mesh.apply(locality('{enabled: true, failover: [{from: region1, to: region2}]}'));
      for (const zone of ['region1.zone1', 'region1.zone2', 'region2.zone3', 'region3.zone4']) {
        // The first requests after a drain may fail: they are what ejects the pod.
        await eventually(`answers from ${zone}`, async () => (await version()) === zone, { seconds: 15 });
        expectShares(await countReplies(60, 4, version), { [zone]: 1 });
        if (zone !== 'region3.zone4') await drain(zone);
      }
    });
  });
});
