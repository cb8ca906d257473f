import type { KindInfo } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { meshKinds } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';
import type { ResourceRef } from '@/server/kube';

/** A kind the console can list and show. */
export type KnownKind = Omit<KindInfo, 'served'> & Pick<KindDefinition, 'about' | 'acts'>;

const kubernetesKinds: readonly [group: string, version: string, kind: string, plural: string, namespaced: boolean][] = [
  ['', 'v1', 'Namespace', 'namespaces', false],
  ['', 'v1', 'Node', 'nodes', false],
  ['', 'v1', 'Pod', 'pods', true],
  ['', 'v1', 'Service', 'services', true],
  ['', 'v1', 'ConfigMap', 'configmaps', true],
  ['', 'v1', 'Secret', 'secrets', true],
  ['', 'v1', 'ServiceAccount', 'serviceaccounts', true],
  ['apps', 'v1', 'Deployment', 'deployments', true],
  ['apps', 'v1', 'StatefulSet', 'statefulsets', true],
  ['apps', 'v1', 'DaemonSet', 'daemonsets', true],
  ['apps', 'v1', 'ReplicaSet', 'replicasets', true],
  ['discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices', true],
];

/** All of them: the mesh's own first. */
export const knownKinds: readonly KnownKind[] = [
  ...meshKinds.map((one): KnownKind => ({
    group: one.group,
    version: one.versions[0] ?? 'v1',
    kind: one.kind,
    plural: one.plural,
    namespaced: one.namespaced,
    about: one.about,
    acts: one.acts,
    family: one.group === 'gateway.networking.k8s.io' ? 'gateway' : 'istio',
  })),
  ...kubernetesKinds.map(([group, version, kind, plural, namespaced]): KnownKind => ({
    group,
    version,
    kind,
    plural,
    namespaced,
    // Services select by labels themselves, controllers by a selector of them.
    about: kind === 'Service' ? 'selector' : 'selector.matchLabels',
    acts: undefined,
    family: 'kubernetes',
  })),
];

/** Kinds that make up the mesh's configuration; the only ones written to. */
export const configurationKinds = knownKinds.filter((one) => one.family !== 'kubernetes');

export function resourceFor(kind: KnownKind): ResourceRef {
  return { group: kind.group, version: kind.version, plural: kind.plural };
}

/** The kind of an object or reference, whatever its version; fails with `not_found`. */
export function findKind(group: string, kind: string): KnownKind {
  const found = knownKinds.find((one) => one.group === group && one.kind === kind);
  if (found === undefined)
    throw new HeddleError('not_found', `The kind ${kind}${group === '' ? '' : ` of ${group}`} is not known here.`, {
      hint: '/api/v1/kinds lists those that are.',
    });
  return found;
}

/** Group and version of an apiVersion. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.lastIndexOf('/');
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The kind of an object that is to be written; everything but the mesh's configuration is refused. */
export function writableKind(object: { apiVersion: string; kind: string }): KnownKind {
  const { group } = splitApiVersion(object.apiVersion);
  const found = configurationKinds.find((one) => one.group === group && one.kind === object.kind);
  if (found === undefined) {
    throw new HeddleError('forbidden', `${object.kind} (${object.apiVersion}) is not written by the console.`, {
      hint: 'Only Istio and Gateway API objects are.',
    });
  }
  return found;
}

/** Whether an object is part of the mesh's configuration, which is what the console writes and previews. */
export function isConfiguration(object: { apiVersion: string; kind: string }): boolean {
  const { group } = splitApiVersion(object.apiVersion);
  return configurationKinds.some((one) => one.group === group && one.kind === object.kind);
}
