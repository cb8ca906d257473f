import { type Locator, type Page, expect, test } from '@playwright/test';
import { askKubernetes } from '../support/kube-api';
import { readRun } from '../support/run-file';

const virtualService = '/apis/networking.istio.io/v1/namespaces/default/virtualservices/reviews';
const httpRoutes = '/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes';
const services = '/api/v1/namespaces/default/services';
const versions = ['v1', 'v2', 'v3'] as const;

/** Which versions of reviews answer `total` requests of a user. */
async function answers(user: string, total: number): Promise<string[]> {
  const seen = new Set<string>();
  for (let count = 0; count < total; count += 1) {
    const reply = await fetch(`${readRun().ingress}/api/v1/products/0/reviews`, { headers: { 'end-user': user } });
    seen.add(/"podname":\s*"reviews-(v\d)/.exec(await reply.text())?.[1] ?? String(reply.status));
  }
  return [...seen].toSorted();
}

async function applyDraft(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await expect(page.getByTestId('preview-sentences').getByRole('listitem').first()).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(page.getByTestId('convergence')).toBeVisible({ timeout: 60_000 });
}

async function middleOf(one: Locator): Promise<{ x: number; y: number }> {
  await one.scrollIntoViewIfNeeded();
  const box = await one.boundingBox();
  if (box === null) throw new Error('it is not drawn');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function drag(page: Page, what: Locator, by: { x?: number; y?: number }): Promise<void> {
  const from = await middleOf(what);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + (by.x ?? 0), from.y + (by.y ?? 0), { steps: 8 });
  await page.mouse.up();
}

test.afterEach(async () => {
  await askKubernetes('DELETE', virtualService);
  await askKubernetes('DELETE', `${httpRoutes}/reviews`);
  for (const version of versions) await askKubernetes('DELETE', `${services}/reviews-${version}`);
});

test('from an edge of the graph: a cohort, the order of rules, a split; applied, seen, undone', async ({ page }) => {
  await page.goto(`${readRun().console}/graph?ns=default`);
  const list = page.getByRole('region', { name: 'Nodes and edges as a list' });
  const edge = list.getByRole('button', { name: /^productpage v1 to reviews v1, http/ });
  await expect(edge).toBeAttached({ timeout: 60_000 });
  // The list is for screen readers and keyboards: it is out of sight.
  await edge.focus();
  await page.keyboard.press('Enter');
  // A workload may be behind several services.
  const service = page.locator('section', { has: page.getByText('default/reviews', { exact: true }) });
  await service.getByRole('button', { name: 'Shift here' }).click();
  const editor = page.getByTestId('traffic-editor');
  await expect(editor.getByTestId('traffic-object')).toContainText('As productpage-v1 sees it');

  const routes = editor.getByRole('region', { name: 'Routes' });
  const rules = routes.locator('ol > li');
  await test.step('a header cohort takes two clicks', async () => {
    await routes.getByRole('button', { name: 'Header cohort' }).click();
    await routes.getByLabel('Value').fill('jason');
    await routes.getByLabel('Go to').selectOption('v2');
    await routes.getByRole('button', { name: 'Add cohort' }).click();
    await expect(rules.nth(0)).toContainText('header end-user is jason');
    await expect(rules.nth(0)).toContainText('→ v2');
    await expect(rules.nth(0)).toContainText('Not applied');
  });

  await test.step('rules are moved with the keyboard and with the mouse', async () => {
    await routes.getByRole('button', { name: 'Move rule 1; arrow keys move it' }).focus();
    await page.keyboard.press('ArrowDown');
    await expect(rules.nth(1)).toContainText('header end-user is jason');
    await expect(rules.nth(1)).toContainText('never reached');
    // Closed, the rules are lines below each other.
    await routes.getByRole('button', { name: 'Open rule 1' }).click();
    await drag(page, routes.getByRole('button', { name: 'Move rule 2; arrow keys move it' }), { y: -90 });
    await expect(rules.nth(0)).toContainText('header end-user is jason');
    await expect(routes.getByText('never reached')).toHaveCount(0);
    await routes.getByRole('button', { name: 'Open rule 2' }).click();
  });

  await test.step('the split is moved with the mouse and with the keyboard', async () => {
    await drag(page, routes.getByRole('slider', { name: 'Border between v1 and v2' }), { x: 40 });
    const v1 = routes.getByRole('spinbutton', { name: 'Weight of v1 in per cent #' });
    await expect.poll(async () => Number(await v1.inputValue())).toBeGreaterThan(38);
    const slider = routes.getByRole('slider', { name: 'Weight of v1 in per cent' });
    await slider.focus();
    const before = Number(await v1.inputValue());
    await page.keyboard.press('ArrowRight');
    await expect(v1).toHaveValue(String(before + 1));
    for (let step = 0; step < 7; step += 1) await page.keyboard.press('Shift+ArrowRight');
    await expect(v1).toHaveValue('100');
    await expect(routes.getByRole('spinbutton', { name: 'Weight of v3 in per cent #' })).toHaveValue('0');
  });

  await test.step('what was applied is what requests meet', async () => {
    await applyDraft(page);
    await expect.poll(() => answers('jason', 8), { timeout: 60_000 }).toEqual(['v2']);
    await expect.poll(() => answers('anna', 12), { timeout: 60_000 }).toEqual(['v1']);
    await expect(editor.getByTestId('traffic-object')).toContainText('Edits VirtualService reviews');
    await expect(editor.getByTestId('traffic-object')).toContainText('in force');
  });

  await test.step('undone', async () => {
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(async () => (await askKubernetes('GET', virtualService)).status, { timeout: 60_000 }).toBe(404);
    await expect(editor.getByTestId('traffic-object')).toContainText('A change creates VirtualService reviews');
  });
});

test('a service that an HTTPRoute routes is split over the services of its versions', async ({ page }) => {
  for (const version of versions) {
    const { status } = await askKubernetes('POST', services, {
      body: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: `reviews-${version}`, namespace: 'default' },
        spec: { ports: [{ name: 'http', port: 9080 }], selector: { app: 'reviews', version } },
      },
    });
    expect(status).toBe(201);
  }
  const made = await askKubernetes('POST', httpRoutes, {
    body: {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'reviews', namespace: 'default' },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: 'reviews', port: 9080 }],
        rules: [{ backendRefs: [{ name: 'reviews-v1', port: 9080 }], timeouts: { request: '9s' } }],
      },
    },
  });
  expect(made.status).toBe(201);
  await page.goto(`${readRun().console}/services/default/reviews`);
  const editor = page.getByTestId('traffic-editor');
  await expect(editor.getByTestId('traffic-object')).toContainText('Edits HTTPRoute reviews', { timeout: 60_000 });
  await expect.poll(() => answers('anna', 8), { timeout: 60_000 }).toEqual(['v1']);
  const v3 = editor.getByRole('spinbutton', { name: 'Weight of v3 in per cent #' });
  await expect(v3).toHaveValue('0');
  await v3.fill('100');
  await applyDraft(page);
  await expect.poll(() => answers('anna', 8), { timeout: 60_000 }).toEqual(['v3']);
  const { body } = await askKubernetes('GET', `${httpRoutes}/reviews`);
  expect((body as { spec: { rules: unknown[] } }).spec.rules).toMatchObject([
    {
      timeouts: { request: '9s' },
      backendRefs: [
        { name: 'reviews-v1', weight: 0 },
        { name: 'reviews-v3', weight: 100 },
      ],
    },
  ]);
});
