import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { ReferenceTable } from '../read-references';

/** What the fields of an EnvoyFilter mean. */
export const envoyFilterNotes: FieldNotes = {
  configPatches:
    'Changes to the configuration that the control plane makes for Envoy. They depend on its inner form, which changes between versions.',
  'configPatches[].applyTo': 'Which part of the configuration is changed.',
  'configPatches[].match': 'Which of these parts.',
  'configPatches[].match.cluster': 'For clusters: which.',
  'configPatches[].match.cluster.name': 'Full name of the Envoy cluster.',
  'configPatches[].match.cluster.portNumber': 'Port of the service.',
  'configPatches[].match.cluster.service': 'Full host name of the service.',
  'configPatches[].match.cluster.subset': 'Subset of the service.',
  'configPatches[].match.context': oneOf('In which direction, in which proxies.', {
    ANY: 'Everywhere.',
    SIDECAR_INBOUND: 'Sidecars, requests that come in.',
    SIDECAR_OUTBOUND: 'Sidecars, requests that go out.',
    GATEWAY: 'Gateways.',
    WAYPOINT: 'Waypoints.',
  }),
  'configPatches[].match.listener': 'For listeners and their filters: which.',
  'configPatches[].match.listener.filterChain': 'Which filter chain.',
  'configPatches[].match.listener.filterChain.applicationProtocols': 'Its application protocols (ALPN).',
  'configPatches[].match.listener.filterChain.destinationPort': 'Its destination port.',
  'configPatches[].match.listener.filterChain.filter': 'Which filter of the chain.',
  'configPatches[].match.listener.filterChain.filter.name': 'Name of the filter.',
  'configPatches[].match.listener.filterChain.filter.subFilter': 'Which HTTP filter inside of it.',
  'configPatches[].match.listener.filterChain.filter.subFilter.name': 'Name of the HTTP filter.',
  'configPatches[].match.listener.filterChain.name': 'Name of the filter chain.',
  'configPatches[].match.listener.filterChain.sni': 'Its server name (SNI).',
  'configPatches[].match.listener.filterChain.transportProtocol': 'Its transport: raw_buffer or tls.',
  'configPatches[].match.listener.listenerFilter': 'Which listener filter.',
  'configPatches[].match.listener.name': 'Name of the listener.',
  'configPatches[].match.listener.portName': 'Reserved.',
  'configPatches[].match.listener.portNumber': 'Port of the listener.',
  'configPatches[].match.proxy': 'Which proxies, beside the selector.',
  'configPatches[].match.proxy.metadata': 'Node metadata that they have.',
  'configPatches[].match.proxy.proxyVersion': 'Expression for the version of the proxy, such as `^1\\.2[0-9].*`.',
  'configPatches[].match.routeConfiguration': 'For routes: which.',
  'configPatches[].match.routeConfiguration.gateway': 'Gateway they are for, `namespace/name`.',
  'configPatches[].match.routeConfiguration.name': 'Name of the route configuration.',
  'configPatches[].match.routeConfiguration.portName': 'Name of the port, for gateways.',
  'configPatches[].match.routeConfiguration.portNumber': 'Number of the port.',
  'configPatches[].match.routeConfiguration.vhost': 'Which virtual host.',
  'configPatches[].match.routeConfiguration.vhost.domainName': 'A domain it is for.',
  'configPatches[].match.routeConfiguration.vhost.name': 'Its name, `host:port`.',
  'configPatches[].match.routeConfiguration.vhost.route': 'Which route.',
  'configPatches[].match.routeConfiguration.vhost.route.action': 'What the route does.',
  'configPatches[].match.routeConfiguration.vhost.route.name': 'Name of the route.',
  'configPatches[].match.waypoint': 'For waypoints: which part.',
  'configPatches[].match.waypoint.filter': 'Which filter.',
  'configPatches[].match.waypoint.filter.name': 'Name of the filter.',
  'configPatches[].match.waypoint.filter.subFilter': 'Which HTTP filter inside of it.',
  'configPatches[].match.waypoint.filter.subFilter.name': 'Name of the HTTP filter.',
  'configPatches[].match.waypoint.portNumber': 'Port of the service.',
  'configPatches[].match.waypoint.route': 'Which route.',
  'configPatches[].match.waypoint.route.name': 'Name of the route.',
  'configPatches[].patch': 'What is changed.',
  'configPatches[].patch.filterClass': 'Where a filter is put in, when its neighbours are not named.',
  'configPatches[].patch.operation': oneOf('How it is changed.', {
    INVALID: 'Nothing.',
    MERGE: 'The value is merged into the part.',
    ADD: 'The value is added.',
    REMOVE: 'The part is removed.',
    INSERT_BEFORE: 'The value is put before the part.',
    INSERT_AFTER: 'The value is put after the part.',
    INSERT_FIRST: 'The value is put first.',
    REPLACE: 'The value takes the place of the part.',
    MERGE_AND_REPLACE_LIST: 'Like MERGE, but lists are replaced.',
  }),
  'configPatches[].patch.value': 'Envoy configuration.',
  priority: 'Order among several: lower numbers first. Left out: 0.',
  targetRefs: 'Gateways or Services of the namespace it is for, in place of a selector.',
  workloadSelector: 'Which pods. Left out: the whole namespace; in the root namespace the whole mesh.',
  'workloadSelector.labels': as('labels', 'Labels that the pods have.'),
};

export const envoyFilterReferences: ReferenceTable = { 'workloadSelector.labels': 'labels', 'targetRefs[]': 'target' };

export const envoyFilterExample = `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: add-response-header
  namespace: default
spec:
  workloadSelector:
    labels:
      app: productpage
  configPatches:
  - applyTo: HTTP_FILTER
    match:
      context: SIDECAR_INBOUND
      listener:
        filterChain:
          filter:
            name: envoy.filters.network.http_connection_manager
            subFilter:
              name: envoy.filters.http.router
    patch:
      operation: INSERT_BEFORE
      value:
        name: envoy.filters.http.lua
        typed_config:
          '@type': type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
          default_source_code:
            inline_string: |
              function envoy_on_response(handle)
                handle:headers():add("x-served-by", "heddle")
              end
`;
