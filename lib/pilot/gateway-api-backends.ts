import { serviceHost } from '@/lib/model';
import { serviceIndex } from './index-services';
import { table } from './mesh-state';
import type { HTTPRouteSpec, ReferenceGrant } from '@/lib/kinds';
import type { HttpDestination } from './route-model';
import type { MeshState } from './mesh-state';

/** Why a reference does not resolve, in the Gateway API's words. */
export interface ReferenceProblem {
  reason: 'BackendNotFound' | 'RefNotPermitted' | 'InvalidKind' | 'UnsupportedProtocol' | 'InvalidCertificateRef';
  message: string;
}

type BackendRef = NonNullable<NonNullable<HTTPRouteSpec['rules']>[number]['backendRefs']>[number];

/** Cluster name of backends that do not exist; a route to it answers 500. */
export const UNKNOWN_BACKEND = 'UnknownService';

/** Whether a ReferenceGrant of the target's namespace lets `from` refer to `to`. */
export function isGranted(
  state: MeshState,
  from: { group: string; kind: string; namespace: string },
  to: { group: string; kind: string; namespace: string; name: string },
): boolean {
  if (from.namespace === to.namespace) return true;
  for (const grant of table<ReferenceGrant>(state, 'gateway.networking.k8s.io/ReferenceGrant').values()) {
    if ((grant.metadata.namespace ?? 'default') !== to.namespace) continue;
    const fits = (grant.spec.from ?? []).some(
      (entry) => entry.group === from.group && entry.kind === from.kind && entry.namespace === from.namespace,
    );
    const opens = (grant.spec.to ?? []).some(
      (entry) =>
        entry.group === to.group && entry.kind === to.kind && (entry.name === undefined || entry.name === '' || entry.name === to.name),
    );
    if (fits && opens) return true;
  }
  return false;
}

/** The destination a backendRef means (a Service, or Istio's `Hostname`), or why there is none. */
export function resolveBackend(
  state: MeshState,
  reference: Pick<BackendRef, 'group' | 'kind' | 'name' | 'namespace' | 'port'>,
  from: { kind: string; namespace: string },
): { destination: HttpDestination['destination'] } | { problem: ReferenceProblem } {
  const group = reference.group ?? '';
  const kind = reference.kind ?? 'Service';
  const namespace = reference.namespace ?? from.namespace;
  const isService = group === '' && kind === 'Service';
  const isHost = group === 'networking.istio.io' && kind === 'Hostname';
  if (!isService && !isHost) return { problem: { reason: 'InvalidKind', message: `${kind} is not a kind of backend here` } };
  const granted = isGranted(
    state,
    { group: 'gateway.networking.k8s.io', kind: from.kind, namespace: from.namespace },
    { group, kind, namespace, name: reference.name },
  );
  if (isService && !granted) {
    return {
      problem: {
        reason: 'RefNotPermitted',
        message: `No ReferenceGrant of namespace ${namespace} lets ${from.kind}s of ${from.namespace} use Service ${reference.name}`,
      },
    };
  }
  const host = isHost ? reference.name : serviceHost(reference.name, namespace, state.domain);
  const service = serviceIndex(state).byHost.get(host)?.[0];
  if (service === undefined) return { problem: { reason: 'BackendNotFound', message: `backend(${host}) not found` } };
  if (reference.port === undefined) {
    return { problem: { reason: 'InvalidKind', message: `A backend of kind ${kind} needs a port` } };
  }
  return { destination: { host, port: { number: reference.port } } };
}
