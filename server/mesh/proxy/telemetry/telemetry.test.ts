import { afterEach, describe, expect, it } from 'vitest';
import type { HttpConnectionManager, Workload } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { AdminServers } from '../admin/admin-server';
import { httpListener, request, startHttp, startProxy, staticCluster } from '../testdata/harness';
import type { TestProxy } from '../testdata/harness';
import { DEFAULT_FORMAT } from './access-log';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const service = 'outbound|9080||reviews.default.svc.cluster.local';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
}

async function start(
  manager: Partial<HttpConnectionManager> = {},
): Promise<{ proxy: TestProxy; seen: Record<string, string>[]; spans: Span[] }> {
  const seen: Record<string, string>[] = [];
  const spans: Span[] = [];
  const app = await startHttp((incoming, response) => {
    seen.push(incoming.headers as Record<string, string>);
    response.end('ok');
  });
  const collector = await startHttp((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      const batch = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      spans.push(...batch.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)));
      response.end('{}');
    });
  });
  const proxy = await startProxy({
    clusters: [staticCluster(service, [app.port]), staticCluster('collector', [collector.port])],
    listeners: [
      httpListener(
        [
          {
            name: 'default',
            match: { prefix: '/' },
            route: { cluster: service },
            decorator: { operation: 'reviews.default.svc.cluster.local:9080/*' },
          },
        ],
        manager,
      ),
    ],
  });
  cleanups.push(app.stop, collector.stop, proxy.stop);
  const reviews: Workload = {
    name: '127.0.0.1',
    namespace: 'default',
    workload: 'reviews-v1',
    app: 'reviews',
    version: 'v1',
    canonical_name: 'reviews',
    canonical_revision: 'v1',
    cluster: 'Kubernetes',
  };
  proxy.source.push(typeUrls.workload, [reviews]);
  return { proxy, seen, spans };
}

const tracing = (percent: number): Partial<HttpConnectionManager> => ({
  tracing: {
    random_sampling: { value: percent },
    provider: {
      name: 'envoy.tracers.opentelemetry',
      typed_config: {
        '@type': typeUrls.openTelemetryTracer,
        service_name: 'productpage.default',
        http_service: { http_uri: { uri: 'http://collector/v1/traces', cluster: 'collector' } },
      },
    },
  },
});

describe('metrics', () => {
  it("carry Istio's labels, with the peer known by its address", async () => {
    const { proxy } = await start();
    for (let round = 0; round < 3; round++) await request(proxy.port(), { headers: { host: 'reviews:9080' } });
    const lines: string[] = [];
    proxy.proxy.context.metrics.table.render(lines);
    expect(lines.filter((line) => line.startsWith('istio_requests_total'))).toEqual([
      'istio_requests_total{reporter="source",source_workload="productpage-v1",source_canonical_service="productpage",source_canonical_revision="v1",' +
        'source_workload_namespace="default",source_principal="unknown",source_app="productpage",source_version="v1",source_cluster="Kubernetes",' +
        'destination_workload="reviews-v1",destination_workload_namespace="default",destination_principal="unknown",destination_app="reviews",' +
        'destination_version="v1",destination_service="reviews.default.svc.cluster.local",destination_canonical_service="reviews",' +
        'destination_canonical_revision="v1",destination_service_name="reviews",destination_service_namespace="default",destination_cluster="Kubernetes",' +
        'connection_security_policy="unknown",request_protocol="http",response_code="200",response_flags="-"} 3',
    ]);
    const buckets = lines.filter((line) => line.startsWith('istio_request_duration_milliseconds_bucket'));
    expect(buckets).toHaveLength(20);
    expect(buckets.at(-1)).toMatch(/le="\+Inf"\} 3$/);
    expect(lines.filter((line) => line.startsWith('istio_response_bytes_sum'))[0]).toMatch(/\} 6$/);
  });
});

