import { type Page, expect, test } from '@playwright/test';
import { query, reviewsByVersion } from '../support/prometheus';
import { readRun } from '../support/run-file';
import { sendRequests } from '../support/send-requests';
import { wilson } from '../support/statistics';

const versions = ['v1', 'v2', 'v3'];

/** Counters by a label. */
type Counters = () => Promise<Map<string, number>>;

/** What reviews were answered by ratings, by status. */
async function ratingsByStatus(): Promise<Map<string, number>> {
  const rows = await query(
    'sum by (response_code) (istio_requests_total{reporter="source",source_app="reviews",destination_service_name="ratings"})',
  );
  return new Map(rows.map((row) => [row.labels['response_code'] ?? '', row.value]));
}

/** The share of requests from reviews to ratings that failed within the last fifteen seconds, as the callers report. */
async function errorShare(): Promise<number> {
  const rate = (more: string) =>
    `sum(rate(istio_requests_total{reporter="source",source_app="reviews",destination_service_name="ratings"${more}}[15s]))`;
  const [row] = await query(`${rate(',response_code="500"')} / ${rate('')}`);
  return row?.value ?? 0;
}

/** What counters count while `least` requests come: those of the demo, and some of the story's own. */
async function observe(least: number, counters: Counters = reviewsByVersion): Promise<Map<string, number>> {
  const before = await counters();
  for (;;) {
    await sendRequests(20);
    const now = await counters();
    const seen = new Map([...now].map(([label, count]) => [label, count - (before.get(label) ?? 0)]));
    if (sumOf(seen) >= least) return seen;
  }
}

const sumOf = (counts: Map<string, number>): number => [...counts.values()].reduce((sum, one) => sum + one, 0);

/** Waits until a change is seen on the counters: what was under way when it landed is counted, and scraped, a little later. */
async function settle(changed: (seen: Map<string, number>) => boolean, counters: Counters = reviewsByVersion): Promise<void> {
  await expect.poll(async () => changed(await observe(40, counters)), { timeout: 60_000, intervals: [100] }).toBe(true);
}

function expectShares(seen: Map<string, number>, asked: Record<string, number>): void {
  const total = sumOf(seen);
  for (const [version, share] of Object.entries(asked)) {
    const { low, high } = wilson(seen.get(version) ?? 0, total);
    expect(share, `${version}: ${seen.get(version)} of ${total}`).toBeGreaterThanOrEqual(low - 1e-9);
    expect(share, `${version}: ${seen.get(version)} of ${total}`).toBeLessThanOrEqual(high + 1e-9);
  }
}

/** Without a rule endpoints are chosen by least request: near a third each, a little more for the faster ones. */
function expectEven(seen: Map<string, number>): void {
  for (const version of versions) {
    expect((seen.get(version) ?? 0) / sumOf(seen), version).toBeGreaterThan(0.2);
    expect((seen.get(version) ?? 0) / sumOf(seen), version).toBeLessThan(0.5);
  }
}

async function openEditor(page: Page, service: string): Promise<void> {
  await page.goto(`${readRun().console}/services/default/${service}`);
  await expect(page.getByTestId('traffic-editor')).toBeVisible();
}

async function previewAndApply(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await expect(page.getByTestId('preview-sentences').getByRole('listitem').first()).toBeVisible();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
}

