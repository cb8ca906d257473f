import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isHeddleError } from '@/lib/errors';
import type { Secret } from '@/lib/model';
import { resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';
import { createRoot, readAuthority } from './sign-certificates';
import type { Authority } from './sign-certificates';

const rootCertFile = 'root-cert.pem';
const rootKeyFile = 'root-key.pem';
const pluggedIn = { name: 'cacerts', namespace: 'istio-system' };

/** The file with the root that sidecars are to trust, whoever signs. */
export function trustedRootPath(pkiDir: string): string {
  return join(pkiDir, 'trusted-root.pem');
}

export interface LoadAuthorityOptions {
  /** Holds the root's files; made when absent. */
  pkiDir: string;
  trustDomain: string;
  now: Date;
  /** Asked for the Secret `istio-system/cacerts`, an authority of the user's own. */
  client?: KubeClient | undefined;
}

/**
 * The authority that signs: the one plugged in as the Secret `cacerts` (Istio's layout: ca-cert, ca-key, cert-chain, root-cert), else the root
 * of the data directory, made on first use and kept.
 */
export async function loadAuthority(options: LoadAuthorityOptions): Promise<Authority> {
  mkdirSync(options.pkiDir, { recursive: true, mode: 0o700 });
  const own = options.client === undefined ? undefined : await readPluggedIn(options.client);
  const authority = own ?? (await readOrCreateRoot(options));
  writeWhole(trustedRootPath(options.pkiDir), authority.rootPem, 0o644);
  return authority;
}

async function readOrCreateRoot({ pkiDir, trustDomain, now }: LoadAuthorityOptions): Promise<Authority> {
  const known = readPair(pkiDir);
  if (known !== undefined) return readAuthority({ ...known, chainPem: '', rootPem: known.certPem });
  const made = await createRoot(trustDomain, now);
  // The certificate comes last: only with it does the pair count.
  writeWhole(join(pkiDir, rootKeyFile), made.keyPem, 0o600);
  writeWhole(join(pkiDir, rootCertFile), made.certPem, 0o644);
  return readAuthority({ ...made, chainPem: '', rootPem: made.certPem });
}

function readPair(pkiDir: string): { certPem: string; keyPem: string } | undefined {
  const certPem = readIfThere(join(pkiDir, rootCertFile));
  const keyPem = readIfThere(join(pkiDir, rootKeyFile));
  return certPem === undefined || keyPem === undefined ? undefined : { certPem, keyPem };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function writeWhole(path: string, text: string, mode: number): void {
  const draft = `${path}.new`;
  writeFileSync(draft, text, { mode, flush: true });
  renameSync(draft, path);
}

async function readPluggedIn(client: KubeClient): Promise<Authority | undefined> {
  let secret: Secret;
  try {
    secret = (await client.get(resources.secrets, pluggedIn)) as unknown as Secret;
  } catch (error) {
    if (isHeddleError(error) && error.code === 'not_found') return undefined;
    throw error;
  }
  const text = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  return readAuthority({
    certPem: text('ca-cert.pem'),
    keyPem: text('ca-key.pem'),
    chainPem: text('cert-chain.pem'),
    rootPem: text('root-cert.pem'),
  });
}
