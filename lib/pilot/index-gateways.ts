import { matchesLabels, resolveShortName } from '@/lib/model';
import { gatewayApiRoutes } from './gateway-api-routes';
import { servicesOfProxy } from './inbound-ports';
import { compareAge, table } from './mesh-state';
import { sourceOf } from './provenance';
import { ingressModels } from './read-ingresses';
import type { Gateway, GatewaySpec } from '@/lib/kinds';
import type { MeshState } from './mesh-state';
import type { SourceObject } from './provenance';
import type { ProxyNode } from './types';

export type ServerSpec = NonNullable<GatewaySpec['servers']>[number];

/** A gateway, Istio's own or what one of the Gateway API comes to. */
export interface GatewayModel {
  source: SourceObject;
  /** What routes name it by: `namespace/name`; for listeners of the Gateway API one name per listener. */
  key: string;
  namespace: string;
  name: string;
  servers: readonly { spec: ServerSpec; path: string }[];
  gatewayApi: boolean;
  /** Labels a proxy must have. */
  selector: Readonly<Record<string, string>>;
  /** Namespace the proxy must be in; `undefined` for any (istio.md §1.3). */
  proxyNamespace: string | undefined;
  creationTimestamp: string;
}

/** A server where a proxy listens for it. */
export interface PlacedServer {
  gateway: GatewayModel;
  spec: ServerSpec;
  path: string;
  /** Port of the container. */
  port: number;
  hosts: readonly { namespace: string; host: string }[];
}

/** All gateways, oldest first. */
function gateways(state: MeshState): readonly GatewayModel[] {
  const objects = table<Gateway>(state, 'networking.istio.io/Gateway');
  const api = gatewayApiRoutes(state).gateways;
  const ingresses = ingressModels(state).gateways;
  return state.cache.memo('gateways', [objects, api, ingresses], () => [
    ...[...objects.values()].sort(compareAge).map((object): GatewayModel => ({
      source: sourceOf(object),
      key: `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`,
      namespace: object.metadata.namespace ?? 'default',
      name: object.metadata.name,
      servers: (object.spec?.servers ?? []).map((spec, index) => ({ spec, path: `spec.servers[${index}]` })),
      gatewayApi: false,
      selector: object.spec?.selector ?? {},
      proxyNamespace: undefined,
      creationTimestamp: object.metadata.creationTimestamp ?? '',
    })),
    ...api,
    ...ingresses,
  ]);
}

/** The servers a gateway proxy has to offer, by container port; a Service that maps the server's port says which that is. */
export function serversOfProxy(state: MeshState, proxy: ProxyNode): ReadonlyMap<number, readonly PlacedServer[]> {
  const all = gateways(state);
  const services = servicesOfProxy(state, proxy);
  const key = `servers|${proxy.namespace}|${JSON.stringify(proxy.labels)}`;
  return state.cache.memo(key, [all, ...services], () => {
    const byPort = new Map<number, PlacedServer[]>();
    for (const gateway of all) {
      if (!matchesLabels(proxy.labels, gateway.selector)) continue;
      if (gateway.proxyNamespace !== undefined && gateway.proxyNamespace !== proxy.namespace) continue;
      for (const { spec, path } of gateway.servers) {
        const number = spec.port.number;
        const mapped = services.flatMap((service) => service.ports).find((port) => port.port === number)?.targetPort;
        const port = typeof mapped === 'number' ? mapped : number;
        const known = byPort.get(port) ?? [];
        byPort.set(port, known);
        known.push({ gateway, spec, path, port, hosts: (spec.hosts ?? []).map((host) => readHost(state, host, gateway.namespace)) });
      }
    }
    return byPort;
  });
}

/** `namespace/host`, with `*` any and `.` the gateway's own namespace; without a namespace any. */
function readHost(state: MeshState, text: string, namespace: string): { namespace: string; host: string } {
  const slash = text.indexOf('/');
  const owner = slash === -1 ? '*' : text.slice(0, slash);
  return { namespace: owner === '.' ? namespace : owner, host: resolveShortName(text.slice(slash + 1), namespace, state.domain) };
}
