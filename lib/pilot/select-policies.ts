import { matchesLabels, meshLabels } from '@/lib/model';
import { compareAge, table } from './mesh-state';
import type { AuthorizationPolicy, RequestAuthentication } from '@/lib/kinds';
import type { MeshState } from './mesh-state';
import type { ProxyNode } from './types';

type Selecting = AuthorizationPolicy | RequestAuthentication;

/** The AuthorizationPolicies that apply to a proxy: those of its namespace and of the root namespace, by selector or target. */
export function authorizationPoliciesFor(state: MeshState, proxy: ProxyNode): readonly AuthorizationPolicy[] {
  return policiesFor<AuthorizationPolicy>(state, proxy, 'AuthorizationPolicy');
}

export function requestAuthenticationsFor(state: MeshState, proxy: ProxyNode): readonly RequestAuthentication[] {
  return policiesFor<RequestAuthentication>(state, proxy, 'RequestAuthentication');
}

function policiesFor<T extends Selecting>(state: MeshState, proxy: ProxyNode, kind: string): readonly T[] {
  const objects = table<T>(state, `security.istio.io/${kind}`);
  if (objects.size === 0) return [];
  const byNamespace = state.cache.memo(`policies|${kind}`, [objects], () => {
    const index = new Map<string, T[]>();
    for (const object of [...objects.values()].sort(compareAge)) {
      const namespace = object.metadata.namespace ?? 'default';
      const known = index.get(namespace);
      if (known === undefined) index.set(namespace, [object]);
      else known.push(object);
    }
    return index;
  });
  const namespaces = proxy.namespace === state.rootNamespace ? [state.rootNamespace] : [state.rootNamespace, proxy.namespace];
  return namespaces.flatMap((namespace) => (byNamespace.get(namespace) ?? []).filter((policy) => applies(state, policy, proxy)));
}

function applies(state: MeshState, policy: Selecting, proxy: ProxyNode): boolean {
  const spec = policy.spec ?? {};
  const targets = [...(spec.targetRefs ?? []), ...(spec.targetRef === undefined ? [] : [spec.targetRef])];
  if (targets.length === 0) return matchesLabels(proxy.labels, spec.selector?.matchLabels);
  return targets.some((target) => {
    if (target.kind === 'Gateway' && (target.group ?? '') === 'gateway.networking.k8s.io') {
      return proxy.labels[meshLabels.gatewayName] === target.name && policy.metadata.namespace === proxy.namespace;
    }
    return (
      target.kind === 'GatewayClass' &&
      policy.metadata.namespace === state.rootNamespace &&
      proxy.labels[meshLabels.gatewayName] !== undefined
    );
  });
}
