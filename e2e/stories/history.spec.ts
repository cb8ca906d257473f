import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { Change, ChangeResponse } from '@/lib/contract';
import { callConsole } from '../support/console-api';
import { askKubernetes } from '../support/kube-api';
import { pressKeys } from '../support/press-keys';
import { readRun } from '../support/run-file';

const path = '/apis/networking.istio.io/v1/namespaces/default/virtualservices/ratings';
const object = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'ratings', namespace: 'default' },
  spec: { hosts: ['ratings'], http: [{ route: [{ destination: { host: 'ratings' } }], timeout: '7s' }] },
};

test.afterEach(async () => {
  await askKubernetes('DELETE', path);
});

test('the history tells who changed what and why, and takes it back after a preview', async ({ page }) => {
  const { change } = await callConsole<ChangeResponse>('changes', { objects: [object], reason: 'slow answers are worse than none' });
  await page.goto(readRun().console);
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await pressKeys(page, 'g', 'h');
  await expect(page).toHaveURL(/\/history/);
  const row = page.getByRole('row').filter({ hasText: 'A request to ratings fails after 7s.' });
  await row.first().click();
  const panel = page.getByRole('complementary', { name: 'Change', exact: true });
  await expect(panel).toContainText('slow answers are worse than none');
  await expect(panel).toContainText(change.by);
  await expect(panel).toContainText(/(\d+) of \1 have it/, { timeout: 30_000 });

  await test.step('someone else changes it: that is a change too', async () => {
    await askKubernetes('PATCH', path, { body: { metadata: { labels: { team: 'shop' } } }, manager: 'kubectl-label' });
    await page.getByRole('button', { name: 'Others' }).click();
    await expect(page.getByRole('row').filter({ hasText: 'kubectl-label' })).toBeVisible({ timeout: 20_000 });
    await page.getByRole('row').filter({ hasText: 'kubectl-label' }).first().click();
    await panel.getByRole('button', { name: 'Undo…' }).click();
    await panel.getByLabel('Reason (kept in the history)').fill('labels come from Git');
    await panel.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(panel).toContainText('labels come from Git');
    const { body } = await askKubernetes('GET', path);
    expect((body as { metadata: { labels?: Record<string, string> } }).metadata.labels?.['team']).toBeUndefined();
  });

  await test.step('export', async () => {
    await page.getByRole('button', { name: 'All', exact: true }).click();
    const [json] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'JSON' }).click()]);
    const exported = JSON.parse(readFileSync((await json.path()) ?? '', 'utf8')) as Change[];
    expect(exported.map((one) => one.id)).toContain(change.id);
    const [yaml] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'YAML' }).click()]);
    expect(readFileSync((await yaml.path()) ?? '', 'utf8')).toContain('# slow answers'.slice(2));
  });
});

test('a change that breaks requests is only written with a reason, and its effect is told', async ({ page }) => {
  const broken = {
    ...object,
    spec: { hosts: ['ratings'], http: [{ match: [{ uri: { prefix: '/nowhere' } }], route: [{ destination: { host: 'ratings' } }] }] },
  };
  await expect(callConsole('changes', { objects: [broken] })).rejects.toThrow(/428.*precondition_required/);
  const { change } = await callConsole<ChangeResponse>('changes', { objects: [broken], reason: 'a drill' });
  await page.goto(`${readRun().console}/history?sel=${change.id}`);
  const panel = page.getByRole('complementary', { name: 'Change', exact: true });
  await panel.getByRole('button', { name: 'Undo…' }).click();
  await expect(panel.getByTestId('behaviour')).toContainText('GET /ratings/*');
  await panel.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(async () => (await askKubernetes('GET', path)).status).toBe(404);
});
