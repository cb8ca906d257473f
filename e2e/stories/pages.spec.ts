import AxeBuilder from '@axe-core/playwright';
import { type Page, expect, test } from '@playwright/test';
import { pressKeys } from '../support/press-keys';
import { readRun } from '../support/run-file';

/** Every page, and what must be on it before it counts as drawn. */
const pages: { name: string; path: string; drawn: (page: Page) => Promise<void> }[] = [
  { name: 'overview', path: '/', drawn: (page) => expect(page.getByRole('row').filter({ hasText: 'default' })).toBeVisible() },
  {
    name: 'graph',
    path: '/graph?ns=default,istio-system',
    drawn: async (page) => {
      await expect(page.locator('[data-painted]')).toBeVisible();
      // The picture is for people to look at: the canvas draws a frame or two after it has its elements.
      await page.waitForTimeout(1_500);
    },
  },
  { name: 'services', path: '/services', drawn: (page) => expect(page.getByRole('row').filter({ hasText: 'reviews' })).toBeVisible() },
  {
    name: 'service',
    path: '/services/default/reviews',
    drawn: (page) => expect(page.getByTestId('traffic-editor').getByRole('slider').first()).toBeVisible(),
  },
  { name: 'traces', path: '/traces?service=productpage.default', drawn: (page) => expect(page.getByRole('row').nth(3)).toBeVisible() },
  {
    name: 'configuration',
    path: '/config',
    drawn: (page) => expect(page.getByRole('row').filter({ hasText: 'bookinfo-gateway' })).toBeVisible(),
  },
  {
    name: 'object',
    path: '/config/networking.istio.io/DestinationRule/default/reviews',
    drawn: (page) => expect(page.getByText('subsets').first()).toBeVisible(),
  },
  {
    name: 'edit-object',
    path: '/config/networking.istio.io/DestinationRule/default/reviews/edit',
    drawn: async (page) => {
      await expect(page.getByTestId('yaml-editor')).toContainText('subsets');
      await expect(page.getByText(/Checked against/)).toBeVisible();
    },
  },
  {
    name: 'new-object',
    path: `/config/new?kind=${encodeURIComponent('security.istio.io/AuthorizationPolicy')}`,
    drawn: (page) => expect(page.getByRole('button', { name: 'Start from an example' })).toBeEnabled(),
  },
  { name: 'security', path: '/config/security?ns=default', drawn: (page) => expect(page.getByRole('table')).toContainText('reviews-v1') },
  {
    name: 'mutual-tls',
    path: '/config/security?ns=default&tab=mtls',
    drawn: (page) => expect(page.getByRole('table')).toContainText('reviews-v1'),
  },
  { name: 'gateways', path: '/config/gateways', drawn: (page) => expect(page.getByRole('table')).toContainText('8080') },
  {
    name: 'explorer',
    path: `/explain?from=default/productpage-v1&r=${encodeURIComponent('GET http://reviews:9080/reviews/0')}`,
    drawn: (page) => expect(page.getByTestId('way')).toContainText('The application answers.'),
  },
  { name: 'history', path: '/history', drawn: (page) => expect(page.getByRole('heading', { name: 'History' })).toBeVisible() },
];

for (const theme of ['light', 'dark'] as const) {
  for (const { name, path, drawn } of pages) {
    test(`${name} in the ${theme} theme: drawn, accessible, without errors in the browser`, async ({ page, context }) => {
      const run = readRun();
      await context.addCookies([{ name: 'heddle-theme', value: theme, url: run.console }]);
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      for (const width of [1280, 1920]) {
        await page.setViewportSize({ width, height: width === 1280 ? 800 : 1080 });
        await page.goto(run.console + path);
        await drawn(page);
        expect(
          await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth'),
          `sideways scroll at ${width}`,
        ).toBeLessThanOrEqual(0);
        await page.screenshot({ path: `test-results/screens/${name}-${theme}-${width}.png` });
      }
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
      expect(errors).toEqual([]);
    });
  }
}

test('a trace opens as a timeline and says what each span did', async ({ page }) => {
  await page.goto(`${readRun().console}/traces?service=productpage.default`);
  await page.getByRole('row').nth(1).click();
  await expect(page.getByRole('tree', { name: 'Timeline' })).toBeVisible();
  await page.getByRole('treeitem').first().click();
  await expect(page.getByRole('complementary', { name: 'Span' })).toContainText('http');
});

test('the keyboard goes everywhere', async ({ page }) => {
  await page.goto(readRun().console);
  await expect(page.getByRole('row').filter({ hasText: 'default' })).toBeVisible();
  await pressKeys(page, 'g', 's');
  await expect(page).toHaveURL(/\/services/);
  await pressKeys(page, 'Control+k');
  await page.getByRole('combobox').fill('reviews');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/reviews/);
});
