import { type Locator, type Page, expect, test } from '@playwright/test';
import type { GraphEdge, GraphResponse } from '@/lib/contract';
import { findViolations } from '../support/find-violations';
import { query } from '../support/prometheus';
import { readRun } from '../support/run-file';
import { sendRequests } from '../support/send-requests';
import { switchTheme } from '../support/themes';

function list(page: Page): Locator {
  return page.getByRole('region', { name: 'Nodes and edges as a list' });
}

async function openGraph(page: Page, search = ''): Promise<void> {
  await page.goto(`${readRun().console}/graph?ns=default,istio-system${search}`);
  await expect(page.locator('[data-painted]')).toBeVisible({ timeout: 45_000 });
}

async function askGraph(search: string): Promise<GraphResponse> {
  const response = await fetch(`${readRun().console}/api/v1/graph?${search}`);
  expect(response.status).toBe(200);
  return (await response.json()) as GraphResponse;
}

const between = (graph: GraphResponse, source: string, target: string): GraphEdge | undefined =>
  graph.edges.find((edge) => edge.source.endsWith(`/${source}`) && edge.target.endsWith(`/${target}`));

test('numbers of edges are those of PromQL on the same window', async () => {
  // A fixed moment: both ask the same question.
  // Long enough ago that every scrape of that time has arrived, on a slow machine too.
  let at = '';
  const edgesThen = async (): Promise<number> => {
    at = new Date(Date.now() - 15_000).toISOString();
    return (await askGraph(`duration=60s&at=${at}`)).edges.filter((edge) => (edge.rps ?? 0) > 0).length;
  };
  await expect.poll(edgesThen, { timeout: 90_000, intervals: [1_000] }).toBeGreaterThan(4);
  const graph = await askGraph(`duration=60s&at=${at}`);
  const rows = await query(
    `sum by (source_workload, destination_workload) (rate(istio_requests_total{reporter="source",destination_workload!="unknown"}[60s] @ ${Date.parse(at) / 1_000}))`,
  );
  const errors = await query(
    `sum by (source_workload, destination_workload) (rate(istio_requests_total{reporter="source",response_code=~"5..|0",destination_workload!="unknown"}[60s] @ ${Date.parse(at) / 1_000}))`,
  );
  // Requests that a fault or a lack of endpoints stopped on the way name no workload: the graph counts them where they were meant for.
  const stopped = await query(
    `sum by (source_workload, destination_service_name) (rate(istio_requests_total{reporter="source",destination_workload="unknown"}[60s] @ ${Date.parse(at) / 1_000})) > 0`,
  );
  let compared = 0;
  for (const { labels, value } of rows) {
    if (value === 0) continue;
    const [source = '', target = ''] = [labels['source_workload'], labels['destination_workload']];
    const app = target.replace(/-v\d+$/, '');
    if (stopped.some((row) => row.labels['source_workload'] === source && row.labels['destination_service_name'] === app)) continue;
    const edge = between(graph, source, target);
    expect(edge, `${source} → ${target}`).toBeDefined();
    expect(Math.abs((edge?.rps ?? 0) - value) / value, `${source} → ${target}: ${edge?.rps} against ${value}`).toBeLessThan(0.05);
    const failed =
      errors.find((row) => row.labels['source_workload'] === source && row.labels['destination_workload'] === target)?.value ?? 0;
    expect(edge?.errorRatio).toBeCloseTo(failed / value, 6);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(3);
});

test('find, hide, boxes and focus; hiding moves nothing, the link restores the view', async ({ page }) => {
  await openGraph(page);
  const places = (): Promise<string> =>
    page.evaluate(() =>
      Object.entries(localStorage)
        .filter(([key]) => key.startsWith('heddle.positions'))
        .map(([, value]) => value)
        .join('\n'),
    );
  await expect.poll(places).toContain('reviews-v2');
  const before = await places();

  const find = page.getByRole('combobox', { name: 'Find' });
  await find.fill('na');
  await expect(page.getByRole('option', { name: /^namespace/ })).toBeVisible();
  await find.fill('app = reviews');
  await expect(page.getByText('3', { exact: true }).first()).toBeVisible({ timeout: 45_000 });
  await find.fill('nme = reviews');
  await find.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'nme' })).toBeVisible();
  await find.fill('reaches:ratings AND version = v3');
  await find.press('Enter');

  const hide = page.getByRole('combobox', { name: 'Hide' });
  await hide.fill('name = details');
  await hide.press('Enter');
  await expect(page).toHaveURL(/hide=name/);
  expect(await places()).toBe(before);
  await hide.fill('');
  await hide.press('Enter');
  await expect(page).not.toHaveURL(/hide=/);
  expect(await places()).toBe(before);

  await page.goto(`${readRun().console}/graph?ns=default,istio-system&find=app+%3D+reviews&hide=healthy&box=app&hops=1`);
  await expect(page.getByRole('combobox', { name: 'Find' })).toHaveValue('app = reviews');
  await expect(page.getByRole('combobox', { name: 'Hide' })).toHaveValue('healthy');
});

