/**
 * How long a keystroke takes in the editor of drafts with 10,000 objects in the mesh, in a browser: from the key to the next picture, in the
 * YAML and in a field of the form, and until findings about it are there. Needs a built console: `npm run build`, then
 * `npm run bench:editor`. With HEDDLE_BENCH_CONSOLE=URL it measures a console that runs already. Goal: no keystroke over 100 ms.
 */
import type { Page } from '@playwright/test';
import type { AnyObject, MeshObjectsResponse, ObjectResponse } from '@/lib/contract';
import { startConsole } from './start-console';
import { forgetKeys, openWatched, readKeys } from './watch-keys';
import type { KeyTimes } from './watch-keys';

const services = 1000;
const podsPerService = 6;
const servicesPerNamespace = 25;
const rules = 12;
const keystrokes = 60;
const goalMs = 100;

function object(apiVersion: string, kind: string, namespace: string, name: string, rest: object): AnyObject {
  return { apiVersion, kind, metadata: { name, namespace, resourceVersion: '1' }, ...rest };
}

function routeOf(name: string, namespace: string, count: number): AnyObject {
  const to = (subset: string, weight: number) => ({ destination: { host: name, subset }, weight });
  const http = Array.from({ length: count }, (_, index) => ({
    name: `rule-${index}`,
    match: [{ uri: { prefix: `/api/v${index}` }, headers: { 'end-user': { exact: `user-${index}` } } }],
    timeout: '5s',
    retries: { attempts: 2, perTryTimeout: '1s' },
    route: [to('v1', 90), to('v2', 10)],
  }));
  return object('networking.istio.io/v1', 'VirtualService', namespace, name, {
    spec: { hosts: [name], http: [...http, { route: [to('v1', 100)] }] },
  });
}

function makeMesh(): AnyObject[] {
  const objects: AnyObject[] = [];
  for (let index = 0; index < services; index += 1) {
    const namespace = `team-${Math.floor(index / servicesPerNamespace)}`;
    const name = `svc-${index}`;
    if (index % servicesPerNamespace === 0)
      objects.push({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, resourceVersion: '1' } });
    objects.push(
      object('v1', 'Service', namespace, name, { spec: { selector: { app: name }, ports: [{ name: 'http', port: 8080 }] } }),
      routeOf(name, namespace, 2),
      object('networking.istio.io/v1', 'DestinationRule', namespace, name, {
        spec: { host: name, subsets: ['v1', 'v2'].map((version) => ({ name: version, labels: { version } })) },
      }),
      object('security.istio.io/v1', 'AuthorizationPolicy', namespace, name, {
        spec: { selector: { matchLabels: { app: name } }, rules: [{ from: [{ source: { namespaces: [namespace] } }] }] },
      }),
    );
    for (let pod = 0; pod < podsPerService; pod += 1) {
      const made = object('v1', 'Pod', namespace, `${name}-${pod}`, {
        spec: { containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }] },
        status: { phase: 'Running' },
      });
      objects.push({ ...made, metadata: { ...made.metadata, labels: { app: name, version: pod % 2 === 0 ? 'v1' : 'v2' } } });
    }
  }
  return objects;
}

async function typeKeys(page: Page, keys: string): Promise<KeyTimes> {
  await forgetKeys(page);
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(40);
  }
  await page.waitForTimeout(300);
  return readKeys(page);
}

const { url, stop } = await startConsole();
const { browser, page } = await openWatched();
try {
  const edited = routeOf('svc-0', 'team-0', rules);
  const mesh: MeshObjectsResponse = { objects: makeMesh(), complete: true, notices: [] };
  const body = JSON.stringify(mesh);
  const shown: Partial<ObjectResponse> = { object: edited, yaml: '', managers: [], withheld: [] };
  await page.route('**/api/v1/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname.endsWith('/mesh-objects')) await route.fulfill({ contentType: 'application/json', body });
    else if (pathname.includes('/objects/')) await route.fulfill({ contentType: 'application/json', body: JSON.stringify(shown) });
    else await route.continue();
  });
  // Workers ask by themselves: their requests pass the context.
  await page.context().route('**/api/v1/mesh-objects', (route) => route.fulfill({ contentType: 'application/json', body }));
  await page.goto(`${url}/config/networking.istio.io/VirtualService/team-0/svc-0/edit`, { timeout: 120_000 });
  const findings = page.getByTestId('draft-findings');
  await findings.filter({ hasText: /10,0\d\d objects/ }).waitFor({ timeout: 120_000 });
  const text = page.getByTestId('yaml-editor').locator('.cm-content');
  await text.click();
  await page.keyboard.press('Control+End');
  const yaml = await typeKeys(page, '# a comment that is typed key by key into the text '.padEnd(keystrokes, 'x'));
  await page.getByLabel('hosts 1', { exact: true }).click();
  const form = await typeKeys(page, '.abcdefghijklmnopqrstuvwxyz'.repeat(3).slice(0, keystrokes));
  const began = Date.now();
  await page.getByLabel('hosts 1', { exact: true }).fill('');
  await findings.filter({ hasText: /line \d+/ }).waitFor();
  const report = { objects: mesh.objects.length, yamlKeyMs: yaml, formKeyMs: form, findingAfterMs: Date.now() - began };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (yaml.worst > goalMs || form.worst > goalMs) {
    process.stdout.write(`over budget: ${goalMs} ms for a keystroke\n`);
    process.exitCode = 1;
  }
} finally {
  await browser.close();
  stop();
}
