import { isIpAddress } from './addresses';

/** The DNS domain of the cluster's services. */
export const CLUSTER_DOMAIN = 'cluster.local';

/** The fully qualified name of a Kubernetes service, `reviews.default.svc.cluster.local`. */
export function serviceHost(name: string, namespace: string, domain: string = CLUSTER_DOMAIN): string {
  return `${name}.${namespace}.svc.${domain}`;
}

/**
 * A host as an Istio object writes it, made fully qualified: a name without a dot (and not `*`, not an address) is one of the
 * object's own namespace; `reviews.other` is taken as it is (istio.md §1.1).
 */
export function resolveShortName(host: string, namespace: string, domain: string = CLUSTER_DOMAIN): string {
  if (host === '' || host === '*' || host.includes('.') || isIpAddress(host)) return host;
  return serviceHost(host, namespace, domain);
}

/** Name and namespace in a fully qualified service host, or `undefined` for any other host. */
export function parseServiceHost(host: string, domain: string = CLUSTER_DOMAIN): { name: string; namespace: string } | undefined {
  const suffix = `.svc.${domain}`;
  if (!host.endsWith(suffix)) return undefined;
  const rest = host.slice(0, -suffix.length);
  const dot = rest.lastIndexOf('.');
  if (dot <= 0 || dot === rest.length - 1) return undefined;
  return { name: rest.slice(0, dot), namespace: rest.slice(dot + 1) };
}

/** Whether a host is a wildcard (`*` or `*.example.com`). */
export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** Whether every name that `inner` stands for is one that `outer` stands for. */
export function hostCovers(outer: string, inner: string): boolean {
  if (outer === inner || outer === '*') return true;
  if (!isWildcard(outer)) return false;
  const suffix = outer.slice(1);
  return isWildcard(inner) ? inner.slice(1).endsWith(suffix) : inner.length > suffix.length && inner.endsWith(suffix);
}

/** Whether two hosts have a name in common: for hosts and wildcards that is when one covers the other. */
export function hostsOverlap(left: string, right: string): boolean {
  return hostCovers(left, right) || hostCovers(right, left);
}

/** Order of specificity: exact hosts first, then longer wildcards before shorter ones, then by name. */
export function compareHosts(left: string, right: string): number {
  const leftWild = isWildcard(left);
  const rightWild = isWildcard(right);
  if (leftWild !== rightWild) return leftWild ? 1 : -1;
  if (leftWild && left.length !== right.length) return right.length - left.length;
  return left < right ? -1 : left > right ? 1 : 0;
}