test('the keyboard reaches nodes and edges, and says what they are', async ({ page }) => {
  await openGraph(page);
  const canvas = page.getByTestId('graph-canvas');
  await canvas.focus();
  await page.keyboard.press('Home');
  await expect(page).toHaveURL(/sel=/);
  const first = new URL(page.url()).searchParams.get('sel');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => new URL(page.url()).searchParams.get('sel')).not.toBe(first);
  await page.keyboard.press('e');
  await expect.poll(() => new URL(page.url()).searchParams.get('sel')).toContain('->');
  await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('complementary', { name: 'Details' })).toHaveCount(0);

  const graph = await askGraph('namespaces=default,istio-system&duration=60s');
  for (const node of graph.nodes)
    await expect(
      list(page)
        .getByRole('button', { name: new RegExp(`, ${node.namespace}, `) })
        .first(),
    ).toBeAttached();
  await list(page)
    .getByRole('button', { name: /^productpage v1, default/ })
    .focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Details' })).toContainText('productpage');
});

test('replay goes back in time and returns', async ({ page }) => {
  await openGraph(page);
  await page.getByRole('button', { name: 'Replay' }).click();
  const slider = page.getByRole('slider', { name: 'Moment shown' });
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page).toHaveURL(/at=/);
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(page).not.toHaveURL(/at=/);
});

