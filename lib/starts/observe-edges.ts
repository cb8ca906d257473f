import type { AuthorizationPolicy, Sidecar } from '@/lib/kinds';

/** Requests that were seen: who called which service, and with what. */
export interface ObservedCall {
  from: { namespace: string; workload: string; serviceAccount: string };
  to: { namespace: string; service: string; selector: Readonly<Record<string, string>> };
  /** Methods that were seen; empty: not known. */
  methods?: readonly string[];
}

export interface ObservedOptions {
  trustDomain: string;
  /** Called services (policies) or callers (sidecars) of these namespaces; empty: all. */
  namespaces: readonly string[];
}

/** One ALLOW policy per called service that names just those who were seen to call it. */
export function observePolicies(calls: readonly ObservedCall[], { trustDomain, namespaces }: ObservedOptions): AuthorizationPolicy[] {
  const wanted = calls.filter(
    ({ to }) => (namespaces.length === 0 || namespaces.includes(to.namespace)) && Object.keys(to.selector).length > 0,
  );
  const byService = Map.groupBy(wanted, ({ to }) => `${to.namespace}/${to.service}`);
  return [...byService].toSorted(byKey).flatMap(([, seen]): AuthorizationPolicy[] => {
    const [first] = seen;
    if (first === undefined) return [];
    const byMethods = new Map<string, Set<string>>();
    for (const [, own] of Map.groupBy(seen, ({ from }) => `${trustDomain}/ns/${from.namespace}/sa/${from.serviceAccount}`)) {
      const [one] = own;
      if (one === undefined) continue;
      const known = own.every((call) => (call.methods ?? []).length > 0);
      const methods = known ? [...new Set(own.flatMap((call) => call.methods ?? []))].toSorted().join() : '';
      const principals = byMethods.get(methods) ?? new Set<string>();
      byMethods.set(methods, principals.add(`${trustDomain}/ns/${one.from.namespace}/sa/${one.from.serviceAccount}`));
    }
    return [
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        metadata: { name: `${first.to.service}-observed`, namespace: first.to.namespace },
        spec: {
          selector: { matchLabels: { ...first.to.selector } },
          action: 'ALLOW',
          rules: [...byMethods].toSorted(byKey).map(([methods, principals]) => ({
            from: [{ source: { principals: [...principals].toSorted() } }],
            ...(methods === '' ? {} : { to: [{ operation: { methods: methods.split(',') } }] }),
          })),
        },
      },
    ];
  });
}

/** One Sidecar per namespace of callers: their proxies learn of just the services they were seen to call, and of the control plane's. */
export function observeSidecars(
  calls: readonly ObservedCall[],
  { namespaces }: ObservedOptions,
  rootNamespace = 'istio-system',
): Sidecar[] {
  const wanted = calls.filter(({ from }) => namespaces.length === 0 || namespaces.includes(from.namespace));
  const byNamespace = Map.groupBy(wanted, ({ from }) => from.namespace);
  return [...byNamespace].toSorted(byKey).map(([namespace, seen]): Sidecar => {
    const hosts = seen.map(
      ({ to }) => `${to.namespace === namespace ? '.' : to.namespace}/${to.service}.${to.namespace}.svc.cluster.local`,
    );
    return {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Sidecar',
      metadata: { name: 'default', namespace },
      spec: { egress: [{ hosts: [...new Set([...hosts, `${rootNamespace}/*`])].toSorted() }] },
    };
  });
}

function byKey(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return left[0] < right[0] ? -1 : 1;
}
