import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect as expectPage } from '@playwright/test';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GraphEdge, GraphNode, GraphResponse, MarksResponse } from '@/lib/contract';
import { callConsole } from '../support/console-api';
import { askKubernetes } from '../support/kube-api';
import { openPage } from '../support/open-page';
import { query } from '../support/prometheus';
import { readRun } from '../support/run-file';
import startDemo from '../support/start-demo';

const space = 'live';
const node = process.execPath;
const program = (name: string): string => `exec ${node} ${path.join(import.meta.dirname, 'testdata', name)}`;

let stop: () => Promise<void>;
let page: Page;
let close: () => Promise<void>;

async function create(folder: string, body: object): Promise<void> {
  const answer = await askKubernetes('POST', folder, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
}

interface Workload {
  name: string;
  image: string;
  args?: string[];
  env?: { name: string; value: string }[];
  replicas?: number;
  annotations?: Record<string, string>;
  port?: number;
}

/** A Deployment of version v2 and, where it has a port, its Service. */
async function run({ name, image, args = [], env = [], replicas = 1, annotations = {}, port }: Workload): Promise<void> {
  if (port !== undefined)
    await create(`/api/v1/namespaces/${space}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: space },
      spec: { selector: { app: name }, ports: [{ name: name === 'echo' ? 'grpc' : 'http', port }] },
    });
  const labels = { app: name, version: 'v2' };
  const ports = port === undefined ? [] : [{ containerPort: port }];
  await create(`/apis/apps/v1/namespaces/${space}/deployments`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: space },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations }, spec: { containers: [{ name: 'app', image, args, env, ports }] } },
    },
  });
}

async function configure(kind: 'VirtualService' | 'DestinationRule', name: string, spec: object): Promise<void> {
  await create(`/apis/networking.istio.io/v1/namespaces/${space}/${kind.toLowerCase()}s`, {
    apiVersion: 'networking.istio.io/v1',
    kind,
    metadata: { name, namespace: space },
    spec,
  });
}

beforeAll(async () => {
  process.env['HEDDLE_E2E_RPS'] ??= '5';
  stop = await startDemo();
  await create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: space, labels: { 'istio-injection': 'enabled' } },
  });
  // Both endpoints fail, and one failure is enough to be ejected.
  await configure('DestinationRule', 'reviews', {
    host: 'reviews',
    trafficPolicy: { outlierDetection: { consecutive5xxErrors: 1, interval: '1s', baseEjectionTime: '30s', maxEjectionPercent: 100 } },
    subsets: [{ name: 'v2', labels: { version: 'v2' } }],
  });
  await configure('VirtualService', 'reviews', {
    hosts: ['reviews'],
    http: [{ route: [{ destination: { host: 'reviews', subset: 'v2' } }] }],
  });
  await configure('DestinationRule', 'httpbin', {
    host: 'httpbin',
    trafficPolicy: { connectionPool: { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 1 } } },
  });
  const load = (...args: string[]): string[] => ['load', '-t', '300s', '-loglevel', 'Warning', ...args];
  const anything = 'registry.istio.io/testing/app:latest';
  const failing = [{ name: 'FAIL_PERCENT', value: '100' }];
  await run({ name: 'reviews', image: 'istio/examples-bookinfo-reviews-v1', env: failing, replicas: 2, port: 9080 });
  await run({ name: 'httpbin', image: 'mccutchen/go-httpbin', port: 8080 });
  await run({ name: 'echo', image: anything, annotations: { 'heddle.dev/command': program('serve-grpc.mjs') }, port: 7070 });
  await run({ name: 'details', image: 'istio/examples-bookinfo-details-v1', replicas: 3, port: 9080 });
  await run({ name: 'reader', image: 'fortio/fortio', args: load('-c', '1', '-qps', '5', 'http://reviews:9080/reviews/0') });
  await run({ name: 'crowd', image: 'fortio/fortio', args: load('-c', '4', '-qps', '20', 'http://httpbin:8080/delay/0.1') });
  await run({ name: 'caller', image: anything, annotations: { 'heddle.dev/command': program('call-grpc.mjs') } });
  ({ page, close } = await openPage());
}, 240_000);
afterAll(async () => {
  await close?.();
  await stop?.();
});

const askGraph = (search = ''): Promise<GraphResponse> => callConsole(`graph?namespaces=${space}&duration=30s${search}`);

/** The edge of a caller, once it is as told. */
async function edgeOf(caller: string, ready: (edge: GraphEdge) => boolean): Promise<GraphEdge> {
  let found: GraphEdge | undefined;
  const look = async (): Promise<boolean> => {
    const { edges } = await askGraph();
    found = edges.find((edge) => edge.source.endsWith(`/${caller}`) && ready(edge));
    return found !== undefined;
  };
  await expect.poll(look, { timeout: 90_000, interval: 1_000 }).toBe(true);
  if (found === undefined) throw new Error(`${caller} calls nobody`);
  return found;
}

async function openGraph(search: string): Promise<Locator> {
  await page.goto(`${readRun().console}/graph?ns=${space}&t=30s${search}`);
  await page.locator('[data-painted]').waitFor({ timeout: 45_000 });
  return page.getByRole('complementary', { name: 'Details' });
}

it('endpoints that a caller has ejected: on the edge, in words, and found', async () => {
  const edge = await edgeOf('reader', ({ flags, circuit }) => 'UH' in flags && circuit?.ejected === 2);
  expect(edge.errorRatio).toBeGreaterThan(0.9);
  const details = await openGraph(`&sel=${encodeURIComponent(edge.id)}`);
  await expectPage(details).toContainText('All 2 endpoints of subset v2 of reviews are ejected by outlier detection.', { timeout: 20_000 });
  await expectPage(details).toContainText('2 endpoints are ejected at this moment');
  const { nodes } = await askGraph();
  const ejecting = nodes.filter(({ badges }) => badges.includes('hostsEjected'));
  await page.getByRole('combobox', { name: 'Find' }).fill('ejected');
  await expectPage(page.getByText(String(ejecting.length), { exact: true }).first()).toBeVisible();
});

it('a circuit that is open: refused requests are told with the limits that refuse them', async () => {
  const edge = await edgeOf('crowd', ({ flags, circuit }) => 'UO' in flags && circuit?.open === true);
  expect(edge.circuit?.refusedPerSecond).toBeGreaterThan(1);
  const details = await openGraph(`&sel=${encodeURIComponent(edge.id)}&find=circuitopen`);
  await expectPage(details).toContainText('DestinationRule httpbin allows maxConnections 1, http1MaxPendingRequests 1.', {
    timeout: 20_000,
  });
  await expectPage(details).toContainText(/It refused [\d.]+ req\/s in this window/);
  await expectPage(page.getByText('1', { exact: true }).first()).toBeVisible();
});

it('gRPC: calls and messages, as PromQL counts them', async () => {
  await edgeOf('caller', ({ rps, sentMessagesPerSecond = 0 }) => (rps ?? 0) > 8 && (sentMessagesPerSecond ?? 0) > 15);
  // A moment whose scrapes have all arrived.
  const at = new Date(Date.now() - 10_000).toISOString();
  const edge = (await askGraph(`&at=${at}`)).edges.find(({ source }) => source.endsWith('/caller'));
  expect(edge?.protocol).toBe('grpc');
  const rateOf = async (metric: string, reporter: 'source' | 'destination'): Promise<number> => {
    const series = `${metric}{reporter="${reporter}",source_workload="caller",destination_workload="echo"}[30s] @ ${Date.parse(at) / 1_000}`;
    return (await query(`sum(rate(${series}))`))[0]?.value ?? Number.NaN;
  };
  expect(edge?.rps).toBeCloseTo(await rateOf('istio_requests_total', 'source'), 6);
  expect(edge?.sentMessagesPerSecond).toBeCloseTo(await rateOf('istio_request_messages_total', 'destination'), 6);
  expect(edge?.receivedMessagesPerSecond).toBeCloseTo(await rateOf('istio_response_messages_total', 'destination'), 6);
  expect((edge?.receivedMessagesPerSecond ?? 0) / (edge?.sentMessagesPerSecond ?? 1)).toBeGreaterThan(1.2);
});

it('a rollout of three pods: how far it is, never fewer pods than asked for, and its mark afterwards', async () => {
  const deployment = `/apis/apps/v1/namespaces/${space}/deployments/details`;
  interface Told {
    metadata: { annotations?: Record<string, string> };
    status: { availableReplicas?: number };
  }
  const tell = async (): Promise<Told> => (await askKubernetes('GET', deployment)).body as Told;
  const nodeNow = async (): Promise<GraphNode | undefined> => (await askGraph()).nodes.find(({ name }) => name === 'details');
  await expect.poll(async () => (await tell()).status.availableReplicas, { timeout: 60_000 }).toBe(3);
  expect((await nodeNow())?.update).toBeUndefined();
  const readinessProbe = { httpGet: { path: '/health', port: 9080 }, initialDelaySeconds: 2, periodSeconds: 1 };
  const image = 'istio/examples-bookinfo-details-v1';
  const template = { spec: { containers: [{ name: 'app', image, ports: [{ containerPort: 9080 }], readinessProbe }] } };
  await askKubernetes('PATCH', deployment, { body: { spec: { template } } });
  const steps = new Set<number>();
  let least = 3;
  const isOver = async (): Promise<boolean> => {
    least = Math.min(least, (await tell()).status.availableReplicas ?? 0);
    const now = await nodeNow();
    if (now?.update !== undefined) {
      expect(now.badges).toContain('rollout');
      expect(now.update.desired).toBe(3);
      steps.add(now.update.ready);
    }
    return steps.size > 0 && now?.update === undefined;
  };
  await expect.poll(isOver, { timeout: 60_000, interval: 200 }).toBe(true);
  expect([...steps]).toEqual(expect.arrayContaining([0, 1, 2]));
  expect(least).toBe(3);
  const texts = async (): Promise<string> =>
    (await callConsole<MarksResponse>('marks?duration=15m')).marks.map(({ text }) => text).join('\n');
  await expect.poll(texts, { timeout: 30_000, interval: 1_000 }).toContain(`Deployment ${space}/details began to roll out revision 2.`);
  expect((await tell()).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
});
