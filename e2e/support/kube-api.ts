import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { parse } from 'yaml';
import { readRun } from './run-file';

interface KubeConfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

/** Asks the Kubernetes API as somebody who is not the console; `manager` is the field manager of a write. */
export async function askKubernetes(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  { body, manager = 'kubectl-edit' }: { body?: unknown; manager?: string } = {},
): Promise<{ status: number; body: unknown }> {
  const config = parse(readFileSync(readRun().kubeconfig, 'utf8')) as KubeConfig;
  const [cluster] = config.clusters;
  const [user] = config.users;
  if (cluster === undefined || user === undefined) throw new Error('The kubeconfig names no cluster.');
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const url = new URL(`${path}${path.includes('?') ? '&' : '?'}fieldManager=${manager}`, cluster.cluster.server);
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        method,
        ca: bytes(cluster.cluster['certificate-authority-data']),
        cert: bytes(user.user['client-certificate-data']),
        key: bytes(user.user['client-key-data']),
        headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null') as unknown });
        });
      },
    );
    asking.on('error', reject);
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