/** Waits until the page says that all proxies acknowledged the change. */
async function expectEverywhere(page: Page): Promise<void> {
  await expect
    .poll(
      async () => {
        const text = (await page.getByTestId('convergence').textContent()) ?? '';
        const [, have, total] = /(\d+) of (\d+) proxies have it/.exec(text) ?? [];
        return have !== undefined && Number(total) > 0 && have === total;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
}

test('shift, undo, fault: from the page, checked on the counters', async ({ page }) => {
  const run = readRun();

  await test.step('the graph shows three versions, a third each', async () => {
    await page.goto(`${run.console}/graph?ns=default`);
    const list = page.getByRole('region', { name: 'Nodes and edges as a list' });
    for (const version of versions)
      await expect(list.getByRole('button', { name: new RegExp(`^productpage v1 to reviews ${version}, http`) })).toBeAttached({
        timeout: 45_000,
      });
    expectEven(await observe(300));
  });

  await test.step('drag to 90/10/0, preview, apply', async () => {
    await openEditor(page, 'reviews');
    // Borders of the bar: the first between v1 and v2, the second between v2 and v3.
    const second = page.getByRole('slider', { name: 'Border between v2 and v3' });
    const first = page.getByRole('slider', { name: 'Border between v1 and v2' });
    const bar = await first.locator('..').boundingBox();
    if (!bar) throw new Error('the bar is not drawn');
    const drag = async (border: typeof first, to: number): Promise<void> => {
      const box = await border.boundingBox();
      if (!box) throw new Error('the border is not drawn');
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(bar.x + bar.width * to, box.y + box.height / 2, { steps: 12 });
      await page.mouse.up();
    };
    await drag(second, 1.02);
    await drag(first, 0.9);
    // A pixel is about a quarter of a per cent: the keyboard sets what the mouse came near to.
    await page.getByRole('spinbutton', { name: 'Weight of v1 in per cent #' }).fill('90');
    await expect(page.getByRole('spinbutton', { name: 'Weight of v2 in per cent #' })).toHaveValue('10');
    await expect(page.getByRole('spinbutton', { name: 'Weight of v3 in per cent #' })).toHaveValue('0');
    await previewAndApply(page);
    await expectEverywhere(page);
    await settle((seen) => (seen.get('v3') ?? 0) === 0);
    const seen = await observe(300);
    expect(seen.get('v3') ?? 0).toBe(0);
    expectShares(seen, { v1: 0.9, v2: 0.1 });
    await expect(page.getByTestId('observed-split')).toBeVisible();
  });

  await test.step('undo', async () => {
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(page.getByTestId('convergence')).toHaveCount(0);
    await settle((seen) => versions.every((version) => (seen.get(version) ?? 0) > 0));
    expectEven(await observe(300));
  });

  await test.step('a fault of 50 % on ratings shows on the edge, and goes', async () => {
    await openEditor(page, 'ratings');
    await page.getByRole('switch', { name: 'Inject a fault' }).check();
    await expect(page.getByRole('spinbutton', { name: 'HTTP status' })).toHaveValue('500');
    await previewAndApply(page);
    const appliedMs = Date.now();
    await expectEverywhere(page);
    await page.goto(`${run.console}/graph?ns=default&t=15s`);
    const edges = page
      .getByRole('region', { name: 'Nodes and edges as a list' })
      .getByRole('button', { name: /^reviews v[23] to ratings v1, http, Failing/ });
    // The page's numbers and Prometheus', of the callers' reports over fifteen seconds.
    const isHalf = (share: number): boolean => share >= 0.4 && share <= 0.6;
    const shares = async (): Promise<number[]> => {
      const named = await edges.allTextContents();
      return [...named.map((text) => Number(/Errors (\d+(?:\.\d+)?) %/.exec(text)?.[1] ?? 0) / 100), await errorShare()];
    };
    await expect
      .poll(async () => (await shares()).filter((share) => isHalf(share)).length, {
        timeout: 25_000 - (Date.now() - appliedMs),
        intervals: [500],
      })
      .toBe(3);
    const failed = (seen: Map<string, number>): number => seen.get('500') ?? 0;
    const during = await observe(200, ratingsByStatus);
    const { low, high } = wilson(failed(during), sumOf(during));
    expect(0.5, `${failed(during)} of ${sumOf(during)}`).toBeGreaterThanOrEqual(low);
    expect(0.5, `${failed(during)} of ${sumOf(during)}`).toBeLessThanOrEqual(high);
    await openEditor(page, 'ratings');
    await page.getByRole('switch', { name: 'Inject a fault' }).uncheck();
    await previewAndApply(page);
    await expectEverywhere(page);
    await settle((seen) => failed(seen) === 0, ratingsByStatus);
    expect(failed(await observe(200, ratingsByStatus))).toBe(0);
  });
});
