import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createCertificateRequest } from './certificate-request';

const openssl = spawnSync('openssl', ['version']).status === 0;

it.skipIf(!openssl)('makes a request that openssl verifies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-csr-'));
  const path = join(folder, 'request.pem');
  writeFileSync(path, createCertificateRequest().requestPem);
  const run = spawnSync('openssl', ['req', '-in', path, '-verify', '-noout', '-text'], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(run.status).toBe(0);
  expect(`${run.stdout}${run.stderr}`).toMatch(/verify OK/);
  expect(run.stdout).toMatch(/prime256v1/);
});

it('hands out a P-256 key', () => {
  expect(createPrivateKey(createCertificateRequest().keyPem).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
});
