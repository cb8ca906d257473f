import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createKubeClient, loadKubeConfig, resources } from '@/server/kube';
import type { AnyKubeObject } from '@/server/kube';
import { startApiServer } from '@/server/mesh/apiserver';
import type { ApiServer } from '@/server/mesh/apiserver';
import { createAdmission } from './create-admission';
import { diffCommand } from './diff-command';

const folder = mkdtempSync(join(tmpdir(), 'heddle-diff-'));
let server: ApiServer;

beforeAll(async () => {
  server = await startApiServer({ dataDir: join(folder, 'mesh'), port: 0, validators: [createAdmission()] });
  const client = createKubeClient(await loadKubeConfig({ file: server.kubeconfigPath }));
  const spec = { selector: { app: 'reviews' }, ports: [{ name: 'http', port: 9080 }] };
  const service: AnyKubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'reviews', namespace: 'default' }, spec };
  await client.create(resources.services, service);
  client.close();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  process.exitCode = undefined;
});

async function run(text: string, ...words: string[]): Promise<{ text: string; code: unknown }> {
  const path = join(folder, 'draft.yaml');
  writeFileSync(path, text);
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((one) => {
    written.push(String(one));
    return true;
  });
  const complain = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    await diffCommand().parseAsync(['-f', path, ...words], { from: 'user' });
  } finally {
    write.mockRestore();
    complain.mockRestore();
  }
  return { text: written.join(''), code: process.exitCode };
}

const route = (fault: string) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http: [{${fault} route: [{destination: {host: reviews}}]}]
`;

describe('heddle diff', () => {
  it('has the JSON of the contract and ends with 0 when nothing would fail', async () => {
    const { text, code } = await run(route(''), '--kubeconfig', server.kubeconfigPath, '-o', 'json');
    // Without metrics there are no requests to compare, and that is said.
    expect(JSON.parse(text)).toMatchObject({
      changes: [],
      findings: [],
      coverage: { requests: 0, share: null },
      breaks: 0,
      notices: expect.arrayContaining([expect.objectContaining({ source: 'prometheus' })]) as unknown,
    });
    expect(code).toBe(0);
  });

  it('ends with 1 when the server would refuse it', async () => {
    const { text, code } = await run(route('fault: {abort: {httpStatus: 99}},'), '--kubeconfig', server.kubeconfigPath);
    expect(text).toContain('HTTP status 99 is not in range');
    expect(code).toBe(1);
  });

  it('ends with 2 when it cannot be found out', async () => {
    expect((await run(route(''), '--kubeconfig', join(folder, 'nowhere'))).code).toBe(2);
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: reviews}\nspec: {ports: [{port: 80}]}\n';
    expect((await run(service, '--kubeconfig', server.kubeconfigPath)).code).toBe(2);
  });
});