describe('traces', () => {
  it('continue W3C and B3 headers and send a span', async () => {
    const { proxy, seen, spans } = await start(tracing(0));
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await request(proxy.port(), {
      path: '/x',
      headers: {
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
        'x-b3-traceid': traceId,
        'x-b3-spanid': 'b7ad6b7169203331',
        'x-b3-sampled': '1',
        'x-request-id': 'r-1',
      },
    });
    await expect.poll(() => spans.length).toBe(1);
    const [span] = spans;
    expect(span).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331', kind: 3, name: 'reviews.default.svc.cluster.local:9080/*' });
    expect(seen[0]?.['traceparent']).toBe(`00-${traceId}-${span?.spanId}-01`);
    expect(seen[0]?.['x-b3-spanid']).toBe(span?.spanId);
    expect(seen[0]?.['x-b3-parentspanid']).toBe('b7ad6b7169203331');
    const tags = Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
    expect(tags).toMatchObject({
      'guid:x-request-id': 'r-1',
      'http.status_code': '200',
      'istio.canonical_service': 'productpage',
      upstream_cluster: service,
      response_flags: '-',
    });
  });

  it('respect a decision not to sample, and pass it on', async () => {
    const { proxy, seen, spans } = await start(tracing(100));
    await request(proxy.port(), { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' } });
    await request(proxy.port(), { path: '/sampled' });
    await expect.poll(() => spans.length).toBe(1);
    expect(seen[0]?.['traceparent']).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
    expect(seen[1]?.['traceparent']).toMatch(/-01$/);
  });
});

describe('access logs', () => {
  it("are written in Istio's default format", async () => {
    const { proxy } = await start({
      access_log: [
        {
          name: 'file',
          typed_config: {
            '@type': typeUrls.fileAccessLog,
            path: '/dev/stdout',
            log_format: { text_format_source: { inline_string: DEFAULT_FORMAT } },
          },
        },
      ],
    });
    await request(proxy.port(), { path: '/p?q=1', headers: { host: 'reviews:9080', 'user-agent': 'tester', 'x-request-id': 'r-2' } });
    await expect
      .poll(() => proxy.logs.join(''))
      .toMatch(
        /^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] "GET \/p\?q=1 HTTP\/1\.1" 200 - via_upstream - "-" 0 2 \d+ \d+ "-" "tester" "r-2" "reviews:9080" "127\.0\.0\.1:\d+" outbound\|9080\|\|reviews\.default\.svc\.cluster\.local 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+ - default\n$/,
      );
  });

  it('may be JSON, and filtered by status', async () => {
    const { proxy } = await start({
      access_log: [
        {
          name: 'file',
          filter: { status_code_filter: { comparison: { op: 'GE', value: { default_value: 400, runtime_key: 'x' } } } },
          typed_config: {
            '@type': typeUrls.fileAccessLog,
            path: '/dev/stdout',
            json_format: { code: '%RESPONSE_CODE%', path: '%REQ(:PATH)%', sni: '%REQUESTED_SERVER_NAME%' },
          },
        },
      ],
      http_filters: [
        {
          name: 'envoy.filters.http.fault',
          typed_config: {
            '@type': typeUrls.fault,
            abort: { http_status: 500, percentage: { numerator: 100 } },
            headers: [{ name: 'x-fail', present_match: true }],
          },
        },
        { name: 'envoy.filters.http.router', typed_config: { '@type': typeUrls.router } },
      ],
    });
    await request(proxy.port());
    await request(proxy.port(), { path: '/bad', headers: { 'x-fail': '1' } });
    await expect.poll(() => proxy.logs).toEqual(['{"code":500,"path":"/bad","sni":null}\n']);
  });
});

describe('admin pages', () => {
  it("answer in Envoy's paths and formats", async () => {
    const { proxy } = await start();
    await request(proxy.port());
    const admin = new AdminServers(proxy.proxy);
    await admin.start({ host: '127.0.0.1', adminPort: 0, metricsPorts: [0], readinessPort: 0 });
    cleanups.push(() => admin.stop());
    const [adminPort = 0, metricsPort = 0, readyPort = 0] = admin.ports;
    const get = async (path: string, port = adminPort): Promise<string> => (await request(port, { path })).body;
    const dump = JSON.parse(await get('/config_dump')) as { configs: Record<string, unknown>[] };
    expect(dump.configs.map((config) => String(config['@type']).split('.').at(-1))).toEqual([
      'BootstrapConfigDump',
      'ClustersConfigDump',
      'ListenersConfigDump',
      'RoutesConfigDump',
      'SecretsConfigDump',
    ]);
    expect(JSON.stringify(dump)).toContain('"connect_timeout":"1s"');
    expect(await get('/clusters')).toMatch(
      /^outbound\|9080\|\|reviews\.default\.svc\.cluster\.local::127\.0\.0\.1:\d+::health_flags::healthy$/m,
    );
    expect(await get('/listeners')).toMatch(/^test::127\.0\.0\.1:/);
    expect(await get('/stats?filter=upstream_rq_total')).toContain(`cluster.${service}.upstream_rq_total: 1`);
    expect(await get('/stats/prometheus', metricsPort)).toContain('istio_requests_total{');
    expect(await get('/healthz/ready', readyPort)).toBe('LIVE\n');
    expect((await request(readyPort, { path: '/config_dump' })).status).toBe(404);
    expect((await request(adminPort, { path: '/nothing' })).status).toBe(404);
  });
});
