import { type Page, expect, test } from '@playwright/test';
import { findViolations } from '../support/find-violations';
import { pressKeys } from '../support/press-keys';
import { readRun } from '../support/run-file';
import { openInTheme, switchTheme } from '../support/themes';

/** Every page, and what must be on it before it counts as drawn. */
const pages: { name: string; path: string; drawn: (page: Page) => Promise<void> }[] = [
  { name: 'overview', path: '/', drawn: (page) => expect(page.getByRole('row').filter({ hasText: 'default' })).toBeVisible() },
  {
    name: 'graph',
    path: '/graph?ns=default,istio-system',
    drawn: (page) => expect(page.locator('[data-painted]')).toBeVisible(),
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
    drawn: async (page) => {
      await expect(page.getByRole('button', { name: 'Start from an example' })).toBeEnabled();
      await expect(page.getByText(/calls? (is|are) seen at present/)).toBeVisible();
    },
  },
  {
    name: 'security',
    path: '/config/security',
    drawn: (page) => expect(page.getByRole('table', { name: 'What each workload may ask of each service' })).toContainText('reviews-v1'),
  },
  {
    name: 'mutual-tls',
    path: '/config/security?tab=mtls',
    drawn: (page) => expect(page.getByRole('table', { name: 'Mutual TLS' })).toContainText('reviews-v1'),
  },
  {
    name: 'gateways',
    path: '/config/gateways',
    drawn: async (page) => {
      const gateway = page.getByRole('table', { name: 'default/bookinfo-gateway' });
      await expect(gateway).toContainText('8080');
    },
  },
  {
    name: 'explorer',
    path: `/explain?from=default/reviews-v1&r=${encodeURIComponent('GET http://productpage:9080/productpage')}`,
    drawn: (page) => expect(page.getByTestId('way')).toContainText('The application answers.'),
  },
  {
    name: 'history',
    path: '/history',
    drawn: (page) => expect(page.getByRole('row').nth(1).or(page.getByText('Nothing has changed')).first()).toBeVisible(),
  },
];

// One load for each width, each in another theme as the server draws it; the other theme is then drawn in place.
const looks = [
  { width: 1280, height: 800, served: 'light', switched: 'dark' },
  { width: 1920, height: 1080, served: 'dark', switched: 'light' },
] as const;

for (const { name, path, drawn } of pages) {
  test(`${name}: drawn in both themes, accessible, without errors in the browser`, async ({ page }) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    for (const { width, height, served, switched } of looks) {
      await page.setViewportSize({ width, height });
      await openInTheme(page, path, served);
      await drawn(page);
      for (const theme of [served, switched]) {
        if (theme === switched) await switchTheme(page, theme);
        const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
        expect(beyond, `sideways scroll at ${width}, ${theme}`).toBeLessThanOrEqual(0);
        await page.screenshot({ path: `test-results/screens/${name}-${theme}-${width}.png` });
      }
      // What axe has to say depends on width and theme: it sees both widths and both themes.
      expect(await findViolations(page), `${switched} at ${width}`).toEqual([]);
    }
    expect(errors).toEqual([]);
  });
}

test('the theme changes in place, and the next page begins with it', async ({ page }) => {
  const root = page.locator('html');
  await openInTheme(page, '/services', 'light');
  // The page hears keys, so it hears clicks.
  await expect(root).toHaveAttribute('data-keys', 'on');
  const ground = (): Promise<string> => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const light = await ground();
  await page.getByRole('button', { name: 'Theme: Light' }).click();
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await expect.poll(ground).not.toBe(light);
  const next = await page.goto(`${readRun().console}/config`);
  expect(await next?.text()).toMatch(/<html[^>]* data-theme="dark"/);
});

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
