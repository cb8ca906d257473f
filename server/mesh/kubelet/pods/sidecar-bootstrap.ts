import type { Node, Pod, PodAddresses } from '@/lib/model';
import { CLUSTER_DOMAIN, formatLocality, localityOfPod, meshLabels, proxyPorts, serviceAccountOfPod, workloadOfPod } from '@/lib/model';

/** The version of Istio whose behaviour the mesh follows, as proxies tell it. */
export const istioVersion = '1.28.0';

/** What kind of proxy runs for a pod. */
export type ProxyKind = 'heddle' | 'envoy' | 'external';

export interface NodeIdentity {
  id: string;
  cluster: string;
  locality: { region: string; zone: string; sub_zone: string };
  metadata: Record<string, unknown>;
}

/** Ports of a gateway's container → ports on 127.0.0.1. */
export type HostPorts = Readonly<Record<string, number>>;

/** A pod made from the gateway template: its sidecar is the whole pod, and it takes traffic for others. */
export function isGatewayPod(pod: Pod): boolean {
  const templates = pod.metadata.annotations?.['inject.istio.io/templates'] ?? '';
  return templates.split(',').includes('gateway');
}

/** The kind that a pod's annotation names, else the mesh's own. */
export function proxyKindOf(pod: Pod, otherwise: ProxyKind): ProxyKind {
  const word = pod.metadata.annotations?.[meshLabels.proxy];
  return word === 'envoy' || word === 'external' || word === 'heddle' ? word : otherwise;
}

/** Who a proxy is, as the control plane reads it (Istio's node id and metadata). */
export function nodeIdentity(
  pod: Pod,
  node: Node | undefined,
  addresses: PodAddresses,
  hostPorts: HostPorts,
  kind: ProxyKind,
  /** Folder of the certificate files, for a proxy that takes them from there. */
  secretsFolder?: string,
): NodeIdentity {
  const namespace = pod.metadata.namespace ?? 'default';
  const workload = workloadOfPod(pod);
  const locality = localityOfPod(pod, node);
  const role = isGatewayPod(pod) ? 'router' : 'sidecar';
  const plural = `${workload.kind.toLowerCase()}s`;
  const group = workload.kind === 'Pod' ? 'v1' : workload.kind === 'CronJob' || workload.kind === 'Job' ? 'batch/v1' : 'apps/v1';
  return {
    id: `${role}~${addresses.podIp}~${pod.metadata.name}.${namespace}~${namespace}.svc.${CLUSTER_DOMAIN}`,
    cluster: `${workload.app}.${namespace}`,
    locality: { region: locality.region, zone: locality.zone, sub_zone: locality.subZone },
    metadata: {
      NAMESPACE: namespace,
      NAME: pod.metadata.name,
      LABELS: pod.metadata.labels ?? {},
      ANNOTATIONS: pod.metadata.annotations ?? {},
      INSTANCE_IPS: addresses.podIp,
      SERVICE_ACCOUNT: serviceAccountOfPod(pod),
      WORKLOAD_NAME: workload.workload,
      OWNER: `kubernetes://apis/${group}/namespaces/${namespace}/${plural}/${workload.workload}`,
      CLUSTER_ID: 'Kubernetes',
      MESH_ID: CLUSTER_DOMAIN,
      ISTIO_VERSION: istioVersion,
      INTERCEPTION_MODE: 'NONE',
      HEDDLE_PROXY: kind === 'heddle' ? 'heddle' : 'envoy',
      HEDDLE_HOST_PORTS: hostPorts,
      HEDDLE_APP_IP: addresses.appIp,
      HEDDLE_OUTBOUND_IP: addresses.outboundIp,
      ...(secretsFolder === undefined ? {} : { HEDDLE_SDS_DIR: secretsFolder }),
      ...(formatLocality(locality) === '' ? {} : { PLATFORM_LOCALITY: formatLocality(locality) }),
    },
  };
}

export interface SidecarBootstrap {
  node: NodeIdentity;
  discovery: { address: string; rootCertPath: string; tokenPath: string };
  admin: { address: string; port: number };
  podIp: string;
  appIp: string;
  outboundIp: string;
  trustDomain: string;
  /** Envoy clusters that no control plane serves: name → `host:port`. */
  staticClusters: Record<string, string>;
}

/** The one argument of `heddle proxy`: who it is, where its configuration comes from, which addresses are its own. */
export function sidecarBootstrap(
  node: NodeIdentity,
  addresses: PodAddresses,
  discovery: SidecarBootstrap['discovery'],
  mesh: Pick<SidecarBootstrap, 'trustDomain' | 'staticClusters'>,
): SidecarBootstrap {
  return {
    node,
    discovery,
    admin: { address: addresses.podIp, port: proxyPorts.admin },
    ...addresses,
    ...mesh,
  };
}
