import type { Pod } from '@/lib/model';
import type { AppsObject } from './workload-objects';
import { isActive, isReady, podsOf } from './workload-objects';

/** How many pods to add, and which to take away. */
export interface ReplicaPlan {
  create: number;
  remove: Pod[];
  status: Record<string, unknown>;
}

/** Brings the number of pods of a ReplicaSet to its spec. Pods that are not ready go first, then the youngest. */
export function planReplicaSet(set: AppsObject, pods: readonly Pod[]): ReplicaPlan {
  const own = podsOf(set, pods);
  const active = own.filter(isActive);
  const wanted = set.metadata.deletionTimestamp === undefined ? (set.spec.replicas ?? 1) : 0;
  const ready = active.filter(isReady).length;
  const inOrder = [...active].sort(
    (left, right) =>
      Number(isReady(left)) - Number(isReady(right)) ||
      (right.metadata.creationTimestamp ?? '').localeCompare(left.metadata.creationTimestamp ?? ''),
  );
  return {
    create: Math.max(0, wanted - active.length),
    remove: inOrder.slice(0, Math.max(0, active.length - wanted)),
    status: {
      replicas: active.length,
      fullyLabeledReplicas: active.length,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: set.metadata.generation ?? 1,
    },
  };
}

/** Which ordinals of a StatefulSet to add and to take away. Ordered ones come up one by one, each when those before it are ready. */
export function planStatefulSet(
  set: AppsObject,
  pods: readonly Pod[],
  hash: string,
): { create: number[]; remove: Pod[]; status: Record<string, unknown> } {
  const own = podsOf(set, pods);
  const wanted = set.metadata.deletionTimestamp === undefined ? (set.spec.replicas ?? 1) : 0;
  const ordinal = (pod: Pod) => Number(pod.metadata.name.slice(set.metadata.name.length + 1));
  const byOrdinal = new Map(own.map((pod) => [ordinal(pod), pod]));
  const create: number[] = [];
  const remove = own.filter((pod) => ordinal(pod) >= wanted && isActive(pod));
  for (let index = 0; index < wanted; index += 1) {
    const pod = byOrdinal.get(index);
    if (pod === undefined) create.push(index);
    // An ended or outdated pod makes room for its successor of the same name.
    else if (pod.metadata.deletionTimestamp === undefined && (!isActive(pod) || isOutdated(pod, hash))) remove.push(pod);
    if (set.spec.podManagementPolicy !== 'Parallel' && (pod === undefined || !isReady(pod))) break;
  }
  const active = own.filter(isActive);
  const ready = active.filter(isReady).length;
  const current = active.filter((pod) => !isOutdated(pod, hash)).length;
  return {
    create,
    remove,
    status: {
      replicas: active.length,
      readyReplicas: ready,
      availableReplicas: ready,
      currentReplicas: current,
      updatedReplicas: current,
      currentRevision: `${set.metadata.name}-${hash}`,
      updateRevision: `${set.metadata.name}-${hash}`,
      observedGeneration: set.metadata.generation ?? 1,
    },
  };
}

export const revisionLabel = 'controller-revision-hash';

function isOutdated(pod: Pod, hash: string): boolean {
  return !(pod.metadata.labels?.[revisionLabel] ?? '').endsWith(hash);
}

/** Nodes of a DaemonSet that lack their pod, and pods that have no node any more. */
export function planDaemonSet(
  set: AppsObject,
  pods: readonly Pod[],
  nodes: readonly string[],
  hash: string,
): { create: string[]; remove: Pod[]; status: Record<string, unknown> } {
  const active = podsOf(set, pods).filter(isActive);
  const wanted = set.metadata.deletionTimestamp === undefined ? nodes : [];
  const current = active.filter((pod) => !isOutdated(pod, hash));
  const ready = active.filter(isReady).length;
  return {
    create: wanted.filter((node) => !active.some((pod) => pod.spec.nodeName === node)),
    remove: active.filter((pod) => !wanted.includes(pod.spec.nodeName ?? '') || isOutdated(pod, hash)),
    status: {
      currentNumberScheduled: active.length,
      desiredNumberScheduled: wanted.length,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      updatedNumberScheduled: current.length,
      observedGeneration: set.metadata.generation ?? 1,
    },
  };
}
