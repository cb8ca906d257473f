export { gvkKey } from './define-kind';
export { noteOf } from './field-notes';
export type { FieldNote, Widget } from './field-notes';
export { fieldAt, shapeAt, shapeOf } from './field-shape';
export type { Field, FieldShape } from './field-shape';
export { patternOf } from './form-layout';
export type { FormGroup, FormLayout } from './form-layout';
export { metadataFields, objectShape } from './whole-shape';
export { readReferences } from './read-references';
export type { Reference, ReferenceRole, ReferenceTable } from './read-references';
export type {
  KindDefinition,
  KindRules,
  KubernetesObject,
  ManagedFieldsEntry,
  ObjectMeta,
  OwnerReference,
  PrinterColumn,
  RuleReport,
} from './define-kind';
export { meshKindKeys, meshKinds } from './mesh-kinds';
export type { AuthorizationPolicy, AuthorizationPolicySpec } from './authorization-policy';
export type { BackendTLSPolicy, BackendTLSPolicySpec } from './backend-tls-policy';
export type { DestinationRule, DestinationRuleSpec } from './destination-rule';
export type { EnvoyFilter, EnvoyFilterSpec } from './envoy-filter';
export type { Gateway, GatewaySpec } from './gateway';
export type { GatewayClass, GatewayClassSpec } from './gateway-class';
export type { GRPCRoute, GRPCRouteSpec } from './grpc-route';
export type { HTTPRoute, HTTPRouteSpec } from './http-route';
export type { KubernetesGateway, KubernetesGatewaySpec } from './kubernetes-gateway';
export type { PeerAuthentication, PeerAuthenticationSpec } from './peer-authentication';
export type { ProxyConfig, ProxyConfigSpec } from './proxy-config';
export type { ReferenceGrant, ReferenceGrantSpec } from './reference-grant';
export type { RequestAuthentication, RequestAuthenticationSpec } from './request-authentication';
export type { ServiceEntry, ServiceEntrySpec } from './service-entry';
export type { Sidecar, SidecarSpec } from './sidecar';
export type { TCPRoute, TCPRouteSpec } from './tcp-route';
export type { Telemetry, TelemetrySpec } from './telemetry';
export type { TLSRoute, TLSRouteSpec } from './tls-route';
export type { TrafficExtension, TrafficExtensionSpec } from './traffic-extension';
export type { VirtualService, VirtualServiceSpec } from './virtual-service';
export type { WasmPlugin, WasmPluginSpec } from './wasm-plugin';
export type { WorkloadEntry, WorkloadEntrySpec } from './workload-entry';
export type { WorkloadGroup, WorkloadGroupSpec } from './workload-group';
export { kubernetesKinds, objectMeta } from './kubernetes';
export type {
  ConfigMap,
  Container,
  ContainerStatus,
  DaemonSet,
  Deployment,
  DeploymentSpec,
  EndpointSlice,
  Endpoints,
  EnvVar,
  Event,
  Ingress,
  Job,
  Lease,
  Namespace,
  NetworkPolicy,
  Node,
  Pod,
  PodSpec,
  PodStatus,
  PodTemplate,
  PolicyRule,
  Probe,
  ReplicaSet,
  Role,
  RoleBinding,
  Secret,
  Service,
  ServiceAccount,
  ServicePort,
  ServiceSpec,
  StatefulSet,
  WorkloadStatus,
} from './kubernetes';
