import { type Page, expect } from '@playwright/test';
import { parse } from 'yaml';
import type { KindDefinition, KubernetesObject } from '@/lib/kinds';
import { FormFiller } from './fill-form';
import { askKubernetes } from './kube-api';
import { readRun } from './run-file';

/** A namespace whose objects touch no traffic of the demo. */
export const space = 'forms';

/** What the examples name, so that forms can offer it: a service with two subsets that nobody calls. */
export async function prepareSpace(): Promise<void> {
  await askKubernetes('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: space } } });
  const service = (name: string, port: number) =>
    askKubernetes('POST', `/api/v1/namespaces/${space}/services`, {
      body: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: space },
        spec: { selector: { app: name }, ports: [{ name: 'http', port }] },
      },
    });
  await Promise.all([service('reviews', 9080), service('shop', 443)]);
  await askKubernetes('POST', `/apis/networking.istio.io/v1/namespaces/${space}/destinationrules`, {
    body: {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: 'known', namespace: space },
      spec: { host: 'reviews', subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })) },
    },
  });
}

/** Takes all of it away again. */
export async function clearSpace(): Promise<void> {
  await askKubernetes('DELETE', `/api/v1/namespaces/${space}`);
}

/** Where objects of a kind live; in the story's namespace unless the kind has none. */
export function pathOf(kind: KindDefinition, name = ''): string {
  const inside = kind.namespaced ? `/namespaces/${space}` : '';
  return `/apis/${kind.group}/${kind.versions[0] ?? 'v1'}${inside}/${kind.plural}${name === '' ? '' : `/${name}`}`;
}

/** The example of a kind, under a name of its own in the story's namespace. */
export function exampleOf(kind: KindDefinition, name: string): KubernetesObject {
  const object = parse(kind.example) as KubernetesObject;
  return { ...object, metadata: { name, ...(kind.namespaced ? { namespace: space } : {}) } };
}

/** The example as YAML, as somebody has it in a file. */
function exampleText(kind: KindDefinition, name: string): string {
  const named = kind.example.replace(/^( {2}name: ).*$/m, `$1${name}`);
  return kind.namespaced ? named.replace(/^( {2}namespace: ).*$/m, `$1${space}`) : named;
}

/** Preview, a reason where one is asked for, apply: until the object is stored. Returns its spec. */
async function applyDraft(page: Page, kind: KindDefinition, name: string): Promise<unknown> {
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  const apply = page.getByRole('button', { name: 'Apply', exact: true });
  await expect(apply).toBeVisible();
  const reason = page.getByRole('textbox', { name: /^Reason/ });
  if ((await reason.count()) > 0) await reason.fill('A story builds one of each kind.');
  await apply.click();
  await expect.poll(async () => (await askKubernetes('GET', pathOf(kind, name))).status).toBe(200);
  const { body } = await askKubernetes('GET', pathOf(kind, name));
  return (body as KubernetesObject).spec;
}

/** Opens the page for a new object of a kind, from nothing. */
async function openNew(page: Page, kind: KindDefinition): Promise<void> {
  await page.goto(`${readRun().console}/config/new?ns=${space}&kind=${encodeURIComponent(`${kind.group}/${kind.kind}`)}`);
  await page.getByRole('button', { name: 'Start from scratch' }).click();
  await editorStands(page);
}

/** The editor is there and knows the mesh. */
async function editorStands(page: Page): Promise<void> {
  await expect(page.getByTestId('draft-editor')).toBeVisible();
  await expect(page.getByTestId('draft-findings')).not.toContainText('Checking');
}

/** Builds the example of a kind in its form, from nothing, and applies it. Returns the stored spec. */
export async function buildInForm(page: Page, kind: KindDefinition, name: string): Promise<unknown> {
  await openNew(page, kind);
  await new FormFiller(page).fill(kind, { name }, exampleOf(kind, name).spec);
  return applyDraft(page, kind, name);
}

/** Pastes the example of a kind as YAML and applies it. Returns the stored spec. */
export async function pasteYaml(page: Page, kind: KindDefinition, name: string): Promise<unknown> {
  await page.goto(`${readRun().console}/config/new?ns=${space}`);
  await page.getByLabel(/^From pasted YAML/).fill(exampleText(kind, name));
  await page.getByRole('button', { name: 'Use the pasted YAML' }).click();
  await editorStands(page);
  return applyDraft(page, kind, name);
}
