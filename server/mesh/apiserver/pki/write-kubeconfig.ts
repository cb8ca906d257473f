import { stringify } from 'yaml';
import type { Pki } from './create-pki';
import { writePrivate } from './create-pki';

/** Writes a kubeconfig with the administrator's certificate. */
export async function writeKubeconfig(path: string, server: string, pki: Pki): Promise<void> {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const name = 'heddle';
  await writePrivate(
    path,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [{ name, cluster: { server, 'certificate-authority-data': encode(pki.ca) } }],
      users: [
        { name: 'heddle-admin', user: { 'client-certificate-data': encode(pki.adminCert), 'client-key-data': encode(pki.adminKey) } },
      ],
      contexts: [{ name, context: { cluster: name, user: 'heddle-admin', namespace: 'default' } }],
    }),
  );
}
