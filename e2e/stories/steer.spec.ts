import { setTimeout as sleep } from 'node:timers/promises';
import { type Page, expect, test } from '@playwright/test';
import { query, reviewsByVersion } from '../support/prometheus';
import { readRun } from '../support/run-file';
import { wilson } from '../support/statistics';

const versions = ['v1', 'v2', 'v3'];

/** Counts the requests to each version of reviews until `least` were seen. */
async function observe(least: number): Promise<Map<string, number>> {
  const before = await reviewsByVersion();
  for (;;) {
    await sleep(1_000);
    const now = await reviewsByVersion();
    const seen = new Map(versions.map((version) => [version, (now.get(version) ?? 0) - (before.get(version) ?? 0)]));
    if ([...seen.values()].reduce((sum, one) => sum + one, 0) >= least) return seen;
  }
}

function expectShares(seen: Map<string, number>, asked: Record<string, number>): void {
  const total = [...seen.values()].reduce((sum, one) => sum + one, 0);
  for (const [version, share] of Object.entries(asked)) {
    const { low, high } = wilson(seen.get(version) ?? 0, total);
    expect(share, `${version}: ${seen.get(version)} of ${total}`).toBeGreaterThanOrEqual(low - 1e-9);
    expect(share, `${version}: ${seen.get(version)} of ${total}`).toBeLessThanOrEqual(high + 1e-9);
  }
}

/** Without a rule endpoints are chosen by least request: near a third each, a little more for the faster ones. */
function expectEven(seen: Map<string, number>): void {
  const total = [...seen.values()].reduce((sum, one) => sum + one, 0);
  for (const [version, count] of seen) {
    expect(count / total, version).toBeGreaterThan(0.2);
    expect(count / total, version).toBeLessThan(0.5);
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
  // What was under way when it landed is counted, and scraped, a little later.
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
  await sleep(5_000);
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
    const seen = await observe(300);
    expect(seen.get('v3')).toBe(0);
    expectShares(seen, { v1: 0.9, v2: 0.1 });
    await expect(page.getByTestId('observed-split')).toBeVisible();
  });

  await test.step('undo', async () => {
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(page.getByTestId('convergence')).toHaveCount(0);
    await sleep(6_000);
    expectEven(await observe(300));
  });

  await test.step('a fault of 50 % on ratings shows on the edge, and goes', async () => {
    await openEditor(page, 'ratings');
    await page.getByRole('switch', { name: 'Inject a fault' }).check();
    await expect(page.getByRole('spinbutton', { name: 'HTTP status' })).toHaveValue('500');
    await previewAndApply(page);
    const applied = Date.now();
    await expectEverywhere(page);
    const errors = async (): Promise<number> => {
      const [row] = await query(
        'sum(rate(istio_requests_total{reporter="source",source_app="reviews",destination_service_name="ratings",response_code="500"}[15s])) / sum(rate(istio_requests_total{reporter="source",source_app="reviews",destination_service_name="ratings"}[15s]))',
      );
      return row?.value ?? 0;
    };
    await expect.poll(errors, { timeout: 25_000 - (Date.now() - applied), intervals: [1_000] }).toBeGreaterThan(0.4);
    await sleep(Math.max(0, 18_000 - (Date.now() - applied)));
    expect(await errors()).toBeGreaterThan(0.4);
    expect(await errors()).toBeLessThan(0.6);
    await page.goto(`${run.console}/graph?ns=default&t=30s`);
    const edge = page
      .getByRole('region', { name: 'Nodes and edges as a list' })
      .getByRole('button', { name: /^reviews v[23] to ratings v1, http, Failing/ });
    await expect(edge.first()).toBeAttached();

    await openEditor(page, 'ratings');
    await page.getByRole('switch', { name: 'Inject a fault' }).uncheck();
    await previewAndApply(page);
    await expectEverywhere(page);
    await expect.poll(errors, { timeout: 30_000, intervals: [1_000] }).toBe(0);
  });
});
