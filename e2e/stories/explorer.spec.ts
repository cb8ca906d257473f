import { readFileSync } from 'node:fs';
import { type Page, expect, test } from '@playwright/test';
import { askKubernetes } from '../support/kube-api';
import { pressKeys } from '../support/press-keys';
import { query } from '../support/prometheus';
import { readRun } from '../support/run-file';

const path = '/apis/networking.istio.io/v1/namespaces/default/virtualservices/ratings';
const rule = (http: unknown) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'ratings', namespace: 'default' },
  spec: { hosts: ['ratings'], http },
});
const route = [{ destination: { host: 'ratings' } }];

async function create(body: unknown, manager?: string): Promise<void> {
  const collection = path.slice(0, path.lastIndexOf('/'));
  const { status } = await askKubernetes('POST', collection, { body, ...(manager === undefined ? {} : { manager }) });
  expect(status).toBe(201);
}

test.afterEach(async () => {
  await askKubernetes('DELETE', path);
});

async function explain(page: Page, from: string, line: string): Promise<void> {
  await page.goto(`${readRun().console}/explain?from=${encodeURIComponent(from)}&r=${encodeURIComponent(line)}`);
  await expect(page.getByTestId('way')).toContainText('The application answers.');
}

const editorOf = (page: Page) => page.getByRole('textbox', { name: /^YAML of VirtualService/ });

/** Opens the object that a step names, and changes its text. */
async function edit(page: Page, change: (text: string) => string): Promise<void> {
  await page
    .getByTestId('way')
    .getByRole('button', { name: /^Open VirtualService default\/ratings/ })
    .first()
    .click();
  const text = await editorOf(page).inputValue();
  await editorOf(page).fill(change(text));
}

test('a request is followed, and the line that decides is edited where it stands', async ({ page }) => {
  await page.goto(readRun().console);
  await pressKeys(page, 'Control+k');
  await page.getByRole('combobox').fill('request explorer');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Request explorer' })).toBeVisible();
  await page.getByRole('combobox', { name: 'From' }).selectOption('default/reviews-v2');
  await page.getByRole('textbox', { name: 'URL, or a curl command' }).fill("curl -s http://ratings:9080/ratings/0 -H 'end-user: jason'");
  const way = page.getByTestId('way');
  await expect(way).toContainText('The application answers.');
  await expect(page.getByRole('textbox', { name: 'Headers' })).toHaveValue('end-user: jason');
  await expect(way).toContainText('1 ready endpoint: default/ratings-v1 v1');
  await expect(way).toContainText('mutual TLS');

  await page.getByRole('button', { name: 'Write a rule for ratings' }).click();
  await expect(editorOf(page)).toBeVisible();
  await expect(way).toContainText('Timeout 3s');
  await editorOf(page).fill((await editorOf(page).inputValue()).replace('timeout: 3s', 'timeout: 4s'));
  await expect(way).toContainText('Timeout 4s');
  await expect(way).toContainText('No timeout');
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(way).not.toContainText('Timeout 4s');
  expect((await askKubernetes('GET', path)).status).toBe(404);
});

test('a route that breaks is refused without a reason, its errors are seen, and it is taken back', async ({ page }) => {
  await create(rule([{ route, timeout: '9s' }]));
  await explain(page, 'default/reviews-v2', 'GET http://ratings:9080/ratings/0');
  await edit(page, (text) => text.replace(/ {2}- route:/, '  - match:\n    - uri:\n        prefix: /nowhere\n    route:'));
  await expect(page.getByTestId('way')).toContainText('Status 404');
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await expect(page.getByTestId('behaviour')).toContainText('would fail');
  const apply = page.getByRole('button', { name: 'Apply', exact: true });
  await expect(apply).toBeDisabled();
  await page.getByLabel('Reason (kept in the history)').fill('a drill');
  await apply.click();
  await expect(page.getByTestId('convergence')).toContainText(/(\d+) of \1 proxies have it/, { timeout: 30_000 });
  const failing = async (): Promise<number> => {
    const rows = await query('sum(rate(istio_requests_total{reporter="source",source_app="reviews",response_code="404"}[10s]))');
    return rows[0]?.value ?? 0;
  };
  await expect.poll(failing, { timeout: 40_000, intervals: [1_000] }).toBeGreaterThan(0);
  await page.getByRole('button', { name: /^Undo/ }).first().click();
  await expect(page.getByTestId('convergence')).toHaveCount(0);
  const { body } = await askKubernetes('GET', path);
  expect((body as { spec: { http: { match?: unknown }[] } }).spec.http[0]?.match).toBeUndefined();
});

