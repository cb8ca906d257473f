import { printXds, typeUrls } from '@/lib/xds';
import type { Proxy } from '../proxy';

/** `/config_dump` in Envoy's form: what is in force, with versions. `resource` limits it to one part, `includeEds` adds endpoints. */
export function renderConfigDump(proxy: Proxy, resource: string, includeEds: boolean): unknown {
  const sections: [string, () => unknown][] = [
    ['bootstrap', () => ({ '@type': 'type.googleapis.com/envoy.admin.v3.BootstrapConfigDump', bootstrap: { node: nodeOf(proxy) } })],
    ['dynamic_active_clusters', () => clustersDump(proxy)],
    ['dynamic_listeners', () => listenersDump(proxy)],
    ['dynamic_route_configs', () => routesDump(proxy)],
    ['dynamic_active_secrets', () => secretsDump(proxy)],
  ];
  if (includeEds) sections.push(['dynamic_endpoint_configs', () => endpointsDump(proxy)]);
  return { configs: sections.filter(([name]) => resource === '' || resource === name).map(([, make]) => make()) };
}

function nodeOf(proxy: Proxy): unknown {
  const { node } = proxy.context;
  const { region, zone, subZone } = node.locality;
  return {
    id: node.id,
    cluster: node.cluster,
    metadata: node.metadata,
    locality: { region, zone, sub_zone: subZone },
    user_agent_name: 'heddle-proxy',
  };
}

function clustersDump(proxy: Proxy): unknown {
  const { lastUpdated } = proxy.applier.countOf(typeUrls.cluster);
  return {
    '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump',
    dynamic_active_clusters: proxy.context.clusters.all().map((cluster) => ({
      version_info: cluster.version,
      cluster: { '@type': typeUrls.cluster, ...(printXds(cluster.config) as object) },
      last_updated: lastUpdated,
    })),
  };
}

function listenersDump(proxy: Proxy): unknown {
  const { lastUpdated } = proxy.applier.countOf(typeUrls.listener);
  return {
    '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump',
    dynamic_listeners: proxy.listeners.all().map((runtime) => ({
      name: runtime.config.name,
      active_state: {
        version_info: runtime.version,
        listener: { '@type': typeUrls.listener, ...(printXds(runtime.config) as object) },
        last_updated: lastUpdated,
      },
    })),
  };
}

function routesDump(proxy: Proxy): unknown {
  const { lastUpdated } = proxy.applier.countOf(typeUrls.routeConfiguration);
  return {
    '@type': 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump',
    static_route_configs: proxy.listeners
      .all()
      .flatMap((runtime) => runtime.compiled.chains)
      .flatMap((chain) => {
        const config = chain.http?.config.route_config;
        return config === undefined
          ? []
          : [{ route_config: { '@type': typeUrls.routeConfiguration, ...(printXds(config) as object) }, last_updated: lastUpdated }];
      }),
    dynamic_route_configs: proxy.routes.all().map((ref) => ({
      version_info: ref.version,
      route_config: ref.config === null ? null : { '@type': typeUrls.routeConfiguration, ...(printXds(ref.config) as object) },
      last_updated: lastUpdated,
    })),
  };
}

/** Names alone: keys are never shown. */
function secretsDump(proxy: Proxy): unknown {
  return {
    '@type': 'type.googleapis.com/envoy.admin.v3.SecretsConfigDump',
    dynamic_active_secrets: ['default', 'ROOTCA', ...proxy.context.secrets.names()].map((name) => ({ name })),
  };
}

function endpointsDump(proxy: Proxy): unknown {
  return {
    '@type': 'type.googleapis.com/envoy.admin.v3.EndpointsConfigDump',
    dynamic_endpoint_configs: proxy.context.clusters
      .all()
      .flatMap((cluster) =>
        cluster.assignment === null
          ? []
          : [{ endpoint_config: { '@type': typeUrls.clusterLoadAssignment, ...(printXds(cluster.assignment) as object) } }],
      ),
  };
}
