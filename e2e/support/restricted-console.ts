import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { askKubernetes } from './kube-api';
import { readRun } from './run-file';

const root = path.resolve(import.meta.dirname, '../..');
const user = { name: 'onlooker', namespace: 'default' };
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const startWithinMs = 60_000;

interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

export interface RestrictedConsole {
  url: string;
  /** The user as the API server calls it. */
  user: string;
  stop(): Promise<void>;
}

/** A second console of the same mesh, for a user who may read everything and write what `rules` say. */
export async function startRestrictedConsole(rules: readonly PolicyRule[] = []): Promise<RestrictedConsole> {
  const body = (apiVersion: string, kind: string, rest: object) => ({ body: { apiVersion, kind, metadata: user, ...rest } });
  await askKubernetes('POST', `/api/v1/namespaces/${user.namespace}/serviceaccounts`, body('v1', 'ServiceAccount', {}));
  const everything: PolicyRule = { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] };
  const subject = { kind: 'ServiceAccount', ...user };
  const group = 'rbac.authorization.k8s.io';
  await askKubernetes('POST', `${rbac}/clusterroles`, body(`${group}/v1`, 'ClusterRole', { rules: [everything, ...rules] }));
  await askKubernetes(
    'POST',
    `${rbac}/clusterrolebindings`,
    body(`${group}/v1`, 'ClusterRoleBinding', { subjects: [subject], roleRef: { apiGroup: group, kind: 'ClusterRole', name: user.name } }),
  );
  const token = await askKubernetes('POST', `/api/v1/namespaces/${user.namespace}/serviceaccounts/${user.name}/token`, {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'heddle-restricted-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  const whole = parse(readFileSync(readRun().kubeconfig, 'utf8')) as { users: { user: object }[] };
  for (const one of whole.users) one.user = { token: (token.body as { status: { token: string } }).status.token };
  writeFileSync(kubeconfig, JSON.stringify(whole));
  const { prometheus, jaeger } = readRun();
  const args = ['console', '--kubeconfig', kubeconfig, '--prometheus', prometheus, '--traces', jaeger, '--port', '0', '--data-dir', folder];
  const child = spawn(process.execPath, [path.join(root, 'dist/heddle.mjs'), ...args], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  const url = await listening(child);
  return {
    url,
    user: `system:serviceaccount:${user.namespace}:${user.name}`,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
      await askKubernetes('DELETE', `${rbac}/clusterrolebindings/${user.name}`);
      await askKubernetes('DELETE', `${rbac}/clusterroles/${user.name}`);
      await askKubernetes('DELETE', `/api/v1/namespaces/${user.namespace}/serviceaccounts/${user.name}`);
    },
  };
}

/** Where a console listens, as it says itself, once it answers. */
async function listening(child: ChildProcess): Promise<string> {
  const deadline = Date.now() + startWithinMs;
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  for (;;) {
    const [, url] = /"console":"([^"]+)"/.exec(output) ?? [];
    if (url !== undefined) {
      const answered = await fetch(`${url}/api/v1/kinds`).catch(() => undefined);
      if (answered?.ok === true) return url;
    }
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The second console did not come up:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
