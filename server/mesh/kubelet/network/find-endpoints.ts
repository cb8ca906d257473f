import type { EndpointSlice, Service } from '@/lib/model';
import { CLUSTER_DOMAIN } from '@/lib/model';

export interface Endpoint {
  address: string;
  port: number;
}

/** What the lookup reads; an informer's lists in a running mesh. */
export interface ServiceView {
  services: () => readonly Service[];
  slices: (namespace: string) => readonly EndpointSlice[];
}

/** `name`, `name.namespace`, `name.namespace.svc`, `name.namespace.svc.cluster.local`, as a pod of `namespace` would have them resolved. */
function serviceNamed(host: string, namespace: string, services: readonly Service[]): Service | undefined {
  const short = host.toLowerCase().replace(new RegExp(`\\.svc(\\.${CLUSTER_DOMAIN.replaceAll('.', '\\.')})?\\.?$`), '');
  const [name = '', where = namespace, ...more] = short.split('.');
  if (more.length > 0) return undefined;
  return services.find((service) => service.metadata.name === name && (service.metadata.namespace ?? 'default') === where);
}

/**
 * The ready endpoints behind a service's port, what a cluster's DNS and kube-proxy would lead to. `undefined`: the host is no service
 * of the cluster; empty: it is one without ready endpoints or without that port.
 */
export function findEndpoints(view: ServiceView, host: string, port: number, namespace: string): Endpoint[] | undefined {
  const services = view.services();
  const service = services.find((one) => one.spec.clusterIP === host) ?? serviceNamed(host, namespace, services);
  if (service === undefined) return undefined;
  const servicePort = service.spec.ports?.find((one) => one.port === port);
  if (servicePort === undefined) return [];
  return view
    .slices(service.metadata.namespace ?? 'default')
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name)
    .flatMap((slice) => {
      const number = slice.ports?.find((one) => (one.name ?? '') === (servicePort.name ?? ''))?.port;
      if (number === undefined) return [];
      const ready = (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false);
      return ready.flatMap((endpoint) => endpoint.addresses.map((address) => ({ address, port: number })));
    });
}
