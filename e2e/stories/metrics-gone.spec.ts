import { type Locator, type Page, expect, test } from '@playwright/test';
import { type MetricsRelay, startRelay } from '../support/metrics-relay';
import { readRun } from '../support/run-file';
import { startConsole } from '../support/start-console';

let relay: MetricsRelay;
let own: Awaited<ReturnType<typeof startConsole>>;

test.beforeAll(async () => {
  relay = await startRelay(readRun().prometheus);
  own = await startConsole(relay.url);
});
test.afterAll(async () => {
  await own?.stop();
  await relay?.stop();
});

/** An edge that always has requests. */
const callOf = (page: Page): Locator =>
  page
    .getByRole('region', { name: 'Nodes and edges as a list' })
    .getByRole('button', { name: /^productpage v1 to details/ })
    .first();

async function openGraph(page: Page, search = ''): Promise<void> {
  await page.goto(`${own.url}/graph?ns=default,istio-system${search}`);
  await expect(page.locator('[data-painted]')).toBeVisible({ timeout: 45_000 });
  await expect(callOf(page)).toBeAttached({ timeout: 90_000 });
}

test('the metrics API is stopped: the graph stays with a notice, and comes back with it', async ({ page }) => {
  await openGraph(page);
  const notice = page.getByText(/Prometheus at .* cannot be reached/).first();
  await expect(notice).toHaveCount(0);
  await relay.stop();
  await expect(notice).toBeVisible({ timeout: 30_000 });
  await expect(callOf(page)).toBeAttached();
  await expect(page.getByTestId('graph-canvas')).toBeVisible();
  await relay.resume();
  await expect(notice).toHaveCount(0, { timeout: 30_000 });
  await expect(callOf(page)).toBeAttached();
});

test('one query is wrong: its part is missing with the words of the API, the rest stands', async ({ page }) => {
  // The percentiles are asked together first, then, where that is refused, one by one.
  relay.rewrite = (promql) => promql.replace(/(histogram_quantile\(.*?)0\.95/, '$10.95 0.95');
  await openGraph(page);
  await expect(page.getByText(/prometheus\/p95Ms/).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/parse error/).first()).toBeVisible();
  await callOf(page).focus();
  await page.keyboard.press('Enter');
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details).toContainText('req/s');
  // p50 / p95 / p99: the one in the middle is unknown, its neighbours are not.
  await expect(details).toContainText(/\d+(\.\d+)? \/ – \/ \d+(\.\d+)? ms/);
  relay.rewrite = (promql) => promql;
  await expect(page.getByText(/parse error/)).toHaveCount(0, { timeout: 30_000 });
  await expect(details).toContainText(/\d+ \/ \d+(\.\d+)? \/ \d+(\.\d+)? ms/);
});
