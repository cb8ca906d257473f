import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { KubernetesResource } from '@/lib/model';
import { DraftValidation } from '@/lib/validate';
import type { Finding } from '@/lib/validate';
import { createKubeClient, loadKubeConfig } from '@/server/kube';
import { startApiServer } from '@/server/mesh/apiserver';
import type { ApiServer } from '@/server/mesh/apiserver';
import { createAdmission } from './create-admission';
import { readCluster, validateFiles } from './validate-files';

const required = process.env['HEDDLE_PEERS'] === 'required';
const kubectlPresent = spawnSync('kubectl', ['version', '--client']).status === 0;

const refused = 'HED0106';
interface Said {
  code: number;
  text: string;
  /** The texts of warnings. */
  warnings: string[];
}

describe.skipIf(!kubectlPresent && !required)('kubectl apply, the editor and heddle validate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-apply-'));
  const file = join(folder, 'object.yaml');
  let server: ApiServer;
  let mesh: KubernetesResource[];

  function kubectl(...words: string[]): Promise<Said> {
    return new Promise((done, failed) => {
      const child = spawn('kubectl', words, { env: { ...process.env, KUBECONFIG: server.kubeconfigPath, HOME: folder } });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.on('error', failed);
      child.on('close', (code) => {
        const warnings = text.split('\n').flatMap((line) => (line.startsWith('Warning: ') ? [line.slice('Warning: '.length)] : []));
        done({ code: code ?? -1, text, warnings: warnings.toSorted() });
      });
    });
  }

  /** What the editor shows for an object, and `heddle validate` for the same text: one and the same. */
  async function judge(object: KubernetesResource): Promise<readonly Finding[]> {
    writeFileSync(file, stringify(object));
    const said = new DraftValidation(mesh).judge([object]).filter((one) => one.kind === object.kind && one.name === object.metadata.name);
    const { findings } = await validateFiles({
      filename: [file],
      recursive: false,
      output: 'json',
      fix: false,
      kubeconfig: server.kubeconfigPath,
    });
    const sentences = (found: readonly Finding[]) => found.map(({ code, path, message }) => `${code} ${path}: ${message}`).toSorted();
    expect(sentences(findings)).toEqual(sentences(said));
    return said;
  }

  beforeAll(async () => {
    server = await startApiServer({ dataDir: folder, port: 0, validators: [createAdmission()] });
    const client = createKubeClient(await loadKubeConfig({ file: server.kubeconfigPath }));
    for (const name of ['reviews', 'ratings']) {
      const spec = { selector: { app: name }, ports: [{ name: 'http', port: 9080 }] };
      const service = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec };
      await client.create({ group: '', version: 'v1', plural: 'services' }, service);
    }
    client.close();
    mesh = await readCluster(server.kubeconfigPath);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const route = (name: string, http: object): KubernetesResource =>
    ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name, namespace: 'default' },
      spec: { hosts: ['reviews'], http: [http] },
    }) as KubernetesResource;

  it('refuse what breaks a rule of the webhook, and nothing is stored', async () => {
    const [finding] = await judge(route('bad', { fault: { abort: { httpStatus: 99 } }, route: [{ destination: { host: 'reviews' } }] }));
    const { code, text } = await kubectl('apply', '-f', file);
    expect(finding?.code).toBe(refused);
    expect(code).toBe(1);
    expect(text).toContain(`The VirtualService "bad" is invalid: ${finding?.path}: ${finding?.message}`);
    expect((await kubectl('get', 'vs', 'bad')).text).toContain('NotFound');
  });

  it('refuse a field that nobody knows, and name the one that was meant', async () => {
    const [finding] = await judge(route('typo', { timout: '2s', route: [{ destination: { host: 'reviews' } }] }));
    const { code, text } = await kubectl('apply', '-f', file);
    expect([code, finding?.message]).toEqual([1, 'unknown field "spec.http[0].timout"; did you mean "timeout"?']);
    expect(text).toContain(finding?.message);
  });

  it('store what is wrong beside other objects only, with the same sentences as warnings', async () => {
    const [finding, ...others] = await judge(route('alone', { route: [{ destination: { host: 'revievs', subset: 'v1' } }] }));
    expect([finding?.code, finding?.severity, others]).toEqual(['HED0101', 'error', []]);
    const { code, text, warnings } = await kubectl('apply', '-f', file);
    expect([code, warnings]).toEqual([0, [`HED0101 ${finding?.path}: ${finding?.message}`]]);
    expect(text).toContain('virtualservice.networking.istio.io/alone created');
    expect((await kubectl('get', 'vs', 'alone', '-o', 'name')).code).toBe(0);
  });
});
