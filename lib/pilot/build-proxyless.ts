import { isHttp } from '@/lib/model';
import { filterNames, typeUrls } from '@/lib/xds';
import { loadAssignments } from './build-endpoints';
import { outboundClusters } from './build-outbound-clusters';
import { certificateProviderTls } from './build-tls-context';
import { serviceRoutes } from './build-virtual-hosts';
import { outboundCluster } from './names';
import type { RegistryPort, RegistryService } from '@/lib/model';
import type { Cluster, ConfigSource, Listener, PerFilterConfigs, Route, RouteAction, RouteConfiguration, RouteMatch } from '@/lib/xds';
import type { OutboundCluster } from './build-outbound-clusters';
import type { MeshState } from './mesh-state';
import type { EgressScope, ProxyScope } from './scope-proxy';
import type { CompiledProxy, ProxyNode } from './types';

const ads: ConfigSource = { ads: {}, resource_api_version: 'V3' };
/** google.rpc.Code of a service that cannot be reached. */
const UNAVAILABLE = 14;
const always = { numerator: 100, denominator: 'HUNDRED' } as const;

/**
 * What a proxyless gRPC client is served (node metadata `GENERATOR: grpc`; istio.md §3.4): per service port an API listener under every
 * name the client may dial (`xds:///host:port`), its routes `outbound|port||host`, clusters and endpoints. gRPC refuses whole resources
 * for a field it does not know, so only what it knows is emitted; a route it cannot follow fails its calls instead of sending them
 * elsewhere.
 */
export function buildProxyless(state: MeshState, scope: ProxyScope, proxy: ProxyNode): Omit<CompiledProxy, 'notes'> {
  const { cache } = state;
  const outbound = outboundClusters(state, scope);
  const known = outbound.filter((entry) => entry.cluster.type === 'EDS');
  const ports = scope.egress.flatMap((egress) =>
    egress.services.flatMap((service) => service.ports.filter((port) => isHttp(port.protocol)).map((port) => ({ egress, service, port }))),
  );
  return cache.memo(
    `proxyless|${scope.key}|${proxy.id}`,
    [outbound, scope, state.mesh, loadAssignments(state, scope, known, proxy)],
    () => {
      const listeners = new Map<string, Listener>();
      const routes = new Map<string, RouteConfiguration>();
      for (const { egress, service, port } of ports) {
        const route = routesOf(state, scope, egress, service, port);
        if (routes.has(route.name)) continue;
        routes.set(route.name, route);
        for (const name of namesOf(service, proxy.namespace)) {
          const dialled = `${name}:${port.port}`;
          if (!listeners.has(dialled)) listeners.set(dialled, listenerOf(dialled, route.name));
        }
      }
      return {
        clusters: known.map((entry) => cache.intern(typeUrls.cluster, entry.cluster.name, clusterOf(state, entry))),
        endpoints: loadAssignments(state, scope, known, proxy),
        listeners: [...listeners.values()].map((listener) => cache.intern(typeUrls.listener, listener.name, listener)),
        routes: [...routes.values()].map((route) => cache.intern(typeUrls.routeConfiguration, route.name, route)),
        workloads: [],
        secrets: [],
      };
    },
  );
}

function namesOf(service: RegistryService, namespace: string): string[] {
  if (service.registry !== 'Kubernetes') return [service.hostname];
  const names = [service.hostname, `${service.name}.${service.namespace}`, `${service.name}.${service.namespace}.svc`];
  return service.namespace === namespace ? [...names, service.name] : names;
}

function listenerOf(name: string, routes: string): Listener {
  return {
    name,
    api_listener: {
      api_listener: {
        '@type': typeUrls.httpConnectionManager,
        stat_prefix: '',
        rds: { config_source: ads, route_config_name: routes },
        http_filters: [
          { name: filterNames.fault, typed_config: { '@type': typeUrls.fault } },
          { name: filterNames.router, typed_config: { '@type': typeUrls.router } },
        ],
      },
    },
  };
}

function routesOf(
  state: MeshState,
  scope: ProxyScope,
  egress: EgressScope,
  service: RegistryService,
  port: RegistryPort,
): RouteConfiguration {
  const { virtual_hosts: hosts = [] } = serviceRoutes(state, scope, egress, service, port.port);
  const name = outboundCluster(port.port, '', service.hostname);
  return {
    name,
    virtual_hosts: hosts.map((host) => ({
      name: host.name,
      domains: ['*'],
      routes: (host.routes ?? []).flatMap((route) => routeOf(route, name)),
    })),
  };
}

