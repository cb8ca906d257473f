import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meshKinds } from '@/lib/kinds';
import { askKubernetes } from '../support/kube-api';
import { buildInForm, clearSpace, exampleOf, pasteYaml, pathOf, prepareSpace } from '../support/make-object';
import { openPage } from '../support/open-page';
import startDemo from '../support/start-demo';

let stop: () => Promise<void>;
let page: Page;
let close: () => Promise<void>;

beforeAll(async () => {
  process.env['HEDDLE_E2E_RPS'] ??= '5';
  stop = await startDemo();
  await prepareSpace();
  ({ page, close } = await openPage());
}, 240_000);
afterAll(async () => {
  await close();
  await clearSpace();
  await stop();
});

describe.each(meshKinds.map((kind) => [`${kind.group}/${kind.kind}`, kind] as const))('%s', (_name, kind) => {
  const name = `${kind.singular}-${kind.group.split('.')[0]}`;

  it.skipIf(kind.form === undefined)('is built from an empty form', async () => {
    const built = `${name}-form`;
    expect(await buildInForm(page, kind, built)).toMatchObject(exampleOf(kind, built).spec);
    await askKubernetes('DELETE', pathOf(kind, built));
  });

  it('is made from pasted YAML', async () => {
    const pasted = `${name}-yaml`;
    expect(await pasteYaml(page, kind, pasted)).toMatchObject(exampleOf(kind, pasted).spec);
    await askKubernetes('DELETE', pathOf(kind, pasted));
  });
});
