import { matchesLabels } from '@/lib/model';
import { compareAge, table } from './mesh-state';
import { sourceOf } from './provenance';
import type { PeerAuthentication } from '@/lib/kinds';
import type { MeshState } from './mesh-state';
import type { Origin } from './route-model';

export type MutualTlsMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT';

interface NamespacePolicies {
  /** Oldest without selector. */
  general: PeerAuthentication | undefined;
  /** With selector, oldest first. */
  selecting: readonly PeerAuthentication[];
}

/** What a workload accepts: a mode and the exceptions per workload port. */
export interface PeerAuthenticationResult {
  mode: MutualTlsMode;
  origin: Origin | undefined;
  ports: ReadonlyMap<number, { mode: MutualTlsMode; origin: Origin }>;
}

function policies(state: MeshState): ReadonlyMap<string, NamespacePolicies> {
  return state.cache.once(state, 'peer-authentication', () => findPolicies(state));
}

function findPolicies(state: MeshState): ReadonlyMap<string, NamespacePolicies> {
  const objects = table<PeerAuthentication>(state, 'security.istio.io/PeerAuthentication');
  return state.cache.memo('peer-authentication', [objects], () => {
    const byNamespace = new Map<string, { general: PeerAuthentication | undefined; selecting: PeerAuthentication[] }>();
    for (const object of [...objects.values()].sort(compareAge)) {
      const namespace = object.metadata.namespace ?? 'default';
      const entry = byNamespace.get(namespace) ?? { general: undefined, selecting: [] };
      byNamespace.set(namespace, entry);
      if (hasSelector(object)) entry.selecting.push(object);
      else entry.general ??= object;
    }
    return byNamespace;
  });
}

function hasSelector(object: PeerAuthentication): boolean {
  return Object.keys(object.spec?.selector?.matchLabels ?? {}).length > 0;
}

/**
 * The mutual TLS mode of a workload: PERMISSIVE, overridden by the oldest policy of the mesh, of the namespace, of the workload;
 * UNSET inherits. Policies with a selector in the root namespace do nothing (istio.md §1.6).
 */
export function resolvePeerAuthentication(
  state: MeshState,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): PeerAuthenticationResult {
  const all = policies(state);
  const root = all.get(state.rootNamespace);
  const own = namespace === state.rootNamespace ? undefined : all.get(namespace);
  const workload = own?.selecting.find((policy) => matchesLabels(labels, policy.spec.selector?.matchLabels));
  let mode: MutualTlsMode = 'PERMISSIVE';
  let origin: Origin | undefined;
  for (const policy of [root?.general, own?.general, workload]) {
    const wanted = policy?.spec?.mtls?.mode;
    if (policy === undefined || wanted === undefined || wanted === 'UNSET') continue;
    mode = wanted;
    origin = { source: sourceOf(policy), path: 'spec.mtls' };
  }
  const ports = new Map<number, { mode: MutualTlsMode; origin: Origin }>();
  for (const [port, setting] of Object.entries(workload?.spec.portLevelMtls ?? {})) {
    if (workload === undefined || setting.mode === undefined || setting.mode === 'UNSET') continue;
    ports.set(Number(port), { mode: setting.mode, origin: { source: sourceOf(workload), path: `spec.portLevelMtls.${port}` } });
  }
  return { mode, origin, ports };
}

/** The mode for one workload (target) port. */
export function mutualTlsOnPort(result: PeerAuthenticationResult, port: number): { mode: MutualTlsMode; origin: Origin | undefined } {
  return result.ports.get(port) ?? { mode: result.mode, origin: result.origin };
}

/** Everything `resolvePeerAuthentication` reads, as one object that changes when it does. */
export function peerAuthenticationVersion(state: MeshState): unknown {
  return policies(state);
}
