import type { MessageRows } from './schema-rows';

/** Rows of the wire table: discovery requests and responses. */
export const discoveryMessages = {
  'envoy.service.discovery.v3.DiscoveryRequest': {
    version_info: '1 string',
    node: '2 envoy.config.core.v3.Node',
    resource_names: '3 repeated string',
    type_url: '4 string',
    response_nonce: '5 string',
    error_detail: '6 google.rpc.Status',
    resource_locators: '7 repeated envoy.service.discovery.v3.ResourceLocator',
  },
  'envoy.service.discovery.v3.DiscoveryResponse': {
    version_info: '1 string',
    resources: '2 repeated google.protobuf.Any',
    canary: '3 bool',
    type_url: '4 string',
    nonce: '5 string',
    control_plane: '6 envoy.config.core.v3.ControlPlane',
  },
  'envoy.service.discovery.v3.DeltaDiscoveryRequest': {
    node: '1 envoy.config.core.v3.Node',
    type_url: '2 string',
    resource_names_subscribe: '3 repeated string',
    resource_names_unsubscribe: '4 repeated string',
    initial_resource_versions: '5 map string',
    response_nonce: '6 string',
    error_detail: '7 google.rpc.Status',
    resource_locators_subscribe: '8 repeated envoy.service.discovery.v3.ResourceLocator',
    resource_locators_unsubscribe: '9 repeated envoy.service.discovery.v3.ResourceLocator',
  },
  'envoy.service.discovery.v3.DeltaDiscoveryResponse': {
    system_version_info: '1 string',
    resources: '2 repeated envoy.service.discovery.v3.Resource',
    type_url: '4 string',
    nonce: '5 string',
    removed_resources: '6 repeated string',
    control_plane: '7 envoy.config.core.v3.ControlPlane',
    removed_resource_names: '8 repeated envoy.service.discovery.v3.ResourceName',
  },
  'envoy.service.discovery.v3.Resource': {
    version: '1 string',
    resource: '2 google.protobuf.Any',
    name: '3 string',
    aliases: '4 repeated string',
    ttl: '6 google.protobuf.Duration',
    cache_control: '7 envoy.service.discovery.v3.Resource.CacheControl',
    resource_name: '8 envoy.service.discovery.v3.ResourceName',
    metadata: '9 envoy.config.core.v3.Metadata',
  },
  'envoy.service.discovery.v3.ResourceName': {
    name: '1 string',
  },
  'envoy.service.discovery.v3.ResourceLocator': {
    name: '1 string',
    dynamic_parameters: '2 map string',
  },
  'envoy.service.discovery.v3.Resource.CacheControl': {
    do_not_cache: '1 bool',
  },
} satisfies MessageRows;