/** A route as gRPC can take it (`fallback`: a cluster that exists); none when its conditions can never be met by a call. */
function routeOf(route: Route, fallback: string): Route[] {
  const match = matchOf(route.match);
  if (match === undefined) return [];
  const named = { ...(route.name === undefined ? {} : { name: route.name }), match };
  if (route.route === undefined) {
    // A client has no answer of its own to give and cannot be redirected: such a call fails, by a fault, since what xDS has for it
    // (non_forwarding_action) is too new for clients that are in use (grpc-js 1.14 ends with an exception).
    const answer = route.direct_response?.status ?? 0;
    const abort = { ...(answer >= 400 ? { http_status: answer } : { grpc_status: UNAVAILABLE }), percentage: always };
    const fault = { [filterNames.fault]: { '@type': typeUrls.fault, abort } };
    return [{ ...named, route: { cluster: fallback }, typed_per_filter_config: fault }];
  }
  const fault = faultOf(route.typed_per_filter_config);
  return [{ ...named, route: actionOf(route.route), ...(fault === undefined ? {} : { typed_per_filter_config: fault }) }];
}

function matchOf(match: RouteMatch): RouteMatch | undefined {
  const { prefix, path, safe_regex: regex, path_separated_prefix: segments, headers } = match;
  if (match.query_parameters !== undefined || match.dynamic_metadata !== undefined) return undefined;
  const where: Partial<RouteMatch> | undefined =
    path !== undefined
      ? { path }
      : regex !== undefined
        ? { safe_regex: regex }
        : segments !== undefined
          ? { safe_regex: { regex: `${segments.replaceAll(/[.+*?()[\]{}|^$\\]/g, '\\$&')}(/.*)?` } }
          : prefix !== undefined
            ? { prefix }
            : undefined;
  if (where === undefined) return undefined;
  return {
    ...where,
    ...(match.case_sensitive === undefined ? {} : { case_sensitive: match.case_sensitive }),
    ...(headers === undefined ? {} : { headers }),
    ...(match.runtime_fraction === undefined ? {} : { runtime_fraction: match.runtime_fraction }),
  };
}

function actionOf(action: RouteAction): RouteAction {
  const { cluster, weighted_clusters: weighted, timeout, retry_policy: retry } = action;
  const limited = timeout !== undefined && ((timeout.seconds ?? 0) > 0 || (timeout.nanos ?? 0) > 0);
  const hashes = (action.hash_policy ?? []).flatMap(({ header }) => (header === undefined ? [] : [{ header }]));
  return {
    ...(weighted === undefined
      ? { cluster: cluster ?? '' }
      : {
          weighted_clusters: {
            clusters: weighted.clusters.map((one) => ({
              ...(one.name === undefined ? {} : { name: one.name }),
              ...(one.weight === undefined ? {} : { weight: one.weight }),
            })),
          },
        }),
    ...(limited ? { max_stream_duration: { max_stream_duration: timeout } } : {}),
    ...(hashes.length === 0 ? {} : { hash_policy: hashes }),
    ...(retry === undefined
      ? {}
      : {
          retry_policy: {
            ...(retry.retry_on === undefined ? {} : { retry_on: retry.retry_on }),
            ...(retry.num_retries === undefined ? {} : { num_retries: retry.num_retries }),
            ...(retry.retry_back_off === undefined ? {} : { retry_back_off: retry.retry_back_off }),
          },
        }),
  };
}

function faultOf(configs: PerFilterConfigs | undefined): PerFilterConfigs | undefined {
  const fault = configs?.[filterNames.fault];
  return fault === undefined ? undefined : { [filterNames.fault]: fault };
}

/** Round robin unless a ring is asked for; mutual TLS only where a rule says ISTIO_MUTUAL, with the certificates of the bootstrap. */
function clusterOf(state: MeshState, { cluster, policy }: OutboundCluster): Cluster {
  return state.cache.memo(`proxyless-cluster|${cluster.name}`, [cluster], () => {
    const ring = cluster.lb_policy === 'RING_HASH';
    const requests = cluster.circuit_breakers?.thresholds?.[0]?.max_requests;
    return {
      name: cluster.name,
      type: 'EDS',
      eds_cluster_config: { eds_config: ads, service_name: cluster.name },
      lb_policy: ring ? 'RING_HASH' : 'ROUND_ROBIN',
      ...(ring && cluster.ring_hash_lb_config !== undefined ? { ring_hash_lb_config: cluster.ring_hash_lb_config } : {}),
      ...(requests === undefined ? {} : { circuit_breakers: { thresholds: [{ max_requests: requests }] } }),
      ...(policy.tls?.mode === 'ISTIO_MUTUAL' && cluster.transport_socket !== undefined
        ? { transport_socket: certificateProviderTls(cluster.transport_socket) }
        : {}),
      ...(cluster.metadata === undefined ? {} : { metadata: cluster.metadata }),
    };
  });
}
