import { expect, test } from '@playwright/test';
import { askKubernetes } from '../support/kube-api';
import { readRun } from '../support/run-file';

const path = '/apis/networking.istio.io/v1/namespaces/default/virtualservices/story';
const broken = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'story', namespace: 'default' },
  spec: {
    hosts: ['story.example.com'],
    gateways: ['bookinfo-gateway'],
    http: [{ route: [{ destination: { host: 'detials' } }] }],
  },
};

test.afterEach(async () => {
  await askKubernetes('DELETE', path);
});

test('an object that is broken is found in the list, says line and cause, is mended by its fix, and deleted', async ({ page, context }) => {
  const run = readRun();
  await context.addCookies([{ name: 'heddle-theme', value: 'dark', url: run.console }]);
  const { status } = await askKubernetes('POST', path.slice(0, path.lastIndexOf('/')), { body: broken });
  expect(status).toBe(201);

  await test.step('the list counts its findings and narrows down to it', async () => {
    await page.goto(`${run.console}/config?severity=error`);
    const row = page.getByRole('row').filter({ hasText: 'story' });
    await expect(row).toContainText('VirtualService');
    await page.getByRole('searchbox', { name: 'Name, kind or content' }).fill('story');
    await row.focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/VirtualService\/default\/story/);
  });

  await test.step('the finding names line, cause and code', async () => {
    const findings = page.getByTestId('object-findings');
    await expect(findings).toContainText('did you mean "details"?');
    await expect(findings.getByRole('link', { name: /line \d+/ })).toHaveAttribute('href', /#L\d+/);
    await expect(findings.getByRole('link', { name: 'About HED0101' })).toBeVisible();
  });

  await test.step('the fix is previewed and applied', async () => {
    await page.getByRole('button', { name: 'Fix…' }).click();
    const panel = page.getByRole('complementary', { name: 'Fix HED0101' });
    await panel.getByRole('button', { name: 'Preview', exact: true }).click();
    await panel.getByRole('button', { name: 'Apply', exact: true }).click();
    await expect
      .poll(async () => JSON.stringify((await askKubernetes('GET', path)).body), { timeout: 20_000 })
      .toContain('"host":"details"');
    await expect(page.getByTestId('object-findings')).not.toContainText('did you mean');
  });

  await test.step('deleting is previewed too', async () => {
    await page.getByRole('button', { name: 'Delete…' }).click();
    const panel = page.getByRole('complementary', { name: 'Delete VirtualService story' });
    await panel.getByRole('button', { name: 'Preview', exact: true }).click();
    await panel.getByRole('button', { name: 'Apply', exact: true }).click();
    await expect.poll(async () => (await askKubernetes('GET', path)).status, { timeout: 20_000 }).toBe(404);
  });
});
