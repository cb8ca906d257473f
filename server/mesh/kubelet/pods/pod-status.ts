import type { ContainerStatus, Pod, PodAddresses, PodCondition, PodStatus } from '@/lib/model';
import { HOST_IP } from '@/lib/model';

export interface StatusInputs {
  pod: Pod;
  addresses: PodAddresses;
  initContainers: readonly ContainerStatus[];
  containers: readonly ContainerStatus[];
  /** Every init container has ended well. */
  initialized: boolean;
  /** When this kubelet took the pod on, RFC 3339. */
  startTime: string;
  now: string;
}

function phaseOf(inputs: StatusInputs): NonNullable<PodStatus['phase']> {
  const { containers, pod } = inputs;
  const policy = pod.spec.restartPolicy ?? 'Always';
  const applications = containers.filter((container) => container.name !== 'istio-proxy');
  const judged = applications.length > 0 ? applications : containers;
  const ended = judged.map((container) => container.state?.terminated).filter((state) => state !== undefined);
  if (policy !== 'Always' && judged.length > 0 && ended.length === judged.length) {
    const failed = ended.some((state) => state.exitCode !== 0);
    if (!failed) return 'Succeeded';
    if (policy === 'Never') return 'Failed';
  }
  const begun = containers.some((container) => container.state?.running !== undefined || container.restartCount > 0);
  return begun ? 'Running' : 'Pending';
}

/** The status of a pod from what its containers do, in Kubernetes' words. Conditions keep their time while they do not change. */
export function podStatus(inputs: StatusInputs): PodStatus {
  const { pod, containers, now } = inputs;
  const phase = phaseOf(inputs);
  const unready = containers.filter((container) => !container.ready).map((container) => container.name);
  const ready = unready.length === 0 && pod.metadata.deletionTimestamp === undefined && phase === 'Running';
  const before = pod.status?.conditions ?? [];
  const condition = (type: string, holds: boolean, reason?: string, message?: string): PodCondition => {
    const status = holds ? 'True' : 'False';
    const previous = before.find((one) => one.type === type);
    const since = previous?.status === status ? previous.lastTransitionTime : undefined;
    return {
      type,
      status,
      ...(holds || reason === undefined ? {} : { reason }),
      ...(holds || message === undefined ? {} : { message }),
      lastTransitionTime: since ?? now,
    };
  };
  const completed = phase === 'Succeeded' ? 'PodCompleted' : 'ContainersNotReady';
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return {
    phase,
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', inputs.initialized, 'ContainersNotInitialized', 'init containers have not ended'),
      condition('ContainersReady', ready, completed, message),
      condition('Ready', ready, completed, message),
    ],
    hostIP: HOST_IP,
    podIP: inputs.addresses.podIp,
    podIPs: [{ ip: inputs.addresses.podIp }],
    startTime: inputs.startTime,
    containerStatuses: [...containers],
    ...(inputs.initContainers.length === 0 ? {} : { initContainerStatuses: [...inputs.initContainers] }),
  };
}
