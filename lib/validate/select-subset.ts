import { matchesLabels } from '@/lib/model';
import type { MeshView } from './mesh-view';
import type { MeshService } from './read-service';
import { topics } from './topics';

/**
 * Whether a subset's labels (none: the whole service) select anything that runs. `unknown` when the workloads of the namespace are not
 * among the objects, or when nothing says what is behind the host.
 */
export function subsetWorkloads(
  mesh: MeshView,
  service: MeshService,
  labels: Readonly<Record<string, string>> | undefined,
): 'some' | 'none' | 'unknown' {
  if (service.selector === undefined) {
    if (service.endpointLabels.length === 0) return 'unknown';
    return service.endpointLabels.some((one) => matchesLabels(one, labels)) ? 'some' : 'none';
  }
  if (!mesh.settings.complete && !mesh.has(topics.workloadIn(service.namespace))) return 'unknown';
  const selected = mesh.workloads(service.namespace, { ...service.selector, ...labels });
  return selected.some((workload) => workload.runs) ? 'some' : 'none';
}
