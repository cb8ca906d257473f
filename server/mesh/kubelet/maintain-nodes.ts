import { isHeddleError } from '@/lib/errors';
import type { Node } from '@/lib/model';
import { HOST_IP } from '@/lib/model';
import { resources } from '@/server/kube';
import type { Informer, KubeClient } from '@/server/kube';
import type { Log } from './types';

const leaseNamespace = 'kube-node-lease';
const heartbeatMs = 10_000;

const seconds = (time: Date) => time.toISOString().replace(/\.\d+Z$/, 'Z');

async function orExisting(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!isHeddleError(error) || error.code !== 'conflict') throw error;
  });
}

function nodeStatus(now: Date) {
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: seconds(now),
    lastTransitionTime: seconds(now),
  });
  return {
    capacity: { pods: '1000' },
    allocatable: { pods: '1000' },
    addresses: [{ type: 'InternalIP', address: HOST_IP }],
    conditions: [
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
    ],
    nodeInfo: { operatingSystem: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch, kubeletVersion: 'heddle' },
  };
}

/**
 * Keeps every Node alive: this one kubelet stands for all of them. Makes `node-1` when there is none, marks new ones ready, and
 * renews their leases. Returns the way to stop it.
 */
export function maintainNodes(client: KubeClient, informer: Informer, log: Log): () => void {
  let stopped = false;
  const ready = new Set<string>();

  async function prepare(node: Node): Promise<void> {
    if (ready.has(node.metadata.name)) return;
    ready.add(node.metadata.name);
    await client.patch(resources.nodes, { name: node.metadata.name }, { status: nodeStatus(new Date()) }, { subresource: 'status' });
    await renew(node.metadata.name);
  }

  async function renew(name: string): Promise<void> {
    const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: `${new Date().toISOString().slice(0, -1)}000Z` };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: leaseNamespace }, spec };
    try {
      await client.patch(resources.leases, { name, namespace: leaseNamespace }, { spec });
    } catch (error) {
      if (!isHeddleError(error) || error.code !== 'not_found') throw error;
      await orExisting(client.create(resources.leases, lease));
    }
  }

  async function round(): Promise<void> {
    const nodes = informer.list<Node>(resources.nodes);
    if (nodes.length === 0) {
      const labels = { 'kubernetes.io/hostname': 'node-1', 'kubernetes.io/os': 'linux' };
      await orExisting(client.create(resources.nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', labels } }));
      return;
    }
    for (const name of ready) if (!nodes.some((node) => node.metadata.name === name)) ready.delete(name);
    for (const node of nodes) await prepare(node);
  }

  function attempt(work: () => Promise<void>): void {
    void work().catch((error: unknown) => {
      if (!stopped) log.warn({ error: error instanceof Error ? error.message : String(error) }, 'nodes');
    });
  }

  attempt(async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: leaseNamespace } };
    await orExisting(client.create(resources.namespaces, namespace));
    await round();
  });
  const stopListening = informer.onChange((changes) => {
    if (changes.some((change) => change.resource.plural === 'nodes' && change.type !== 'modified')) attempt(round);
  });
  const timer = setInterval(() => {
    attempt(async () => {
      for (const node of informer.list<Node>(resources.nodes)) await renew(node.metadata.name);
    });
  }, heartbeatMs);
  return () => {
    stopped = true;
    stopListening();
    clearInterval(timer);
  };
}
