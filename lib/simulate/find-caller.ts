import { HeddleError } from '@/lib/errors';
import type { KubernetesResource, Pod } from '@/lib/model';
import { workloadOfPod } from '@/lib/model';

/** All pods of a mesh. */
export function podsAmong(objects: readonly KubernetesResource[]): Pod[] {
  return objects.filter((object): object is Pod => object.kind === 'Pod' && object.apiVersion === 'v1');
}

/**
 * A pod of the workload `namespace/name`: by the workload's name, else by the pod's, else by the label `app`.
 * @throws HeddleError `not_found` with the workloads there are
 */
export function findCaller(pods: readonly Pod[], from: string): Pod {
  const slash = from.indexOf('/');
  const namespace = slash === -1 ? 'default' : from.slice(0, slash);
  const name = from.slice(slash + 1);
  const here = pods.filter((pod) => (pod.metadata.namespace ?? 'default') === namespace);
  const found =
    here.find((pod) => workloadOfPod(pod).workload === name) ??
    here.find((pod) => pod.metadata.name === name) ??
    here.find((pod) => workloadOfPod(pod).app === name);
  if (found !== undefined) return found;
  const known = [...new Set(pods.map((pod) => workloadName(pod)))].sort();
  throw new HeddleError('not_found', `There is no workload ${JSON.stringify(from)}.`, {
    path: 'from',
    hint: known.length === 0 ? 'The objects contain no workload at all.' : `There are: ${known.join(', ')}.`,
  });
}

/** `namespace/workload`. */
export function workloadName(pod: Pod): string {
  const { namespace, workload } = workloadOfPod(pod);
  return `${namespace}/${workload}`;
}
