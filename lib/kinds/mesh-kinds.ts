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
import type { KindDefinition } from './define-kind';

/** Every Istio and Gateway API kind Heddle knows. Adding a kind is a folder and one line here. */
export const meshKinds: readonly KindDefinition[] = [
  authorizationPolicyKind,
  backendTLSPolicyKind,
  destinationRuleKind,
  envoyFilterKind,
  gatewayKind,
  gatewayClassKind,
  grpcRouteKind,
  httpRouteKind,
  kubernetesGatewayKind,
  peerAuthenticationKind,
  proxyConfigKind,
  referenceGrantKind,
  requestAuthenticationKind,
  serviceEntryKind,
  sidecarKind,
  tcpRouteKind,
  telemetryKind,
  tlsRouteKind,
  trafficExtensionKind,
  virtualServiceKind,
  wasmPluginKind,
  workloadEntryKind,
  workloadGroupKind,
];
