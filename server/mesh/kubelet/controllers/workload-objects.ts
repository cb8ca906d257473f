import type { LabelSelector, ObjectMeta, Pod, PodSpec } from '@/lib/model';
import { matchesSelector } from '@/lib/model';

/** Parts of apps/v1 objects that the controllers read beyond lib/model's. */
export interface Template {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: PodSpec;
}

export interface AppsObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: {
    replicas?: number;
    selector?: LabelSelector;
    template?: Template;
    strategy?: { type?: string; rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string } };
    revisionHistoryLimit?: number;
    minReadySeconds?: number;
    paused?: boolean;
    serviceName?: string;
    podManagementPolicy?: 'OrderedReady' | 'Parallel';
  };
  status?: Record<string, unknown>;
}

/** The reference that makes an object belong to its controller. */
export function controllerReference(owner: { apiVersion: string; kind: string; metadata: ObjectMeta }) {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function isControlledBy(object: { metadata: ObjectMeta }, uid: string | undefined): boolean {
  return uid !== undefined && (object.metadata.ownerReferences ?? []).some((owner) => owner.controller === true && owner.uid === uid);
}

/** Neither ended nor being deleted. */
export function isActive(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}

/** Pods of an owner; its selector counts too, so that a pod whose labels were taken away is let go. */
export function podsOf(owner: AppsObject, pods: readonly Pod[]): Pod[] {
  const selector = owner.spec.selector ?? {};
  return pods.filter((pod) => isControlledBy(pod, owner.metadata.uid) && matchesSelector(pod.metadata.labels, selector));
}

/** A pod of a template. The name ends in a random suffix unless one is given. */
export function podFromTemplate(owner: AppsObject, name: string, labels: Record<string, string> = {}) {
  const template = owner.spec.template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: owner.metadata.namespace ?? 'default',
      labels: { ...template?.metadata?.labels, ...labels },
      ...(template?.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ...(name.endsWith('-') ? { generateName: name } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template?.spec ?? { containers: [] },
  };
}

/** Kubernetes' alphabet for generated names: no vowels, no digits that look like letters. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** `length` characters for a generated name, from a source of numbers in [0, 1). */
export function nameSuffix(length: number, random: () => number): string {
  let text = '';
  for (let index = 0; index < length; index += 1) text += alphabet[Math.floor(random() * alphabet.length)];
  return text;
}

/** A short name for a content: the same for the same JSON with keys in any order. */
export function contentHash(value: unknown, length = 10): string {
  let first = 0x811c9dc5;
  let second = 0x1000193;
  for (const character of sortedJson(value)) {
    const code = character.codePointAt(0) ?? 0;
    first = Math.imul(first ^ code, 0x01000193) >>> 0;
    second = Math.imul(second + code, 0x85ebca6b) >>> 0;
  }
  let number = (BigInt(first) << 32n) | BigInt(second);
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text += alphabet[Number(number % BigInt(alphabet.length))];
    number /= BigInt(alphabet.length);
  }
  return text;
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
