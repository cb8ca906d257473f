import { hasSidecar, meshLabels, serviceAccountOfPod } from '@/lib/model';
import type { Deployment, KubernetesResource, Pod } from '@/lib/model';
import type { WorkloadEntry } from '@/lib/kinds';
import { kindKeys, kindOf, nameOf } from './define-finding';
import type { ObjectName } from './finding';

/** Something that runs and has labels: a pod, what makes pods, or a WorkloadEntry. */
export interface Workload {
  object: ObjectName;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** `undefined` when nothing says which ports it listens on. */
  ports: readonly { number: number; name: string | undefined }[];
  serviceAccount: string;
  /** Whether it has a proxy; `undefined` when only the cluster's injector knows. */
  hasProxy: boolean | undefined;
  /** Whether pods of it can run at all: a Deployment scaled to nothing cannot. */
  runs: boolean;
}

const controllers: readonly string[] = [kindKeys.deployment, kindKeys.statefulSet, kindKeys.daemonSet, 'apps/ReplicaSet', 'batch/Job'];
const made = new WeakMap<KubernetesResource, Workload | null>();

/** The workload an object stands for, if it stands for one. Made once per object. */
export function workloadOf(object: KubernetesResource): Workload | undefined {
  let workload = made.get(object);
  if (workload === undefined) {
    workload = readWorkload(object) ?? null;
    made.set(object, workload);
  }
  return workload ?? undefined;
}

function readWorkload(object: KubernetesResource): Workload | undefined {
  const kind = kindOf(object);
  const base = { object: nameOf(object), namespace: object.metadata.namespace ?? '' };
  if (kind === kindKeys.pod) {
    const pod = object as Pod;
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return undefined;
    return {
      ...base,
      labels: pod.metadata.labels ?? {},
      ports: portsOf(pod.spec),
      serviceAccount: serviceAccountOfPod(pod),
      hasProxy: hasSidecar(pod),
      runs: true,
    };
  }
  if (controllers.includes(kind)) {
    const { spec } = object as Deployment;
    const template = spec.template;
    const inject = template.metadata?.labels?.[meshLabels.inject] ?? template.metadata?.annotations?.[meshLabels.inject];
    return {
      ...base,
      labels: template.metadata?.labels ?? {},
      ports: portsOf(template.spec),
      serviceAccount: template.spec.serviceAccountName ?? template.spec.serviceAccount ?? 'default',
      hasProxy: inject === 'false' ? false : undefined,
      runs: spec.replicas !== 0,
    };
  }
  if (kind === kindKeys.workloadEntry) {
    const { spec } = object as WorkloadEntry;
    const ports = Object.entries(spec.ports ?? {}).map(([name, number]) => ({ name, number }));
    return { ...base, labels: spec.labels ?? {}, ports, serviceAccount: spec.serviceAccount ?? 'default', hasProxy: true, runs: true };
  }
  return undefined;
}

function portsOf(spec: Pod['spec'] | undefined): Workload['ports'] {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].flatMap((container) =>
    (container.ports ?? []).map((port) => ({ number: port.containerPort, name: port.name })),
  );
}
