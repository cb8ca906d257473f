import type { KubernetesResource } from '@/lib/model';
import { contextKinds } from '@/lib/validate';
import { resourceOf } from '@/server/kube';
import { runningPods } from './compare-behaviour';
import type { Cluster } from './watch-cluster';

/** Everything that findings about the cluster depend on: the same that `heddle validate --kubeconfig` reads. */
export function findingObjects(cluster: Cluster): KubernetesResource[] {
  const own = contextKinds.flatMap(({ kind }) =>
    kind.native && kind.kind === 'Pod' ? runningPods(cluster) : (cluster.list(resourceOf(kind)) as KubernetesResource[]),
  );
  return [...own, ...(cluster.remotes?.objects() ?? [])];
}
