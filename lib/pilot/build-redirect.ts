import { isHttp } from '@/lib/model';
import { filterNames, typeUrls } from '@/lib/xds';
import {
  contextVersion,
  httpInspector,
  inboundChains,
  inboundClusterOf,
  inboundContext,
  plaintextHttpAlpn,
  tlsInspector,
} from './build-inbound';
import { httpConnectionManager } from './build-http-connection-manager';
import { serviceChains } from './build-outbound';
import { tcpProxy } from './build-tcp-filters';
import { httpPorts, portRoutes, serviceRoutes } from './build-virtual-hosts';
import { inboundPorts } from './inbound-ports';
import { BLACKHOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, PASSTHROUGH_CLUSTER, listenerName } from './names';
import { provenanceMetadata } from './provenance';
import { resolveTelemetry } from './resolve-telemetry';
import type { RegistryPort, RegistryService } from '@/lib/model';
import type { Cluster, FilterChain, Listener, ListenerFilter, RouteConfiguration } from '@/lib/xds';
import type { MeshState } from './mesh-state';
import type { TelemetrySettings } from './resolve-telemetry';
import type { EgressScope, ProxyScope } from './scope-proxy';
import type { ProxyNode } from './types';

const originalDst: ListenerFilter = { name: filterNames.originalDst, typed_config: { '@type': typeUrls.originalDst } };
const anyAddress = '0.0.0.0';
/** The source by which captured traffic tells the proxy's own connections to the application (istio.md §6). */
const inboundSource = '127.0.0.6';

interface CapturedParts {
  clusters: readonly Cluster[];
  listeners: readonly Listener[];
  routes: readonly RouteConfiguration[];
}

/** Listeners and routes of a sidecar whose traffic is captured (mode REDIRECT), with Istio's names (istio.md §3.3). */
export function buildCaptured(state: MeshState, scope: ProxyScope, proxy: ProxyNode): CapturedParts {
  const telemetry = resolveTelemetry(state, proxy, 'CLIENT');
  const inbound = capturedInbound(state, scope, proxy);
  const listeners: Listener[] = [virtualOutbound(state, scope, telemetry), ...inbound.listeners];
  const routes: RouteConfiguration[] = [];
  for (const egress of scope.egress) {
    const parts = state.cache.memo(
      `captured|${scope.key}|${egress.port?.number ?? 0}|${egress.bind}|${proxy.workload}`,
      [scope, egress, telemetry, state.mesh],
      () => capturedOutbound(state, scope, egress, telemetry),
    );
    listeners.push(...parts.listeners);
    routes.push(...parts.routes);
  }
  return { clusters: inbound.clusters, listeners, routes };
}

function virtualOutbound(state: MeshState, scope: ProxyScope, telemetry: TelemetrySettings): Listener {
  const port = state.mesh.proxyListenPort;
  const fallback = scope.allowAny ? PASSTHROUGH_CLUSTER : BLACKHOLE_CLUSTER;
  return state.cache.memo(`virtual-outbound|${port}|${fallback}`, [telemetry], () => ({
    name: 'virtualOutbound',
    address: { socket_address: { address: anyAddress, port_value: port } },
    traffic_direction: 'OUTBOUND',
    use_original_dst: { value: true },
    filter_chains: [
      {
        name: 'virtualOutbound-blackhole',
        // A connection to the capture port itself has no other destination: it would loop.
        filter_chain_match: { destination_port: { value: port } },
        filters: [tcpProxy(BLACKHOLE_CLUSTER, [{ cluster: BLACKHOLE_CLUSTER, weight: 1 }], telemetry)],
      },
      { name: 'virtualOutbound-catchall-tcp', filters: [tcpProxy(fallback, [{ cluster: fallback, weight: 1 }], telemetry)] },
    ],
  }));
}

