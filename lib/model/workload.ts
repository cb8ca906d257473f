import { DEFAULT_SERVICE_ACCOUNT } from './identity';
import { meshLabels } from './labels';
import type { Node, Pod } from './kubernetes';

/** What runs: the controller behind a pod, with the names telemetry uses. */
export interface WorkloadIdentity {
  namespace: string;
  /** Name of the Deployment, StatefulSet, DaemonSet, CronJob … or of the pod itself. */
  workload: string;
  kind: string;
  /** Label `app` (or the canonical name). */
  app: string;
  /** Label `version`, empty when there is none. */
  version: string;
  canonicalName: string;
  canonicalRevision: string;
  serviceAccount: string;
}

export interface Locality {
  region: string;
  zone: string;
  subZone: string;
}

type PodLike = Pick<Pod, 'metadata'> & { spec?: Pod['spec'] };

/** Names of the workload of a pod: a ReplicaSet's pod-template-hash and a Job's timestamp are cut off, as Istio does. */
export function workloadOfPod(pod: PodLike): WorkloadIdentity {
  const { workload, kind } = ownerOfPod(pod);
  const labels = pod.metadata.labels ?? {};
  const canonicalName = labels[meshLabels.canonicalName] ?? labels['app.kubernetes.io/name'] ?? labels['app'] ?? workload;
  return {
    namespace: pod.metadata.namespace ?? 'default',
    workload,
    kind,
    app: labels['app'] ?? canonicalName,
    version: labels['version'] ?? labels['app.kubernetes.io/version'] ?? '',
    canonicalName,
    canonicalRevision: labels[meshLabels.canonicalRevision] ?? labels['app.kubernetes.io/version'] ?? labels['version'] ?? 'latest',
    serviceAccount: serviceAccountOfPod(pod),
  };
}

/** Whether a pod is neither done nor on its way out. */
export function isRunning(pod: Pick<Pod, 'metadata' | 'status'>): boolean {
  const phase = pod.status?.phase;
  return phase !== 'Succeeded' && phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined;
}

/** The ServiceAccount a pod runs as. */
export function serviceAccountOfPod(pod: PodLike): string {
  return pod.spec?.serviceAccountName ?? pod.spec?.serviceAccount ?? DEFAULT_SERVICE_ACCOUNT;
}

function ownerOfPod(pod: PodLike): { workload: string; kind: string } {
  const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller === true) ?? pod.metadata.ownerReferences?.[0];
  if (owner === undefined) return { workload: pod.metadata.name, kind: 'Pod' };
  const hash = pod.metadata.labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet') {
    if (hash !== undefined && owner.name.endsWith(`-${hash}`)) {
      return { workload: owner.name.slice(0, -hash.length - 1), kind: 'Deployment' };
    }
    return { workload: owner.name, kind: 'ReplicaSet' };
  }
  if (owner.kind === 'Job') {
    const scheduled = /^(.+)-\d{8,10}$/.exec(owner.name);
    if (scheduled?.[1] !== undefined) return { workload: scheduled[1], kind: 'CronJob' };
  }
  return { workload: owner.name, kind: owner.kind };
}

/** Whether the pod has a sidecar that takes mTLS. */
export function hasSidecar(pod: Pick<Pod, 'metadata'>): boolean {
  return pod.metadata.labels?.[meshLabels.tlsMode] === 'istio';
}

/** Where a pod runs: its own locality label first (`.` stands for `/` in the legacy one), then its node's labels. */
export function localityOfPod(pod: Pick<Pod, 'metadata'> | undefined, node: Pick<Node, 'metadata'> | undefined): Locality {
  const labels = pod?.metadata.labels ?? {};
  const own = labels[meshLabels.podLocality] ?? labels[meshLabels.legacyPodLocality];
  if (own !== undefined && own !== '') return parseLocality(own.includes('/') ? own : own.replaceAll('.', '/'));
  const nodeLabels = node?.metadata.labels ?? {};
  return {
    region: nodeLabels[meshLabels.region] ?? '',
    zone: nodeLabels[meshLabels.zone] ?? '',
    subZone: nodeLabels[meshLabels.subzone] ?? '',
  };
}

/** `region/zone/subzone` as an object; missing parts are empty. */
export function parseLocality(text: string): Locality {
  const [region = '', zone = '', subZone = ''] = text.split('/');
  return { region, zone, subZone };
}

/** `region/zone/subzone`, cut after the last part that is set. */
export function formatLocality(locality: Locality): string {
  return [locality.region, locality.zone, locality.subZone].join('/').replace(/\/+$/, '');
}
