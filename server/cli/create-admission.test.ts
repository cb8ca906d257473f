import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meshKinds } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';
import type { KubernetesResource } from '@/lib/model';
import { DraftValidation, findingDefinitions, readManifests, validateObjects } from '@/lib/validate';
import { createKubeClient, kubeStatusOf, loadKubeConfig } from '@/server/kube';
import type { AnyKubeObject, KubeClient } from '@/server/kube';
import { startApiServer } from '@/server/mesh/apiserver';
import type { ApiServer } from '@/server/mesh/apiserver';
import { createAdmission } from './create-admission';
import { readCluster } from './validate-files';

const dataDir = mkdtempSync(join(tmpdir(), 'heddle-admission-'));
let server: ApiServer;
let client: KubeClient;

beforeAll(async () => {
  server = await startApiServer({ dataDir, port: 0, validators: [createAdmission()] });
  client = createKubeClient(await loadKubeConfig({ file: server.kubeconfigPath }));
});
afterAll(async () => {
  client.close();
  await server.stop();
  rmSync(dataDir, { recursive: true });
});

const resource = { group: 'networking.istio.io', version: 'v1', plural: 'virtualservices' };

function route(name: string, http: object): AnyKubeObject & KubernetesResource {
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata, spec: { hosts: ['reviews'], http: [http] } };
}

/** What the API server says to an object that is applied: why it refuses, or the warnings it stores it with. */
async function applied(kind: KindDefinition, object: KubernetesResource): Promise<{ refusal: string | undefined; warnings: string[] }> {
  const warnings: string[] = [];
  const { group, plural } = kind;
  const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
  const options = { force: true, dryRun: true, fieldValidation: 'Strict', onWarning: (text: string) => warnings.push(text) } as const;
  try {
    await client.apply({ group, version, plural }, object, options);
    return { refusal: undefined, warnings: warnings.toSorted() };
  } catch (error) {
    return { refusal: kubeStatusOf(error)?.message ?? String(error), warnings: [] };
  }
}

const examples = findingDefinitions.flatMap(({ code, example }) =>
  readManifests(example).manifests.flatMap(({ object }, index) => {
    const kind = meshKinds.find((one) => one.kind === object.kind && object.apiVersion.startsWith(`${one.group}/`));
    if (kind === undefined) return [];
    // Examples may live anywhere; the server has the usual namespaces. What a status says comes after the object.
    const metadata = { ...object.metadata, ...(kind.namespaced ? { namespace: 'default' } : {}) };
    const written: KubernetesResource = { ...object, metadata, status: undefined } as KubernetesResource;
    return [[`${code} (${object.kind} ${index + 1})`, kind, JSON.parse(JSON.stringify(written)) as KubernetesResource] as const];
  }),
);

describe('admission says what the editor says', () => {
  let editor: DraftValidation;
  beforeAll(async () => {
    editor = new DraftValidation(await readCluster(server.kubeconfigPath));
  });

  it.each(examples)('of the example of %s', async (_title, kind, object) => {
    const findings = editor.judge([object]).filter((one) => one.kind === object.kind && one.name === object.metadata.name);
    const { refusal, warnings } = await applied(kind, object);
    const refusing = findings.filter((one) => one.code === 'HED0004' || one.code === 'HED0106');
    if (refusing.length > 0) {
      for (const { message } of refusing) expect(refusal).toContain(message);
      return;
    }
    expect(refusal).toBeUndefined();
    const heard = findings.filter((one) => one.severity !== 'info');
    expect(warnings).toEqual(heard.map(({ code, path, message }) => `${code}${path === '' ? '' : ` ${path}`}: ${message}`).toSorted());
  });
});

describe('admission of the bundled mesh', () => {
  it("refuses what Istio's webhook refuses, with the sentence that the editor shows", async () => {
    const bad = route('bad', {
      fault: { delay: { fixedDelay: '1s', percentage: { value: 101 } } },
      route: [{ destination: { host: 'reviews' } }],
    });
    const [finding] = validateObjects([bad]);
    expect(finding).toMatchObject({ code: 'HED0106', path: 'spec.http[0].fault.delay.percentage.value' });
    await expect(client.apply(resource, bad, { force: true })).rejects.toMatchObject({
      code: 'invalid_object',
      message: expect.stringContaining(finding?.message ?? '?') as unknown,
    });
  });

  it('stores what is only wrong beside other objects, with a warning', async () => {
    const warnings: string[] = [];
    const stored = await client.apply(resource, route('good', { route: [{ destination: { host: 'nowhere' } }] }), {
      force: true,
      onWarning: (text) => warnings.push(text),
    });
    expect(stored.metadata.resourceVersion).toBeDefined();
    expect(warnings).toEqual(['HED0101 spec.http[0].route[0].destination.host: There is no service "nowhere" in namespace default']);
  });
});