function capturedInbound(
  state: MeshState,
  scope: ProxyScope,
  proxy: ProxyNode,
): { clusters: readonly Cluster[]; listeners: readonly Listener[] } {
  const ports = inboundPorts(state, scope, proxy);
  const context = inboundContext(state, scope, proxy);
  return state.cache.memo(`captured-inbound|${proxy.id}`, [ports, ...contextVersion(context, scope, ports)], () => {
    const listenPort = state.mesh.proxyInboundListenPort;
    const chains = ports.flatMap((port) =>
      inboundChains(context, { ...port, bind: anyAddress }, () => listenerName(anyAddress, port.port), {
        destination_port: { value: port.port },
      }),
    );
    const passthrough = tcpProxy(INBOUND_PASSTHROUGH_CLUSTER, [{ cluster: INBOUND_PASSTHROUGH_CLUSTER, weight: 1 }], context.telemetry);
    const listener: Listener = {
      name: 'virtualInbound',
      address: { socket_address: { address: anyAddress, port_value: listenPort } },
      traffic_direction: 'INBOUND',
      listener_filters: [originalDst, tlsInspector, httpInspector],
      listener_filters_timeout: state.mesh.protocolDetectionTimeout,
      continue_on_listener_filters_timeout: true,
      filter_chains: [
        {
          name: 'virtualInbound-blackhole',
          filter_chain_match: { destination_port: { value: listenPort } },
          filters: [tcpProxy(BLACKHOLE_CLUSTER, [{ cluster: BLACKHOLE_CLUSTER, weight: 1 }], context.telemetry)],
        },
        ...chains,
        { name: 'virtualInbound', filters: [...context.tcpFilters, passthrough] },
      ],
    };
    const clusters = ports.map((port): Cluster => {
      const cluster: Cluster = {
        ...inboundClusterOf(context, port),
        upstream_bind_config: { source_address: { address: inboundSource, port_value: 0 } },
      };
      if (port.ingress !== undefined) return cluster;
      delete cluster.load_assignment;
      return { ...cluster, type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED' };
    });
    return { listeners: [listener], clusters };
  });
}

function capturedOutbound(
  state: MeshState,
  scope: ProxyScope,
  egress: EgressScope,
  telemetry: TelemetrySettings,
): { listeners: Listener[]; routes: RouteConfiguration[] } {
  const listeners = new Map<string, Listener>();
  const routes: RouteConfiguration[] = [];
  const declared = new Set<number>();
  for (const service of egress.services) for (const port of service.ports) if (isHttp(port.protocol)) declared.add(port.port);
  for (const port of httpPorts(egress)) {
    const named = String(port);
    if (!declared.has(port) && port !== 80) continue;
    if (!declared.has(port) && egress.virtualServices.length === 0) continue;
    routes.push(portRoutes(state, scope, egress, port));
    listeners.set(listenerName(anyAddress, port), httpListener(state, port, named, telemetry));
  }
  for (const service of egress.services) {
    if (service.resolution === 'alias') continue;
    for (const port of service.ports) {
      if (isHttp(port.protocol) || port.protocol === 'UDP') continue;
      const sniffed = port.protocol === 'Unsupported';
      if (sniffed) routes.push(serviceRoutes(state, scope, egress, service, port.port));
      const addresses = service.addresses.filter((address) => !address.includes('/'));
      for (const address of addresses.length === 0 ? [anyAddress] : addresses)
        addTcp(state, scope, egress, listeners, address, service, port, telemetry);
    }
  }
  return { listeners: [...listeners.values()], routes };
}

const passthroughChain = (telemetry: TelemetrySettings): FilterChain => ({
  name: 'PassthroughFilterChain',
  filters: [tcpProxy(PASSTHROUGH_CLUSTER, [{ cluster: PASSTHROUGH_CLUSTER, weight: 1 }], telemetry)],
});

function httpListener(state: MeshState, port: number, routes: string, telemetry: TelemetrySettings): Listener {
  return {
    name: listenerName(anyAddress, port),
    address: { socket_address: { address: anyAddress, port_value: port } },
    traffic_direction: 'OUTBOUND',
    bind_to_port: { value: false },
    listener_filters: [tlsInspector, httpInspector],
    listener_filters_timeout: state.mesh.protocolDetectionTimeout,
    continue_on_listener_filters_timeout: true,
    filter_chains: [
      {
        filter_chain_match: { transport_protocol: 'raw_buffer', application_protocols: plaintextHttpAlpn },
        filters: [
          httpConnectionManager({
            statPrefix: `outbound_${listenerName(anyAddress, port)};`,
            routes,
            side: 'outbound',
            telemetry,
            mesh: state.mesh,
          }),
        ],
      },
    ],
    default_filter_chain: passthroughChain(telemetry),
  };
}

/** A TCP listener of its own; on a key that HTTP has already (no address, same port) its chains join the HTTP listener's. */
function addTcp(
  state: MeshState,
  scope: ProxyScope,
  egress: EgressScope,
  listeners: Map<string, Listener>,
  address: string,
  service: RegistryService,
  port: RegistryPort,
  telemetry: TelemetrySettings,
): void {
  const name = listenerName(address, port.port);
  const built = serviceChains(state, scope, egress.virtualServices, service, port, telemetry, false);
  const known = listeners.get(name);
  if (known === undefined) {
    listeners.set(name, {
      name,
      address: { socket_address: { address, port_value: port.port } },
      traffic_direction: 'OUTBOUND',
      bind_to_port: { value: false },
      ...built,
      metadata: provenanceMetadata(service.source, 'spec.ports'),
    });
    return;
  }
  const taken = new Set((known.filter_chains ?? []).map((chain) => JSON.stringify(chain.filter_chain_match ?? {})));
  const free = (built.filter_chains ?? []).filter((chain) => !taken.has(JSON.stringify(chain.filter_chain_match ?? {})));
  if (free.length === 0) {
    state.cache.note({
      code: 'conflict',
      severity: 'warning',
      object: { kind: service.source.kind, namespace: service.source.namespace, name: service.source.name },
      path: 'spec.ports',
      message: `Port ${port.port} has no address of its own and is already captured for another service`,
    });
    return;
  }
  listeners.set(name, { ...known, filter_chains: [...(known.filter_chains ?? []), ...free] });
}
