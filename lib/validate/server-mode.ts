import { matchesLabels } from '@/lib/model';
import type { PeerAuthentication } from '@/lib/kinds';
import { kindKeys } from './define-finding';
import type { MeshView } from './mesh-view';
import { topics } from './topics';

export type ServerMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT';

function byAge(left: PeerAuthentication, right: PeerAuthentication): number {
  const order = ({ metadata }: PeerAuthentication) => `${metadata.creationTimestamp ?? '9'} ${metadata.name}`;
  return order(left) < order(right) ? -1 : 1;
}

function selects({ spec }: PeerAuthentication): boolean {
  return Object.keys(spec?.selector?.matchLabels ?? {}).length > 0;
}

/**
 * What a workload's proxy accepts on a port: PERMISSIVE, overridden by the oldest policy of the mesh, then of the namespace, then the
 * oldest that selects the workload; UNSET inherits (istio.md §1.6). `port` is the workload's port.
 */
export function serverMode(
  mesh: MeshView,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  port: number | undefined,
): { mode: ServerMode; policy: PeerAuthentication | undefined } {
  const policiesOf = (space: string) => mesh.list<PeerAuthentication>(topics.kindIn(kindKeys.peerAuthentication, space)).sort(byAge);
  const own = namespace === mesh.settings.rootNamespace ? [] : policiesOf(namespace);
  const levels = [
    policiesOf(mesh.settings.rootNamespace).find((policy) => !selects(policy)),
    own.find((policy) => !selects(policy)),
    own.find((policy) => selects(policy) && matchesLabels(labels, policy.spec.selector?.matchLabels)),
  ];
  let result: { mode: ServerMode; policy: PeerAuthentication | undefined } = { mode: 'PERMISSIVE', policy: undefined };
  for (const policy of levels) {
    const mode = policy?.spec?.mtls?.mode;
    if (policy !== undefined && mode !== undefined && mode !== 'UNSET') result = { mode, policy };
  }
  const onPort = port === undefined ? undefined : levels[2]?.spec.portLevelMtls?.[String(port)]?.mode;
  return onPort === undefined || onPort === 'UNSET' ? result : { mode: onPort, policy: levels[2] };
}
