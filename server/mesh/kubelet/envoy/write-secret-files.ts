import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadCertificate } from './request-certificate';

const secretType = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';

/** One SDS answer as a file. Envoy looks again when a file is moved into the watched folder, so it is written aside and renamed. */
function writeSecret(folder: string, name: string, secret: Record<string, unknown>): void {
  const path = join(folder, `${name}.json`);
  const content = JSON.stringify({ resources: [{ '@type': secretType, name, ...secret }] });
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Writes the secrets `default` and `ROOTCA` for a path-based SDS of a stock Envoy. */
export function writeSecretFiles(folder: string, certificate: WorkloadCertificate): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeSecret(folder, 'ROOTCA', { validation_context: { trusted_ca: { inline_string: certificate.rootPem } } });
  writeSecret(folder, 'default', {
    tls_certificate: {
      certificate_chain: { inline_string: certificate.chainPem },
      private_key: { inline_string: certificate.keyPem },
    },
  });
}
