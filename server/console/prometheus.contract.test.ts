import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeSeries, listServices, serviceSeries, showOverview, showService } from '.';
import { openConsole } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

const found = ['prometheus', 'promtool'].every((name) => spawnSync(name, ['--version']).status === 0);
const stepSeconds = 5;
const endSeconds = Math.floor(Date.now() / 60_000) * 60;
const startSeconds = endSeconds - 600;

const labels = (pairs: Record<string, string>) =>
  Object.entries(pairs)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');
const peers = (version: string) => ({
  source_cluster: 'Kubernetes',
  source_workload: 'productpage-v1',
  source_workload_namespace: 'default',
  source_canonical_service: 'productpage',
  source_canonical_revision: 'v1',
  destination_cluster: 'Kubernetes',
  destination_workload: `reviews-${version}`,
  destination_workload_namespace: 'default',
  destination_canonical_service: 'reviews',
  destination_canonical_revision: version,
  destination_service: 'reviews.default.svc.cluster.local',
  destination_service_name: 'reviews',
  destination_service_namespace: 'default',
  request_protocol: 'http',
});

/** A line per scrape of a counter that grows by `perSecond`. */
function counter(name: string, pairs: Record<string, string>, perSecond: number): string[] {
  const lines: string[] = [];
  for (let time = startSeconds; time <= endSeconds; time += stepSeconds) {
    lines.push(`${name}{${labels(pairs)}} ${(time - startSeconds) * perSecond} ${time}`);
  }
  return lines;
}

/** Ten minutes: reviews v1 gets 8 requests a second of which one in ten fails, v2 gets 2; all between 25 and 50 ms. */
function exposition(): string {
  const requests: string[] = [];
  const buckets: string[] = [];
  for (const reporter of ['source', 'destination']) {
    const security = reporter === 'destination' ? 'mutual_tls' : 'unknown';
    for (const [version, code, rate] of [
      ['v1', '200', 7.2],
      ['v1', '503', 0.8],
      ['v2', '200', 2],
    ] as const) {
      const own = { reporter, ...peers(version), response_code: code, response_flags: '-', connection_security_policy: security };
      requests.push(...counter('istio_requests_total', own, rate));
      for (const [le, share] of [
        ['25', 0],
        ['50', 1],
        ['+Inf', 1],
      ] as const) {
        buckets.push(...counter('istio_request_duration_milliseconds_bucket', { ...own, le }, rate * share));
      }
    }
  }
  return `# TYPE istio_requests counter\n${requests.join('\n')}\n# TYPE istio_request_duration_milliseconds histogram\n${buckets.join('\n')}\n# EOF\n`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until a server has come up. */
async function answers(url: string): Promise<void> {
  for (let left = 300; left > 0; left -= 1) {
    const reply = await fetch(url).catch(() => null);
    if (reply?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} did not come up`);
}

describe.skipIf(!found && process.env['HEDDLE_PEERS'] !== 'required')('the console in front of Prometheus (Debian)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-prometheus-'));
  let peer: ChildProcess;
  let open: OpenConsole;
  const at = new Date(endSeconds * 1000).toISOString();

  beforeAll(async () => {
    writeFileSync(join(folder, 'mesh.om'), exposition());
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'mesh.om'), join(folder, 'data')], {
      stdio: 'ignore',
    });
    writeFileSync(join(folder, 'prometheus.yml'), 'scrape_configs: []\n');
    const port = await freePort();
    const flags = [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    peer = spawn('prometheus', flags, { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    await answers(`${url}/-/ready`);
    open = await openConsole({ HEDDLE_PROMETHEUS: url });
  });
  afterAll(async () => {
    await open.close();
    const ended = new Promise((resolve) => peer.once('exit', resolve));
    peer.kill();
    await ended;
    rmSync(folder, { recursive: true });
  });

  it.each(['workload', 'app', 'versionedApp', 'service'] as const)(
    'draws the %s graph with the rates that were recorded',
    async (graphType) => {
      for (const services of [false, true]) {
        const graph = await open.console.graphs.graph({ namespaces: [], duration: '60s', graphType, services, at });
        expect(graph.notices).toEqual([]);
        const incoming = graph.edges.filter((edge) => edge.source.includes('productpage'));
        expect(incoming.reduce((sum, edge) => sum + (edge.rps ?? 0), 0)).toBeCloseTo(10, 6);
        for (const edge of incoming) {
          expect([edge.p50Ms, edge.p95Ms, edge.p99Ms].map((one) => one?.toFixed(6))).toEqual(
            [0.5, 0.95, 0.99].map((one) => (25 + one * 25).toFixed(6)),
          );
          expect(edge.mtlsShare).toBe(1);
        }
      }
      if (graphType !== 'workload') return;
      const graph = await open.console.graphs.graph({ namespaces: ['default'], duration: '60s', graphType, services: false, at });
      const edge = graph.edges.find((one) => one.target.endsWith('reviews-v1'));
      expect(edge?.rps).toBeCloseTo(8, 6);
      expect(edge?.errorRatio).toBeCloseTo(0.1, 6);
      expect(edge?.codes['503']).toBeCloseTo(0.8, 6);
    },
  );

  it('charts a service by version, and an edge', async () => {
    const series = await serviceSeries(open.console, { namespace: 'default', name: 'reviews' }, { duration: '5m', step: '30s', at });
    expect(series.notices).toEqual([]);
    expect(series.groups.map((group) => group.key)).toEqual(['v1', 'v2']);
    expect(series.groups[0]?.rps.at(-1)).toBeCloseTo(8, 6);
    expect(series.groups[0]?.errorRatio.at(-1)).toBeCloseTo(0.1, 6);
    expect(series.groups[1]?.errorRatio.at(-1)).toBe(0);
    expect(series.groups[1]?.p50Ms.at(-1)).toBeCloseTo(37.5, 6);
    const edge = {
      source: 'workload/Kubernetes/default/productpage-v1',
      target: 'workload/Kubernetes/default/reviews-v1',
      protocol: 'http' as const,
    };
    const [line] = (await edgeSeries(open.console, edge, { duration: '5m', step: '30s', at })).groups;
    expect(line?.rps.at(-1)).toBeCloseTo(8, 6);
    expect(line?.errorRatio.at(-1)).toBeCloseTo(0.1, 6);
  });

  it('asks nothing that Prometheus refuses', async () => {
    const window = { namespaces: [], duration: '5m' };
    const target = { namespace: 'default', name: 'reviews' };
    const replies = await Promise.all([
      showOverview(open.console, window),
      listServices(open.console, window),
      showService(open.console, target, '5m'),
      serviceSeries(open.console, { namespace: 'default', name: 'ratings' }, { duration: '15m' }),
      ...['service', 'app', 'external', 'unknown'].map((kind) =>
        edgeSeries(
          open.console,
          { source: `${kind}/Kubernetes/default/reviews`, target: `${kind}/Kubernetes/default/ratings`, protocol: 'http' },
          { duration: '15m' },
        ),
      ),
    ]);
    expect(replies.flatMap((reply) => reply.notices)).toEqual([]);
  });
});
