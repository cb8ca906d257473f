import type { VirtualService } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import { isInMesh } from '../read-destinations';

/** Whether some namespace sees both: one that neither hides from it. */
function meet(left: VirtualService, right: VirtualService): boolean {
  const seenBy = ({ metadata, spec }: VirtualService): Set<string> => {
    const targets = spec.exportTo === undefined || spec.exportTo.length === 0 ? ['*'] : spec.exportTo;
    return new Set(targets.filter((target) => target !== '~').map((target) => (target === '.' ? (metadata.namespace ?? '') : target)));
  };
  const first = seenBy(left);
  const second = seenBy(right);
  if (first.size === 0 || second.size === 0) return false;
  return first.has('*') || second.has('*') || [...first].some((space) => second.has(space));
}

/** Which of two comes first for sidecars: the older one, then by name and namespace. */
function isOlder(left: VirtualService, right: VirtualService): boolean {
  const order = ({ metadata }: VirtualService) => [metadata.creationTimestamp ?? '9', metadata.name, metadata.namespace ?? ''].join(' ');
  return order(left) < order(right);
}

export const conflictingHosts = defineFinding({
  code: 'HED0109',
  severity: 'error',
  istio: 'IST0109',
  kiali: 'KIA1106',
  title: 'Two VirtualServices for one host in the mesh',
  cause:
    'Sidecars do not merge VirtualServices: for each host the first one in their order (own namespace, exported to it, public; then oldest) is used, and the rules of the others do nothing.',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews-a, namespace: default }
spec:
  hosts: [reviews]
  http: [{ route: [{ destination: { host: reviews } }] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews-b, namespace: default }
spec:
  hosts: [reviews]
  http: [{ timeout: 1s, route: [{ destination: { host: reviews } }] }]`,
  fix: 'Merge the rules into one VirtualService, or separate them by exportTo. Rules of several teams can be joined by delegation.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    if (!isInMesh(object)) return;
    for (const [index, host] of (object.spec.hosts ?? []).entries()) {
      const full = mesh.resolve(host, object.metadata.namespace ?? '');
      const others = mesh
        .virtualServices(full)
        .filter((other) => other !== object && !isSame(other, object) && isInMesh(other) && meet(object, other));
      if (others.length === 0) continue;
      const names = others.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`).join(', ');
      const first = others.some((other) => isOlder(other, object));
      const verdict =
        object.metadata.creationTimestamp === undefined
          ? ''
          : first
            ? '; this one does nothing for the clients that see both'
            : '; this one is older and is used';
      report(
        `spec.hosts[${index}]`,
        `${names} ${others.length === 1 ? 'has' : 'have'} rules for ${full} in the mesh, too: sidecars use one of them${verdict}`,
        { related: others.map(nameOf) },
      );
    }
  },
});

function isSame(left: VirtualService, right: VirtualService): boolean {
  return left.metadata.name === right.metadata.name && left.metadata.namespace === right.metadata.namespace;
}
