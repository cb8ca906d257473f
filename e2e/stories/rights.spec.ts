import { type Locator, expect, test } from '@playwright/test';
import type { ChangeResponse } from '@/lib/contract';
import { callConsole } from '../support/console-api';
import { askKubernetes } from '../support/kube-api';
import { type RestrictedConsole, startRestrictedConsole } from '../support/restricted-console';

const istio = 'networking.istio.io';
const path = `/apis/${istio}/v1/namespaces/default/virtualservices/details`;
const object = {
  apiVersion: `${istio}/v1`,
  kind: 'VirtualService',
  metadata: { name: 'details', namespace: 'default' },
  spec: { hosts: ['details'], http: [{ route: [{ destination: { host: 'details' } }], timeout: '9s' }] },
};

let restricted: RestrictedConsole;
test.beforeAll(async () => {
  await askKubernetes('DELETE', path);
  // Whoever looks may do as they like with one kind: what is not denied stays enabled.
  const [policies] = await Promise.all([
    startRestrictedConsole([
      { apiGroups: ['security.istio.io'], resources: ['authorizationpolicies'], verbs: ['create', 'patch', 'delete'] },
    ]),
    callConsole<ChangeResponse>('changes', {
      objects: [
        {
          ...object,
          spec: {
            ...object.spec,
            http: [{ ...object.spec.http[0], fault: { delay: { fixedDelay: '0.001s', percentage: { value: 0.1 } } } }],
          },
        },
      ],
      reason: 'a fault to be stopped',
      faultSeconds: 600,
    }),
  ]);
  restricted = policies;
});
test.afterAll(async () => {
  await askKubernetes('DELETE', path);
  await restricted.stop();
});

test('what the user may not write is disabled with the reason, wherever writing starts', async ({ page }) => {
  const denied = (verb: string) =>
    new RegExp(`${restricted.user} has no right to ${verb} virtualservices\\.${istio.replaceAll('.', '\\.')}`);
  const isDenied = async (button: Locator, verb: string): Promise<void> => {
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    await expect(button).toHaveAttribute('title', denied(verb));
    await button.focus();
    await expect(button).toBeFocused();
  };
  const before = (await askKubernetes('GET', path)).body;

  await test.step('an object: duplicate, delete', async () => {
    await page.goto(`${restricted.url}/config/${istio}/VirtualService/default/details`);
    await isDenied(page.getByRole('button', { name: 'Duplicate' }), 'create');
    await isDenied(page.getByRole('button', { name: 'Delete…' }), 'delete');
  });

  await test.step('a live fault: stop', async () => {
    await isDenied(page.getByTestId('fault-bar').getByRole('button', { name: 'Stop' }), 'patch');
  });

  await test.step('the editor: the preview is shown, Apply does nothing', async () => {
    await page.goto(`${restricted.url}/config/${istio}/VirtualService/default/details/edit`);
    await page.getByLabel('hosts 1', { exact: true }).fill('details.default');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    const apply = page.getByRole('button', { name: 'Apply', exact: true });
    await isDenied(apply, 'patch');
    await expect(page.getByTestId('denial')).toContainText(denied('patch'));
    await apply.click({ force: true });
    await expect(page.getByTestId('denial')).toBeVisible();
  });

  await test.step('a new object: of the kinds that are denied only', async () => {
    await page.goto(`${restricted.url}/config/new?ns=default&kind=${encodeURIComponent(`${istio}/VirtualService`)}`);
    await isDenied(page.getByRole('button', { name: 'Start from scratch' }), 'create');
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('security.istio.io/AuthorizationPolicy');
    await expect(page.getByRole('button', { name: 'Start from scratch' })).not.toHaveAttribute('aria-disabled', 'true');
  });

  await test.step('sliders: apply, and apply in steps', async () => {
    await page.goto(`${restricted.url}/services/default/reviews`);
    const slider = page.getByRole('slider', { name: 'Border between v1 and v2' });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await isDenied(page.getByRole('button', { name: 'Apply', exact: true }), 'create');
    await page.getByRole('button', { name: /in steps/ }).click();
    await isDenied(page.getByRole('button', { name: 'Start the shift', exact: true }), 'create');
  });

  await test.step('history: undo', async () => {
    await askKubernetes('PATCH', path, { body: { metadata: { labels: { seen: 'yes' } } }, manager: 'kubectl-label' });
    await page.goto(`${restricted.url}/history`);
    await page.getByRole('row').filter({ hasText: 'kubectl-label' }).first().click();
    const panel = page.getByRole('complementary', { name: 'Change', exact: true });
    await panel.getByRole('button', { name: 'Undo…' }).click();
    await isDenied(panel.getByRole('button', { name: 'Undo', exact: true }), 'patch');
  });

  const { spec } = (await askKubernetes('GET', path)).body as typeof object;
  expect(spec).toEqual((before as typeof object).spec);
});