test('two browsers edit one object: the second merges, and overwrites nothing', async ({ page, browser }) => {
  await create(rule([{ route, timeout: '9s' }]));
  const context = await browser.newContext();
  const other = await context.newPage();
  await explain(page, 'default/reviews-v2', 'GET http://ratings:9080/ratings/0');
  await explain(other, 'default/reviews-v2', 'GET http://ratings:9080/ratings/0');
  await edit(page, (text) => text.replace('timeout: 9s', 'timeout: 5s'));
  await edit(other, (text) => text.replace('timeout: 9s', 'timeout: 7s\n    retries:\n      attempts: 1'));
  for (const one of [page, other]) {
    await one.getByRole('button', { name: 'Preview', exact: true }).click();
    await expect(one.getByTestId('preview-sentences')).toBeVisible();
  }
  const reason = other.getByLabel('Reason (kept in the history)');
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(page.getByTestId('convergence')).toBeVisible();
  if (await reason.isVisible()) await reason.fill('a story');
  await other.getByRole('button', { name: 'Apply', exact: true }).click();
  const merge = other.getByTestId('merge');
  await expect(merge).toContainText('spec.http[0].timeout');
  await expect(merge.getByTestId('merge-field')).toHaveCount(1);
  await expect(merge.getByRole('button', { name: 'Preview the result' })).toBeDisabled();
  await merge.getByRole('radio', { name: /Theirs/ }).check();
  await merge.getByRole('button', { name: 'Preview the result' }).click();
  await expect(other.getByTestId('merge')).toHaveCount(0);
  await expect(other.getByTestId('preview-sentences')).toBeVisible();
  await other.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(other.getByTestId('convergence')).toBeVisible();
  const { body } = await askKubernetes('GET', path);
  expect((body as { spec: { http: unknown[] } }).spec.http[0]).toMatchObject({ timeout: '5s', retries: { attempts: 1 } });
  await context.close();
});

test('an object of another field manager is taken over only by choice', async ({ page }) => {
  await create(rule([{ route, timeout: '9s' }]), 'argocd-controller');
  await explain(page, 'default/reviews-v2', 'GET http://ratings:9080/ratings/0');
  await edit(page, (text) => text.replace('timeout: 9s', 'timeout: 8s'));
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  const owners = page.getByTestId('owners');
  await expect(owners).toContainText('argocd-controller owns spec.http of VirtualService ratings');
  const apply = page.getByRole('button', { name: 'Apply', exact: true });
  await expect(apply).toBeDisabled();
  await owners.getByRole('radio', { name: /Export as a patch/ }).check();
  const [file] = await Promise.all([page.waitForEvent('download'), owners.getByRole('button', { name: 'Save the patch' }).click()]);
  expect(readFileSync((await file.path()) ?? '', 'utf8')).toMatch(/^-\s+timeout: 9s\n\+\s+timeout: 8s$/m);
  await owners.getByRole('radio', { name: /Take over/ }).check();
  await apply.click();
  await expect(page.getByTestId('convergence')).toBeVisible();
  const { body } = await askKubernetes('GET', path);
  expect((body as { spec: { http: unknown[] } }).spec.http[0]).toMatchObject({ timeout: '8s' });
});
