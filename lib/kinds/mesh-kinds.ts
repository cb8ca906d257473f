import { authorizationPolicyKind } from './authorization-policy';
import { backendTLSPolicyKind } from './backend-tls-policy';
import { destinationRuleKind } from './destination-rule';
import { envoyFilterKind } from './envoy-filter';
import { gatewayKind } from './gateway';
import { gatewayClassKind } from './gateway-class';
import { grpcRouteKind } from './grpc-route';
import { httpRouteKind } from './http-route';
import { kubernetesGatewayKind } from './kubernetes-gateway';
import { peerAuthenticationKind } from './peer-authentication';
import { proxyConfigKind } from './proxy-config';
import { referenceGrantKind } from './reference-grant';
import { requestAuthenticationKind } from './request-authentication';
import { serviceEntryKind } from './service-entry';
import { sidecarKind } from './sidecar';
import { tcpRouteKind } from './tcp-route';
import { telemetryKind } from './telemetry';
import { tlsRouteKind } from './tls-route';
import { trafficExtensionKind } from './traffic-extension';
import { virtualServiceKind } from './virtual-service';
import { wasmPluginKind } from './wasm-plugin';
import { workloadEntryKind } from './workload-entry';
import { workloadGroupKind } from './workload-group';
import { gvkKey } from './define-kind';
import type { KindDefinition } from './define-kind';

/** Every Istio and Gateway API kind Heddle knows, by the name that code calls it. Adding a kind is a folder and one line here. */
const registry = {
  authorizationPolicy: authorizationPolicyKind,
  backendTLSPolicy: backendTLSPolicyKind,
  destinationRule: destinationRuleKind,
  envoyFilter: envoyFilterKind,
  gateway: gatewayKind,
  gatewayClass: gatewayClassKind,
  grpcRoute: grpcRouteKind,
  httpRoute: httpRouteKind,
  kubernetesGateway: kubernetesGatewayKind,
  peerAuthentication: peerAuthenticationKind,
  proxyConfig: proxyConfigKind,
  referenceGrant: referenceGrantKind,
  requestAuthentication: requestAuthenticationKind,
  serviceEntry: serviceEntryKind,
  sidecar: sidecarKind,
  tcpRoute: tcpRouteKind,
  telemetry: telemetryKind,
  tlsRoute: tlsRouteKind,
  trafficExtension: trafficExtensionKind,
  virtualService: virtualServiceKind,
  wasmPlugin: wasmPluginKind,
  workloadEntry: workloadEntryKind,
  workloadGroup: workloadGroupKind,
};

type MeshKindName = keyof typeof registry;

export const meshKinds: readonly KindDefinition[] = Object.values(registry);

/** `group/Kind` of each, for code that means one of them. */
export const meshKindKeys = Object.fromEntries(Object.entries(registry).map(([name, kind]) => [name, gvkKey(kind)])) as Readonly<
  Record<MeshKindName, string>
>;
