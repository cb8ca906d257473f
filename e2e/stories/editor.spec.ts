import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { findViolations } from '../support/find-violations';
import { askKubernetes } from '../support/kube-api';
import { readRun } from '../support/run-file';

const api = '/apis/networking.istio.io/v1/namespaces/default/destinationrules';
const name = 'editor-story';
const body = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name, namespace: 'default' },
  spec: {
    host: 'details',
    subsets: [
      { name: 'v1', labels: { version: 'v1' } },
      { name: 'all', labels: { app: 'details' } },
    ],
  },
};

test.beforeEach(async () => {
  await askKubernetes('DELETE', `${api}/${name}`);
  await askKubernetes('POST', api, { body });
});
test.afterEach(async () => {
  await askKubernetes('DELETE', `${api}/${name}`);
});

async function open(page: Page): Promise<void> {
  await page.goto(`${readRun().console}/config/networking.istio.io/DestinationRule/default/${name}/edit`);
  await expect(page.getByTestId('draft-editor')).toBeVisible();
  // The mesh is read: findings are what they will be.
  await expect(page.getByTestId('draft-findings')).not.toContainText('Checking');
}

test('form and YAML are two views of one draft; a broken one names line and cause, and its fix mends it', async ({ page }) => {
  await open(page);
  const yaml = page.getByTestId('yaml-editor').locator('.cm-content');
  const findings = page.getByTestId('draft-findings');
  await page.getByLabel('host', { exact: true }).fill('detials');
  await expect(yaml).toContainText('host: detials');
  await expect(findings).toContainText('did you mean "details"?');
  await expect(findings).toContainText('line 7');
  await expect(page.locator('.cm-lint-marker-warning, .cm-lint-marker-error').first()).toBeVisible();
  await page.getByRole('button', { name: /^Fix: There is no service/ }).click();
  await expect(page.getByLabel('host', { exact: true })).toHaveValue('details');
  await expect(findings).not.toContainText('did you mean');
  // Typed as YAML, seen in the form.
  await yaml.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('# kept\n');
  await page.getByRole('button', { name: 'Move subsets 1: arrow keys' }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: 'Close subsets 2' })).toContainText('name v1');
  await expect(yaml).toContainText('# kept');
  await page.getByRole('button', { name: 'Add loadBalancer' }).last().click();
  await expect(yaml).toContainText('simple: LEAST_REQUEST');
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect
    .poll(async () => {
      const { body: stored } = await askKubernetes('GET', `${api}/${name}`);
      return (stored as typeof body).spec;
    })
    .toEqual({
      host: 'details',
      subsets: [body.spec.subsets[1], body.spec.subsets[0]],
      trafficPolicy: { loadBalancer: { simple: 'LEAST_REQUEST' } },
    });
});

test('the editor is accessible, light and dark as the system is', async ({ page }) => {
  const ground = (): Promise<string> => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page);
  const light = await ground();
  expect(await findViolations(page, '[data-testid="draft-editor"]'), 'light').toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(ground).not.toBe(light);
  expect(await findViolations(page, '[data-testid="draft-editor"]'), 'dark').toEqual([]);
});