test('a fault: the edge says why it fails, and a comparison names it first', async ({ page }) => {
  const api = `${readRun().console}/api/v1`;
  const send = async (path: string, body: unknown): Promise<{ change: { id: string } }> => {
    const response = await fetch(`${api}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status, await response.clone().text()).toBe(201);
    return (await response.json()) as { change: { id: string } };
  };
  const known = await fetch(`${api}/objects/networking.istio.io/VirtualService/default/ratings`);
  const metadata = known.ok
    ? ((await known.json()) as { object: { metadata: object } }).object.metadata
    : { name: 'ratings', namespace: 'default' };
  const before = new Date().toISOString();
  const { change } = await send('/changes', {
    objects: [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata,
        spec: {
          hosts: ['ratings'],
          http: [{ fault: { abort: { percentage: { value: 50 }, httpStatus: 500 } }, route: [{ destination: { host: 'ratings' } }] }],
        },
      },
    ],
    reason: 'story of the graph',
    takeOver: true,
  });
  let failing: GraphEdge | undefined;
  const failures = async (): Promise<number> => {
    await sendRequests(50);
    const graph = await askGraph('namespaces=default&duration=15s');
    failing = graph.edges.find((edge) => edge.target.endsWith('/ratings-v1') && (edge.errorRatio ?? 0) > 0.3);
    return failing === undefined ? 0 : 1;
  };
  await expect.poll(failures, { timeout: 60_000, intervals: [1_000] }).toBe(1);
  const during = new Date(Date.now() - 1_000).toISOString();
  await openGraph(page, `&sel=${encodeURIComponent(failing?.id ?? '')}`);
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details).toContainText('FI');
  await expect(details).toContainText('VirtualService ratings, http[0]: 50 % are aborted with 500.');
  await send(`/changes/${change.id}/undo`, {});
  await openGraph(page, `&t=15s&vs=${before}&at=${during}`);
  const first = page.getByRole('region', { name: 'What differs' }).getByRole('listitem').first();
  await expect(first).toContainText(/reviews v[23] → ratings v1/);
  await expect(first).toContainText('fails more');
});

test('the link restores where one looks', async ({ page }) => {
  await openGraph(page);
  const canvas = page.getByTestId('graph-canvas');
  await expect(page).not.toHaveURL(/view=/);
  await canvas.focus();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await expect(page).toHaveURL(/view=/);
  const zoomed = new URL(page.url()).searchParams.get('view') ?? '';
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('there is no canvas');
  // Around a point beside the middle: the place changes with the nearness.
  await page.mouse.move(box.x + box.width / 3, box.y + box.height / 3);
  await page.mouse.wheel(0, 240);
  await expect.poll(() => new URL(page.url()).searchParams.get('view')).not.toBe(zoomed);
  const link = page.url();
  const looked = new URL(link).searchParams.get('view') ?? '';

  await page.reload();
  await expect(page.locator('[data-painted]')).toBeVisible({ timeout: 45_000 });
  await canvas.focus();
  // A step in and one out again: what is told then is what is on the screen.
  await page.keyboard.press('+');
  await expect.poll(() => new URL(page.url()).searchParams.get('view')).not.toBe(looked);
  await page.keyboard.press('-');
  const near = (one: string | null): boolean => {
    const [now = [], then = []] = [one ?? '', looked].map((text) => text.split(',').map(Number));
    return (
      now.length === 3 &&
      Math.abs((now[0] ?? 0) - (then[0] ?? 0)) < 0.01 &&
      [1, 2].every((at) => Math.abs((now[at] ?? 0) - (then[at] ?? 0)) < 3)
    );
  };
  await expect.poll(() => near(new URL(page.url()).searchParams.get('view'))).toBe(true);
  await page.keyboard.press('0');
  await expect(page).not.toHaveURL(/view=/);
});

test('panels of a node, of the graph and of services as nodes', async ({ page }) => {
  const graph = await askGraph('namespaces=default&duration=60s');
  const node = graph.nodes.find((one) => one.name === 'productpage-v1');
  await openGraph(page, `&sel=${encodeURIComponent(node?.id ?? '')}`);
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByRole('figure', { name: 'Duration' })).toBeVisible();
  await expect(details).toContainText('p99');
  await page.goto(`${readRun().console}/graph?ns=default&sel=all&services=1&labels=rate,p90,throughput`);
  await expect(details.getByRole('figure', { name: 'Duration' })).toBeVisible();
  await expect(list(page).getByRole('button', { name: /^reviews, default/ })).toBeAttached();
});

test('exports', async ({ page }) => {
  await openGraph(page);
  for (const kind of ['PNG', 'SVG', 'JSON']) {
    await page.getByRole('button', { name: 'Save the graph' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: kind, exact: true }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`heddle-graph.${kind.toLowerCase()}`);
    const chunks: Buffer[] = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
    const content = Buffer.concat(chunks);
    if (kind === 'PNG') expect(content.subarray(1, 4).toString()).toBe('PNG');
    else expect(content.toString()).toContain(kind === 'SVG' ? 'productpage' : '"edges"');
    await page.keyboard.press('Escape');
  }
});

test('with all panels open it is accessible in both themes', async ({ page }) => {
  await openGraph(page, '&sel=all&find=errors+%3E+0&replay=1');
  await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
  for (const theme of ['light', 'dark'] as const) {
    await switchTheme(page, theme);
    expect(await findViolations(page), theme).toEqual([]);
  }
});
