import type { EndpointSlice, Node, Pod, Service } from '@/lib/model';
import { createInformer, resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';
import { startControllers, watchedResources } from './controllers/start-controllers';
import { maintainNodes } from './maintain-nodes';
import type { ServiceView } from './network/find-endpoints';
import { AddressBook } from './pods/allocate-address';
import type { Launch } from './pods/container-process';
import { killOrphans } from './pods/process-records';
import { createEventRecorder } from './pods/record-events';
import { PodRunner } from './pods/run-pod';
import type { KubeletOptions, PodProcess } from './types';
import { podKey } from './types';

export interface Kubelet {
  /** Processes of all pods. */
  processes(): PodProcess[];
  /** Calls back after processes came or went. */
  onProcesses(listener: () => void): () => void;
  /** How a command runs in a container of a pod; `undefined`: no such pod or container runs here. */
  environmentOf(namespace: string, name: string, container?: string): Promise<Launch | undefined>;
  /** Stops all pods' processes and the controllers. Objects stay: the next start runs the same pods again. */
  stop(graceMs: number): Promise<void>;
}

/** Marks a pod object that stands for a process nobody but the mesh itself runs (the control plane). */
const mirrorAnnotation = 'kubernetes.io/config.mirror';
const defaultGraceSeconds = 30;

/**
 * Runs pods as local processes, with the controllers that make pods of workloads. Resolves when its copy of the cluster is complete
 * and the pods of an earlier run have been started.
 */
export async function startKubelet(client: KubeClient, options: KubeletOptions): Promise<Kubelet> {
  const { log } = options;
  const orphans = killOrphans(options.dataDir);
  if (orphans > 0) log.warn({ orphans }, 'ended processes that an earlier run left');
  const informer = createInformer(client, watchedResources);
  const addresses = new AddressBook();
  const runners = new Map<string, PodRunner>();
  const recordEvent = createEventRecorder(client);
  const listeners = new Set<() => void>();
  const view: ServiceView = {
    services: () => informer.list<Service>(resources.services),
    slices: (namespace) => informer.list<EndpointSlice>(resources.endpointSlices, namespace),
  };
  let stopping = false;

  const notify = () => {
    for (const listener of listeners) listener();
  };

  function isOurs(pod: Pod): boolean {
    return pod.spec.nodeName !== undefined && pod.metadata.annotations?.[mirrorAnnotation] === undefined;
  }

  function isOver(pod: Pod): boolean {
    return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  }

  function look(pod: Pod): void {
    const uid = pod.metadata.uid ?? podKey(pod);
    const runner = runners.get(uid);
    if (runner !== undefined) {
      runner.update(pod);
      if (pod.metadata.deletionTimestamp !== undefined) void terminate(uid, runner, pod);
      return;
    }
    if (stopping || !isOurs(pod)) return;
    if (pod.metadata.deletionTimestamp !== undefined) {
      void confirmDeletion(pod);
      return;
    }
    if (isOver(pod)) return;
    const started = new PodRunner(pod, {
      kubelet: options,
      client,
      addresses: addresses.claim(uid, pod.status?.podIP),
      view,
      node: (name) => informer.get<Node>(resources.nodes, name),
      recordEvent,
      onProcesses: notify,
    });
    runners.set(uid, started);
    void started.start().catch((error: unknown) => {
      log.warn({ pod: podKey(pod), error: error instanceof Error ? error.message : String(error) }, 'pod failed to start');
    });
  }

  /** Ends a pod that is being deleted, then lets the object go. */
  async function terminate(uid: string, runner: PodRunner, pod: Pod): Promise<void> {
    const { deletionGracePeriodSeconds } = pod.metadata as { deletionGracePeriodSeconds?: number };
    const grace = deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
    await runner.stop(grace * 1000);
    if (runners.get(uid) === runner) await confirmDeletion(pod);
  }

  async function confirmDeletion(pod: Pod): Promise<void> {
    const preconditions = pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid };
    await client.delete(resources.pods, pod.metadata, { gracePeriodSeconds: 0, preconditions }).catch(() => undefined);
  }

  async function gone(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? podKey(pod);
    const runner = runners.get(uid);
    if (runner === undefined) return;
    await runner.stop((pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds) * 1000);
    runners.delete(uid);
    addresses.release(uid);
    // A pod of the same name (StatefulSet) may already use the folder.
    if (![...runners.values()].some((other) => podKey(other.pod) === podKey(pod))) runner.removeFiles();
  }

  informer.start();
  await informer.synced;
  const pods = informer.list<Pod>(resources.pods);
  // Pods of an earlier run take their addresses back before new ones choose.
  const earlier = pods.filter((pod) => isOurs(pod) && !isOver(pod) && pod.status?.podIP !== undefined);
  await addresses.open(earlier.map((pod) => pod.status?.podIP ?? ''));
  for (const pod of earlier) addresses.claim(pod.metadata.uid ?? podKey(pod), pod.status?.podIP);
  // What an earlier run called ready does not run yet: nobody may be led there, or told its ports, before it does.
  await Promise.all(earlier.map((pod) => markUnready(client, pod)));
  informer.onChange((changes) => {
    for (const change of changes) {
      if (change.resource.plural !== 'pods') continue;
      const pod = change.object as unknown as Pod;
      if (change.type === 'deleted') void gone(pod);
      else look(pod);
    }
  });
  for (const pod of pods) look(pod);
  const stopNodes = maintainNodes(client, informer, log);
  const stopControllers = startControllers(client, informer, log);

  return {
    processes: () => [...runners.values()].flatMap((runner) => runner.processes()),
    onProcesses(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    environmentOf(namespace, name, container) {
      const runner = [...runners.values()].find((one) => podKey(one.pod) === `${namespace}/${name}`);
      return runner === undefined ? Promise.resolve(undefined) : runner.environmentOf(container);
    },
    async stop(graceMs) {
      stopping = true;
      stopControllers();
      stopNodes();
      informer.stop();
      await Promise.all([...runners.values()].map((runner) => runner.stop(graceMs)));
      addresses.close();
    },
  };
}

async function markUnready(client: KubeClient, pod: Pod): Promise<void> {
  const conditions = pod.status?.conditions ?? [];
  if (!conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True')) return;
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const unready = conditions.map((condition) =>
    condition.type === 'Ready' || condition.type === 'ContainersReady'
      ? { type: condition.type, status: 'False' as const, reason: 'ContainersNotReady', lastTransitionTime }
      : condition,
  );
  await client.patch(resources.pods, pod.metadata, { status: { conditions: unready } }, { subresource: 'status' }).catch(() => undefined);
}
