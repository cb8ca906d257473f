import type { PeerAuthentication } from './schema';

export type MutualTlsSetting = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT';

/** Where a mode is set. `port` is a port of the workload; a mode for a port needs a workload. */
export type MutualTlsScope =
  | { level: 'mesh' | 'namespace'; namespace: string }
  | { level: 'workload'; namespace: string; name: string; labels: Readonly<Record<string, string>>; port?: number };

/** What is to be written; `base`: what is there now. Neither an object nor a deletion: nothing changes. */
export interface ModeChange {
  object?: PeerAuthentication;
  deletes?: PeerAuthentication;
  base?: PeerAuthentication;
}

/**
 * The change that sets a mode: in the policy that decides there now (`policy`), or in a new one. `UNSET` takes the setting away, and the
 * policy with it when nothing is left in it. Policies for the mesh live in the root namespace, without selector, as Istio's tools name them.
 */
export function setMutualTlsMode(policy: PeerAuthentication | undefined, scope: MutualTlsScope, mode: MutualTlsSetting): ModeChange {
  const spec = policy?.spec ?? {};
  const next: PeerAuthentication['spec'] = { ...spec };
  if (scope.level === 'workload' && scope.port !== undefined) {
    const ports = { ...spec.portLevelMtls };
    if (mode === 'UNSET') delete ports[String(scope.port)];
    else ports[String(scope.port)] = { mode };
    if (Object.keys(ports).length === 0) delete next.portLevelMtls;
    else next.portLevelMtls = ports;
  } else if (mode === 'UNSET') delete next.mtls;
  else next.mtls = { mode };
  if (policy !== undefined) {
    if (next.mtls === undefined && next.portLevelMtls === undefined) return { deletes: policy, base: policy };
    return { object: { ...policy, spec: next }, base: policy };
  }
  if (mode === 'UNSET') return {};
  const selector = scope.level === 'workload' ? { selector: { matchLabels: { ...scope.labels } } } : {};
  return {
    object: {
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: { name: scope.level === 'workload' ? scope.name : 'default', namespace: scope.namespace },
      spec: { ...selector, ...next },
    },
  };
}
