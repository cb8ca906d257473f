import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadKubeConfig } from './load-kube-config';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const config = (user: Record<string, unknown>, cluster: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'main',
  clusters: [{ name: 'c', cluster: { server: 'https://k8s.example:6443/prefix/', ...cluster } }],
  users: [
    { name: 'u', user },
    { name: 'other', user: { token: 'second' } },
  ],
  contexts: [
    { name: 'main', context: { cluster: 'c', user: 'u', namespace: 'apps' } },
    { name: 'second', context: { cluster: 'c', user: 'other' } },
    { name: 'lost', context: { cluster: 'nowhere', user: 'u' } },
  ],
});
const load = (content: unknown, context?: string) => loadKubeConfig({ text: stringify(content), context });

describe('loadKubeConfig', () => {
  it('reads certificates from the file or beside it', async () => {
    await writeFile(join(folder, 'ca.pem'), 'CA');
    const file = join(folder, 'config');
    await writeFile(
      file,
      stringify(
        config({ 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') }, { 'certificate-authority': 'ca.pem' }),
      ),
    );
    const connection = await loadKubeConfig({ file });
    expect(connection).toMatchObject({
      context: 'main',
      server: 'https://k8s.example:6443/prefix',
      namespace: 'apps',
      skipTlsVerify: false,
    });
    expect([connection.ca, connection.cert, connection.key].map(String)).toEqual(['CA', 'CERT', 'KEY']);
    expect((await loadKubeConfig({ env: { KUBECONFIG: `${join(folder, 'missing')}:${file}` } })).context).toBe('main');
  });

  it('knows tokens, token files and passwords', async () => {
    expect(await (await load(config({ token: 'secret' }))).authorization?.()).toBe('Bearer secret');
    expect(await (await load(config({ username: 'a', password: 'b' }))).authorization?.()).toBe(`Basic ${base64('a:b')}`);
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'first\n');
    const { authorization } = await load(config({ tokenFile }));
    expect(await authorization?.()).toBe('Bearer first');
    await writeFile(tokenFile, 'renewed\n');
    expect(await authorization?.()).toBe('Bearer renewed');
  });

  it('takes another context when told to', async () => {
    const connection = await load(config({}), 'second');
    expect([connection.namespace, await connection.authorization?.()]).toEqual(['default', 'Bearer second']);
  });

  it('runs credential plugins', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: [
        '-e',
        'console.log(JSON.stringify({apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: {token: "from-plugin"}}))',
      ],
      interactiveMode: 'Never',
    };
    const { authorization } = await load(config({ exec }));
    expect(await authorization?.()).toBe('Bearer from-plugin');
  });

  it.each([
    [() => load(config({}), 'unheard-of'), 'there is no context "unheard-of"'],
    [() => load(config({}), 'lost'), 'there is no cluster "nowhere"'],
    [() => load({ kind: 'Config' }), 'there is no current-context'],
    [() => load({ clusters: 'x' }), 'clusters'],
    [() => loadKubeConfig({ text: '{: :' }), 'is not YAML'],
    [() => loadKubeConfig({ file: '/does/not/exist' }), '/does/not/exist cannot be read'],
  ])('says what is wrong (%#)', async (attempt, message) => {
    await expect(attempt()).rejects.toMatchObject({ code: 'invalid_config', message: expect.stringContaining(message) as string });
  });
});
