import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@/server/config';
import { createConsole, setConsole } from '../console-state';
import type { Console } from '../console-state';
import { startFakeKubernetes } from './fake-kubernetes';
import type { FakeKubernetes } from './fake-kubernetes';
import { startFakePrometheus } from './fake-prometheus';
import type { FakePrometheus } from './fake-prometheus';

export interface OpenConsole {
  console: Console;
  kubernetes: FakeKubernetes;
  prometheus: FakePrometheus;
  folder: string;
  /** Moves the console's clock. */
  passSeconds(seconds: number): void;
  /** A new console on the same folder and sources, as after a crash. `meanwhile` happens while there is none. */
  reopen(meanwhile?: () => void): Promise<Console>;
  close(): Promise<void>;
}

const workloads = [
  ['productpage', 'v1'],
  ['reviews', 'v1'],
  ['reviews', 'v2'],
  ['ratings', 'v1'],
] as const;

/** Quicker than a console is elsewhere: tests need not wait for it. */
const pace = { settleMs: 100, lookMs: 50 };
/** For a test that sees something left alone: the console has looked several times then. */
export const severalLooksMs = 400;

/** A console in front of fakes that hold a small Bookinfo. */
export async function openConsole(env: Record<string, string> = {}): Promise<OpenConsole> {
  const [kubernetes, prometheus] = await Promise.all([startFakeKubernetes(), startFakePrometheus()]);
  const folder = mkdtempSync(join(tmpdir(), 'heddle-console-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'fake',
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
      clusters: [{ name: 'fake', cluster: { server: kubernetes.url } }],
      users: [{ name: 'fake', user: {} }],
    }),
  );
  addBookinfo(kubernetes);
  const config = loadConfig(
    { HEDDLE_KUBECONFIG: kubeconfig, HEDDLE_PROMETHEUS: prometheus.url, HEDDLE_DATA_DIR: folder, HEDDLE_LOG_LEVEL: 'silent', HEDDLE_REASON_SHARE: '1', ...env },
    folder,
  );
  let aheadMs = 0;
  const start = async () => {
    const console = createConsole(config, () => Date.now() + aheadMs, pace);
    setConsole(console);
    await console.ready();
    return console;
  };
  const opened: OpenConsole = {
    console: await start(),
    kubernetes,
    prometheus,
    folder,
    passSeconds: (seconds) => (aheadMs += seconds * 1000),
    async reopen(meanwhile) {
      opened.console.stop();
      meanwhile?.();
      opened.console = await start();
      return opened.console;
    },
    async close() {
      opened.console.stop();
      setConsole(null);
      await Promise.all([kubernetes.stop(), prometheus.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
  return opened;
}

function addBookinfo(kubernetes: FakeKubernetes): void {
  kubernetes.put('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels: { 'istio-injection': 'enabled' } } });
  for (const name of new Set(workloads.map(([app]) => app))) {
    const spec = { selector: { app: name }, ports: [{ name: 'http', port: 9080 }], clusterIP: '10.0.0.1' };
    kubernetes.put('services', { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec });
  }
  for (const [index, [app, version]] of workloads.entries()) {
    const name = `${app}-${version}`;
    kubernetes.put('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name}-abc-x`,
        namespace: 'default',
        labels: { app, version, 'pod-template-hash': 'abc', 'security.istio.io/tlsMode': 'istio' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-abc`, uid: '1', controller: true }],
      },
      spec: { containers: [{ name: app, ports: [{ containerPort: 9080 }] }] },
      status: { phase: 'Running', podIP: `127.64.1.${index + 1}`, conditions: [{ type: 'Ready', status: 'True' }] },
    });
  }
}
