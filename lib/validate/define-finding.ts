import type { KubernetesResource } from '@/lib/model';
import type { ObjectName, PatchStep, Severity } from './finding';
import type { MeshView } from './mesh-view';

export interface ReportOptions {
  /** When this occurrence is worse or milder than the definition says. */
  severity?: Severity;
  related?: readonly ObjectName[];
  fix?: readonly PatchStep[] | undefined;
}

/** Says that the finding holds at a path of the object. */
export type Report = (path: string, message: string, options?: ReportOptions) => void;

/** One thing validation looks for: its documentation and how it is found. */
export interface FindingDefinition {
  code: string;
  severity: Severity;
  istio: string | null;
  kiali: string | null;
  /** What is wrong, in a few words. */
  title: string;
  /** Why it matters: what the mesh does with such an object. */
  cause: string;
  /** YAML that has it. */
  example: string;
  /** What to do. */
  fix: string;
  /** `group/Kind` of the objects it is looked for in. */
  kinds: readonly string[];
  check: FindingCheck;
}

/** Declared as a method, so that a finding's function takes its own type of object. */
export type FindingCheck = { check(object: KubernetesResource, mesh: MeshView, report: Report): void }['check'];

/** Completes a definition: no code of another tool unless said. */
export function defineFinding(
  definition: Omit<FindingDefinition, 'istio' | 'kiali'> & Partial<Pick<FindingDefinition, 'istio' | 'kiali'>>,
): FindingDefinition {
  return { istio: null, kiali: null, ...definition };
}

export const kindKeys = {
  virtualService: 'networking.istio.io/VirtualService',
  destinationRule: 'networking.istio.io/DestinationRule',
  gateway: 'networking.istio.io/Gateway',
  serviceEntry: 'networking.istio.io/ServiceEntry',
  sidecar: 'networking.istio.io/Sidecar',
  workloadEntry: 'networking.istio.io/WorkloadEntry',
  workloadGroup: 'networking.istio.io/WorkloadGroup',
  envoyFilter: 'networking.istio.io/EnvoyFilter',
  proxyConfig: 'networking.istio.io/ProxyConfig',
  peerAuthentication: 'security.istio.io/PeerAuthentication',
  requestAuthentication: 'security.istio.io/RequestAuthentication',
  authorizationPolicy: 'security.istio.io/AuthorizationPolicy',
  telemetry: 'telemetry.istio.io/Telemetry',
  wasmPlugin: 'extensions.istio.io/WasmPlugin',
  trafficExtension: 'extensions.istio.io/TrafficExtension',
  kubernetesGateway: 'gateway.networking.k8s.io/Gateway',
  gatewayClass: 'gateway.networking.k8s.io/GatewayClass',
  httpRoute: 'gateway.networking.k8s.io/HTTPRoute',
  grpcRoute: 'gateway.networking.k8s.io/GRPCRoute',
  tlsRoute: 'gateway.networking.k8s.io/TLSRoute',
  tcpRoute: 'gateway.networking.k8s.io/TCPRoute',
  referenceGrant: 'gateway.networking.k8s.io/ReferenceGrant',
  service: '/Service',
  pod: '/Pod',
  namespace: '/Namespace',
  secret: '/Secret',
  serviceAccount: '/ServiceAccount',
  configMap: '/ConfigMap',
  deployment: 'apps/Deployment',
  statefulSet: 'apps/StatefulSet',
  daemonSet: 'apps/DaemonSet',
} as const;

/** `group/Kind` of an object; the group of core kinds is empty. */
export function kindOf(object: KubernetesResource): string {
  const slash = object.apiVersion.indexOf('/');
  return `${slash < 0 ? '' : object.apiVersion.slice(0, slash)}/${object.kind}`;
}

export function nameOf(object: KubernetesResource): ObjectName {
  return { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}
