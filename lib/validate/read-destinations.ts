import type { VirtualService } from '@/lib/kinds';

/** One place in a VirtualService that names a destination. */
export interface NamedDestination {
  host: string;
  subset: string | undefined;
  port: number | undefined;
  /** `spec.http[0].route[1].destination`. */
  path: string;
  protocol: 'http' | 'tls' | 'tcp';
  role: 'route' | 'mirror';
  /** Percent of the rule's traffic; mirrors have none. */
  share: number;
}

/** Every destination a VirtualService names: routes and mirrors of HTTP, TLS and TCP rules. */
export function destinationsOf({ spec }: VirtualService): NamedDestination[] {
  const found: NamedDestination[] = [];
  type Destination = { host: string; subset?: string | undefined; port?: { number?: number | undefined } | undefined };
  const add = (destination: Destination, path: string, rest: Pick<NamedDestination, 'protocol' | 'role' | 'share'>) =>
    found.push({ host: destination.host, subset: destination.subset, port: destination.port?.number, path, ...rest });
  for (const protocol of ['http', 'tls', 'tcp'] as const) {
    for (const [index, rule] of (spec[protocol] ?? []).entries()) {
      const routes = rule.route ?? [];
      const total = routes.reduce((sum, route) => sum + (route.weight ?? 0), 0);
      for (const [position, route] of routes.entries()) {
        const share = routes.length === 1 ? 100 : total === 0 ? 0 : ((route.weight ?? 0) / total) * 100;
        add(route.destination, `spec.${protocol}[${index}].route[${position}].destination`, { protocol, role: 'route', share });
      }
    }
  }
  for (const [index, rule] of (spec.http ?? []).entries()) {
    if (rule.mirror !== undefined) add(rule.mirror, `spec.http[${index}].mirror`, { protocol: 'http', role: 'mirror', share: 0 });
    for (const [position, mirror] of (rule.mirrors ?? []).entries())
      add(mirror.destination, `spec.http[${index}].mirrors[${position}].destination`, { protocol: 'http', role: 'mirror', share: 0 });
  }
  return found;
}

/** Whether a VirtualService applies to sidecars. */
export function isInMesh({ spec }: VirtualService): boolean {
  return spec.gateways === undefined || spec.gateways.length === 0 || spec.gateways.includes('mesh');
}
