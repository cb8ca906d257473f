import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { UpstreamTlsContext } from '@/lib/xds';
import { createAuthority } from '../testdata/certificates';
import { StaticSource } from '../testdata/harness';
import { SecretStore } from './secret-store';
import { UpstreamTls } from './upstream-tls';

const folder = mkdtempSync(join(tmpdir(), 'heddle-tls-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const authority = createAuthority();
const client = authority.issue({ dns: 'client.example.com' });
const ca = file('ca.pem', authority.rootPem);
const certificate = file('client.pem', client.certPem);
const key = file('client.key', client.keyPem);

function dial(context: { ca?: string; certificate?: string; key?: string }) {
  const config: UpstreamTlsContext = {
    common_tls_context: {
      ...(context.certificate === undefined || context.key === undefined
        ? {}
        : { tls_certificates: [{ certificate_chain: { filename: context.certificate }, private_key: { filename: context.key } }] }),
      ...(context.ca === undefined ? {} : { validation_context: { trusted_ca: { filename: context.ca } } }),
    },
  };
  return new UpstreamTls(config, new SecretStore(new StaticSource(), null)).dial('http1', 'a.example.com', 'server');
}

describe('TLS origination from files', () => {
  it('reads the pair and checks the server against the authority', () => {
    expect(dial({ ca, certificate, key })?.checkChain).toBe(true);
  });

  it('does not go on without an authority that is named', () => {
    expect(dial({ ca: join(folder, 'missing.pem') })).toBeUndefined();
  });

  it('does not go on without a pair that is named', () => {
    expect(dial({ ca, certificate: join(folder, 'missing.pem'), key })).toBeUndefined();
  });

  it('survives a file that is no certificate', () => {
    expect(dial({ ca, certificate: file('nonsense.pem', 'nonsense'), key })).toBeUndefined();
  });

  it('takes a file that comes later', () => {
    const late = join(folder, 'late.pem');
    const tls = new UpstreamTls(
      { common_tls_context: { validation_context: { trusted_ca: { filename: late } } } },
      new SecretStore(new StaticSource(), null),
    );
    expect(tls.dial('http1', '', 'server')).toBeUndefined();
    writeFileSync(late, authority.rootPem);
    expect(tls.dial('http1', '', 'server')?.checkChain).toBe(true);
  });
});
