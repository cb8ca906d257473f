import type { KubernetesResource } from '@/lib/model';

/** Marks an object of another Kubernetes cluster of the same mesh, with the name of that cluster. */
export const clusterAnnotation = 'heddle.dev/cluster';

/** Kinds that count across clusters: a service is one by namespace and name, and so is an identity. */
const shared = new Set(['Service', 'ServiceAccount']);

/** The other cluster that an object is of; `undefined` for objects of the cluster that is judged. */
export function remoteClusterOf(object: KubernetesResource): string | undefined {
  return shared.has(object.kind) && object.apiVersion === 'v1' ? object.metadata.annotations?.[clusterAnnotation] : undefined;
}

/** An object as it stands in another cluster of the mesh. */
export function ofRemoteCluster<T extends KubernetesResource>(object: T, cluster: string): T {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [clusterAnnotation]: cluster } } };
}
