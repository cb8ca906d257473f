import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesResource } from '@/lib/model';
import { validateObjects } from '@/lib/validate';
import { createKubeClient, loadKubeConfig } from '@/server/kube';
import type { AnyKubeObject, KubeClient } from '@/server/kube';
import { startApiServer } from '@/server/mesh/apiserver';
import type { ApiServer } from '@/server/mesh/apiserver';
import { createAdmission } from './create-admission';

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
