import { expect, test } from '@playwright/test';
import { meshKinds } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';
import { askKubernetes } from '../support/kube-api';
import { buildInForm, clearSpace, exampleOf, pasteYaml, pathOf, prepareSpace, space } from '../support/make-object';
import { readRun } from '../support/run-file';

// A few of them; e2e/kinds does the same for every kind of the registry.
function kindOf(name: string, group: string): KindDefinition {
  const kind = meshKinds.find((one) => one.kind === name && one.group === group);
  if (kind === undefined) throw new Error(`There is no kind ${name}.`);
  return kind;
}
const virtualService = kindOf('VirtualService', 'networking.istio.io');
const policy = kindOf('AuthorizationPolicy', 'security.istio.io');
const envoyFilter = kindOf('EnvoyFilter', 'networking.istio.io');

test.beforeAll(() => prepareSpace());
test.afterAll(() => clearSpace());

for (const kind of [virtualService, policy]) {
  test(`${kind.kind} is built from an empty form: what is stored is what was filled in`, async ({ page }) => {
    expect(await buildInForm(page, kind, 'built')).toEqual(exampleOf(kind, 'built').spec);
    await askKubernetes('DELETE', pathOf(kind, 'built'));
  });
}

test('a kind without a form is made from pasted YAML', async ({ page }) => {
  expect(await pasteYaml(page, envoyFilter, 'pasted')).toEqual(exampleOf(envoyFilter, 'pasted').spec);
  await askKubernetes('DELETE', pathOf(envoyFilter, 'pasted'));
});

test('a copy opens at once under another name; the original keeps its own, and changes in nothing but the edit', async ({ page }) => {
  const run = readRun();
  const sample = exampleOf(virtualService, 'sample');
  await askKubernetes('POST', pathOf(virtualService), { body: sample });
  const object = `${run.console}/config/${virtualService.group}/VirtualService/${space}/sample`;

  await test.step('edit: one field, and nothing else of the object', async () => {
    await page.goto(`${object}/edit`);
    await expect(page.getByTestId('fixed-name')).toHaveText('sample');
    await expect(page.getByTestId('fixed-namespace')).toHaveText(space);
    await page.getByLabel('hosts 1', { exact: true }).fill('reviews.forms.svc.cluster.local');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await expect
      .poll(async () => ((await askKubernetes('GET', pathOf(virtualService, 'sample'))).body as typeof sample).spec)
      .toEqual({ ...sample.spec, hosts: ['reviews.forms.svc.cluster.local'] });
    // The editor has begun anew from what is stored now.
    await expect(page.getByTestId('draft-state')).toHaveText('no changes');
  });

  await test.step('the name cannot be changed in the YAML either', async () => {
    const yaml = page.getByTestId('yaml-editor').locator('.cm-content');
    await yaml.getByText('name: sample').click();
    await page.keyboard.press('End');
    await page.keyboard.type('-two');
    await expect(page.getByTestId('draft-moved')).toContainText('cannot be changed');
    await page.getByRole('button', { name: 'Put them back' }).click();
    await expect(yaml).not.toContainText('sample-two');
  });

  await test.step('duplicate', async () => {
    await page.goto(object);
    await page.getByRole('button', { name: 'Duplicate' }).click();
    await expect(page.getByTestId('yaml-editor')).toContainText('name: sample-copy');
  });
});
