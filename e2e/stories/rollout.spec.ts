import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Page, expect, test } from '@playwright/test';
import { parse } from 'yaml';
import type { ChangesResponse, GraphResponse, RolloutsResponse, TrafficResponse } from '@/lib/contract';
import { callConsole } from '../support/console-api';
import { findViolations } from '../support/find-violations';
import { askKubernetes } from '../support/kube-api';
import { readRun } from '../support/run-file';

const route = '/apis/networking.istio.io/v1/namespaces/default/virtualservices';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const builds = join(import.meta.dirname, '../../server/mesh/demo/builds');

/** Weights of reviews by subset, as the API server has them. */
async function weights(): Promise<Record<string, number>> {
  const { body } = await askKubernetes('GET', `${route}/reviews`);
  const { spec } = body as { spec: { http: { route: { destination: { subset: string }; weight?: number }[] }[] } };
  // One destination alone needs no weight.
  const shares = (spec.http[0]?.route ?? []).map(({ destination, weight = 100 }) => [destination.subset, weight] as const);
  return Object.fromEntries(shares.filter(([, weight]) => weight > 0));
}

async function start(build: string): Promise<void> {
  const body: unknown = parse(readFileSync(join(builds, `${build}.yaml`), 'utf8'));
  expect((await askKubernetes('POST', deployments, { body })).status).toBe(201);
}

async function waitForVersion(version: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { versions } = await callConsole<TrafficResponse>('services/default/reviews/traffic');
        return versions.find((one) => one.version === version)?.readyEndpoints ?? 0;
      },
      { timeout: 60_000 },
    )
    .toBe(1);
}

async function openEditor(page: Page): Promise<void> {
  await page.goto(`${readRun().console}/services/default/reviews`);
  await expect(page.getByTestId('traffic-editor')).toBeVisible();
  // The page hears keys, so it hears clicks.
  await expect(page.locator('html')).toHaveAttribute('data-keys', 'on');
}

/** Drafts all requests to a version and begins a shift in these steps. */
async function shiftTo(
  page: Page,
  {
    version,
    steps,
    settings = {},
    latency = true,
  }: { version: string; steps: string; settings?: Record<string, string>; latency?: boolean },
): Promise<void> {
  await page.getByRole('spinbutton', { name: `Weight of ${version} in per cent #` }).fill('100');
  await page.getByRole('button', { name: 'Apply in steps…' }).click();
  await page.getByLabel('Steps in % of the way').fill(steps);
  await page.getByLabel('Each step takes').selectOption('10 s');
  if (!latency) await page.getByRole('switch', { name: 'p95 latency' }).uncheck();
  await page.getByText('More', { exact: true }).click();
  for (const [label, value] of Object.entries(settings)) await page.getByLabel(label).fill(value);
  await expect(page.getByTestId('planned-steps').getByRole('listitem').last()).toContainText(`${version} 100 %`);
  await page.getByRole('button', { name: 'Start the shift' }).click();
  await expect(page.getByTestId('rollout')).toContainText(`reviews: ${version} 0 % → 100 %`);
}

test.beforeAll(async () => {
  const spec = { hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews', subset: 'v3' } }] }] };
  const body = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'reviews', namespace: 'default' }, spec };
  expect((await askKubernetes('POST', route, { body })).status).toBe(201);
  await Promise.all([start('reviews-v4'), start('reviews-v5')]);
  await Promise.all([waitForVersion('v4'), waitForVersion('v5')]);
});

test.afterAll(async () => {
  for (const { id, active } of (await callConsole<RolloutsResponse>('rollouts')).rollouts)
    if (active) await callConsole(`rollouts/${id}/abort`, {});
  await askKubernetes('DELETE', `${route}/reviews`);
  for (const name of ['reviews-v4', 'reviews-v5']) await askKubernetes('DELETE', `${deployments}/${name}`);
  // Subsets of versions that are gone again.
  const rules = '/apis/networking.istio.io/v1/namespaces/default/destinationrules/reviews';
  const subsets = ['v1', 'v2', 'v3'].map((name) => ({ name, labels: { version: name } }));
  await askKubernetes('PATCH', rules, { body: { spec: { subsets } } });
});

test('a bad version is stopped and put back by a guarded shift, a good one is promoted', async ({ page }) => {
  const { console: url } = readRun();
  await openEditor(page);
  const status = page.getByTestId('rollout-status');

  await test.step('v4 fails 4 % and is 80 ms slower: put back', async () => {
    await shiftTo(page, { version: 'v4', steps: '25, 100' });
    await expect.poll(weights, { timeout: 30_000 }).toEqual({ v3: 75, v4: 25 });
    const graph = await callConsole<GraphResponse>('graph?namespaces=default&graphType=service');
    expect(graph.nodes.filter((one) => one.badges.includes('rollout')).map((one) => one.name)).toContain('reviews');
    await expect(page.getByTestId('evidence')).toBeVisible({ timeout: 30_000 });
    await expect(status).toContainText('Put back', { timeout: 60_000 });
    await expect.poll(weights).toEqual({ v3: 100 });
    await expect(page.getByTestId('rollout')).toContainText('The weights before the shift are in force again, because the new version');
    expect(await findViolations(page, '[data-testid="rollout"]')).toEqual([]);
  });

  await test.step('v5 is good: promoted', async () => {
    await openEditor(page);
    // A process that has just begun is slower for a while on a busy machine: its errors alone decide here.
    const settings = { 'Requests needed per step': '60', 'More errors that still count as the same': '5' };
    await shiftTo(page, { version: 'v5', steps: '50, 100', settings, latency: false });
    await expect(status).toContainText('Step 2 of 2', { timeout: 60_000 });
    await expect(status).toContainText('Promoted', { timeout: 60_000 });
    expect(await weights()).toEqual({ v5: 100 });
  });

  await test.step('the history names every step, and what was put back', async () => {
    const { changes } = await callConsole<ChangesResponse>('changes?limit=10');
    const steps = changes.flatMap((one) => (one.rollout === undefined ? [] : [one.rollout.step]));
    expect(steps.slice(0, 4)).toEqual([2, 1, null, 1]);
    await page.goto(`${url}/history`);
    await expect(page.getByTestId('rollout-list')).toContainText('reviews: v4 0 % → 100 % in 2 steps');
    await expect(page.getByTestId('rollout-list')).toContainText('Put back');
  });
});
