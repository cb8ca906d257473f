import { workloadOfPod } from '@/lib/model';
import { typeUrls } from '@/lib/xds';
import { table } from './mesh-state';
import type { Pod } from '@/lib/model';
import type { Workload } from '@/lib/xds';
import type { MeshState } from './mesh-state';
import type { CompiledResource } from './types';

const byPod = new WeakMap<Pod, Workload>();

/** Who lives at which address: the same list for every Heddle proxy. */
export function workloads(state: MeshState): readonly CompiledResource<Workload>[] {
  return state.cache.once(state, 'workloads', () => allWorkloads(state));
}

function allWorkloads(state: MeshState): readonly CompiledResource<Workload>[] {
  const pods = table<Pod>(state, '/Pod');
  return state.cache.memo('workloads', [pods, state.clusterId], () => {
    const found = new Map<string, CompiledResource<Workload>>();
    for (const pod of pods.values()) {
      const ip = pod.status?.podIP;
      if (ip === undefined || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') continue;
      found.set(ip, state.cache.intern(typeUrls.workload, ip, workloadOf(state, pod, ip)));
    }
    return [...found.values()];
  });
}

function workloadOf(state: MeshState, pod: Pod, ip: string): Workload {
  const known = byPod.get(pod);
  if (known !== undefined && known.name === ip) return known;
  const identity = workloadOfPod(pod);
  const built: Workload = {
    name: ip,
    pod: pod.metadata.name,
    namespace: identity.namespace,
    workload: identity.workload,
    app: identity.app,
    version: identity.version,
    canonical_name: identity.canonicalName,
    canonical_revision: identity.canonicalRevision,
    service_account: identity.serviceAccount,
    cluster: state.clusterId,
  };
  byPod.set(pod, built);
  return built;
}
