import { expect, test } from '@playwright/test';
import type { FaultsResponse } from '@/lib/contract';
import { callConsole } from '../support/console-api';
import { askKubernetes } from '../support/kube-api';
import { readRun } from '../support/run-file';

const path = '/apis/networking.istio.io/v1/namespaces/default/virtualservices/details';

test.afterEach(async () => {
  await askKubernetes('DELETE', path);
});

test('a fault set on the page has an end, and a bar on every page until it is stopped', async ({ page }) => {
  await page.goto(`${readRun().console}/services/default/details`);
  await expect(page.getByTestId('traffic-editor')).toBeVisible();
  await page.getByRole('switch', { name: 'Inject a fault' }).check();
  await expect(page.getByLabel('Ends by itself after')).toHaveValue('900');
  await page.getByLabel('Ends by itself after').selectOption('5 min');
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await expect(page.getByTestId('behaviour')).toContainText('500 (fault)');
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  const bar = page.getByTestId('fault-bar');
  await expect(bar).toContainText('50 % of requests to details fail with status 500.');
  const { faults } = await callConsole<FaultsResponse>('faults');
  expect(faults).toMatchObject([{ own: true, host: 'details' }]);
  const left = Date.parse(faults[0]?.expiresAt ?? '') - Date.now();
  expect(left).toBeGreaterThan(240_000);
  expect(left).toBeLessThanOrEqual(300_000);
  for (const other of ['/', '/graph', '/config', '/history']) {
    await page.goto(`${readRun().console}${other}`);
    await expect(bar).toContainText(/ends in [0-4]:\d\d/);
  }
  await bar.getByRole('button', { name: 'Stop' }).click();
  await expect(bar).toHaveCount(0);
  // The object was made for the fault alone.
  expect((await askKubernetes('GET', path)).status).toBe(404);
});
