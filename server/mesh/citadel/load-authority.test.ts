import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HeddleError } from '@/lib/errors';
import type { KubeClient } from '@/server/kube';
import { loadAuthority, trustedRootPath } from './load-authority';
import { createRoot } from './sign-certificates';

const now = new Date('2026-01-01T00:00:00Z');
const folders: string[] = [];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-pki-'));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function clientWith(data: Record<string, string> | undefined): KubeClient {
  const get = async () => {
    if (data === undefined) throw new HeddleError('not_found', 'no such Secret');
    return { data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])) };
  };
  return { get } as unknown as KubeClient;
}

describe('loadAuthority', () => {
  it('makes a root once and keeps it, its key readable by the owner alone', async () => {
    const pkiDir = makeFolder();
    const first = await loadAuthority({ pkiDir, trustDomain: 'cluster.local', now, client: clientWith(undefined) });
    const second = await loadAuthority({ pkiDir, trustDomain: 'cluster.local', now, client: clientWith(undefined) });
    expect(second.rootPem).toBe(first.rootPem);
    expect(statSync(join(pkiDir, 'root-key.pem')).mode & 0o777).toBe(0o600);
    expect(readFileSync(trustedRootPath(pkiDir), 'utf8')).toBe(first.rootPem);
  });

  it('prefers the authority plugged in as the Secret cacerts', async () => {
    const pair = await createRoot('example.org', now);
    const client = clientWith({
      'ca-cert.pem': pair.certPem,
      'ca-key.pem': pair.keyPem,
      'cert-chain.pem': pair.certPem,
      'root-cert.pem': pair.certPem,
    });
    const pkiDir = makeFolder();
    const authority = await loadAuthority({ pkiDir, trustDomain: 'cluster.local', now, client });
    expect(authority.certificate.subject).toBe('O=example.org');
    expect(readFileSync(trustedRootPath(pkiDir), 'utf8')).toBe(pair.certPem);
  });

  it('says so when what is plugged in cannot be used', async () => {
    const broken = loadAuthority({ pkiDir: makeFolder(), trustDomain: 'cluster.local', now, client: clientWith({ 'ca-cert.pem': 'x' }) });
    await expect(broken).rejects.toMatchObject({ code: 'invalid_config' });
  });
});
