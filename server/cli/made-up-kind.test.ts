import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { meshKinds, readReferences } from '@/lib/kinds';
import type { KubernetesObject } from '@/lib/kinds';
import { contextKinds, readManifests, validateObjects } from '@/lib/validate';
import { createKubeClient, kubeStatusOf, loadKubeConfig, resourceOf } from '@/server/kube';
import type { AnyKubeObject, KubeClient } from '@/server/kube';
import { startApiServer } from '@/server/mesh/apiserver';
import type { ApiServer } from '@/server/mesh/apiserver';
import { createAdmission } from './create-admission';

// The one line of the registry that a new kind needs. Everything else below comes from the kind's own folder.
vi.mock('@/lib/kinds/mesh-kinds', async (original) => {
  const registry = await original<{ meshKinds: unknown[] }>();
  const { loomPolicyKind } = await import('@/lib/kinds/testdata/loom-policy');
  return { ...registry, meshKinds: [...registry.meshKinds, loomPolicyKind] };
});

const found = meshKinds.find((one) => one.kind === 'LoomPolicy');
if (found === undefined) throw new Error('The kind is not registered.');
const kind = found;
const resource = resourceOf(kind);
const example = (): AnyKubeObject & KubernetesObject =>
  readManifests(kind.example).manifests[0]?.object as AnyKubeObject & KubernetesObject;
const withSpec = (spec: object) => ({ ...example(), spec: { ...(example().spec as object), ...spec } });

describe('a made-up kind is served', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'heddle-kind-'));
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
  const ask = async (path: string, accept = 'application/json') =>
    JSON.parse((await client.raw(path, { headers: { accept } })).body.toString('utf8')) as Record<string, unknown>;

  it('in discovery, as a CustomResourceDefinition and in OpenAPI, with what its fields mean', async () => {
    expect(await ask('/apis/weave.example.com/v1')).toMatchObject({
      resources: expect.arrayContaining([
        expect.objectContaining({ name: 'loompolicies', kind: 'LoomPolicy', shortNames: ['loom'] }),
      ]) as object,
    });
    expect(await ask('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/loompolicies.weave.example.com')).toMatchObject({
      spec: { names: { kind: 'LoomPolicy' } },
    });
    const openApi = JSON.stringify(await ask('/openapi/v3/apis/weave.example.com/v1'));
    expect(openApi).toContain('How many threads the loom has.');
    expect(openApi).toContain('"SLACK"');
  });

  it('stored, listed, printed, and refused by its schema and rules', async () => {
    const refused = async (object: AnyKubeObject) =>
      kubeStatusOf(await client.create(resource, object).catch((error: unknown) => error))?.message;
    expect(await refused(withSpec({ tension: 'LOOSE' }))).toContain('spec.tension');
    expect(await refused(withSpec({ threads: 0 }))).toContain('a loom needs a thread');
    const { metadata } = await client.create(resource, example());
    expect((await client.get(resource, metadata)).metadata.uid).toBe(metadata.uid);
    const table = await ask('/apis/weave.example.com/v1/loompolicies', 'application/json;as=Table;g=meta.k8s.io;v=v1');
    expect(table).toMatchObject({
      columnDefinitions: expect.arrayContaining([expect.objectContaining({ name: 'Host' })]) as object,
      rows: [{ cells: expect.arrayContaining(['reviews']) as object }],
    });
    const changed = await client.apply(resource, withSpec({ threads: 5 }), { force: true });
    expect(changed).toMatchObject({ spec: { threads: 5 } });
    await client.delete(resource, metadata);
    expect((await client.listAll(resource)).items).toEqual([]);
  });
});

describe('a made-up kind is judged', () => {
  it('by its schema and rules, with the field that was meant', () => {
    const judge = (spec: object) => validateObjects([withSpec(spec)]).map(({ path, message }) => `${path}: ${message}`);
    expect(judge({})).toEqual([]);
    expect(judge({ threads: 0 })).toEqual(['spec.threads: a loom needs a thread']);
    expect(judge({ tension: 'LOOSE' })[0]).toContain('spec.tension');
    expect(judge({ tensoin: 'TIGHT' })[0]).toContain('tension');
    expect(contextKinds.some((one) => one.kind === kind)).toBe(true);
  });

  it('names what it refers to, and says what it does', () => {
    expect(readReferences(example(), kind.references)).toEqual([
      { path: 'spec.host', to: 'host', host: 'reviews', namespace: 'default' },
      { path: 'spec.shuttles[0].destination', to: 'host', host: 'ratings', namespace: 'default', subset: 'v2' },
    ]);
    expect(kind.describe?.(example()).map(({ text }) => text)).toEqual(['reviews is woven with 3 threads.']);
  });
});
