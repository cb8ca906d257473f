import { HeddleError } from '@/lib/errors';
import { addressesOfPodIp, localityOfPod, workloadOfPod } from '@/lib/model';
import type { Node as KubernetesNode, Pod } from '@/lib/model';
import type { Node, Struct, StructValue } from '@/lib/xds';
import type { ProxyNode } from './types';

/**
 * The proxy that a discovery request's node describes (ARCHITECTURE "Node id" and metadata).
 * @throws HeddleError `bad_request` when the id is not `type~ip~pod.namespace~domain`
 */
export function parseProxyNode(node: Node): ProxyNode {
  const [type, ip, fullName, domain] = node.id.split('~');
  const dot = fullName?.lastIndexOf('.') ?? -1;
  if ((type !== 'sidecar' && type !== 'router') || ip === undefined || fullName === undefined || domain === undefined || dot <= 0) {
    throw new HeddleError(
      'bad_request',
      `"${node.id}" is not a node id such as sidecar~10.0.0.1~pod.namespace~namespace.svc.cluster.local`,
    );
  }
  const metadata = node.metadata ?? {};
  const namespace = text(metadata['NAMESPACE'], fullName.slice(dot + 1));
  const labels = textRecord(metadata['LABELS']);
  return {
    id: node.id,
    type,
    ip,
    name: text(metadata['NAME'], fullName.slice(0, dot)),
    namespace,
    labels,
    annotations: textRecord(metadata['ANNOTATIONS']),
    serviceAccount: text(metadata['SERVICE_ACCOUNT'], 'default'),
    workload: text(metadata['WORKLOAD_NAME'], labels['app'] ?? fullName.slice(0, dot)),
    clusterId: text(metadata['CLUSTER_ID'], 'Kubernetes'),
    meshId: text(metadata['MESH_ID'], 'cluster.local'),
    // A client without a proxy names its destinations.
    interceptionMode: metadata['INTERCEPTION_MODE'] === 'NONE' || metadata['GENERATOR'] === 'grpc' ? 'NONE' : 'REDIRECT',
    proxy: metadata['GENERATOR'] === 'grpc' ? 'grpc' : metadata['HEDDLE_PROXY'] === 'heddle' ? 'heddle' : 'envoy',
    appIp: text(metadata['HEDDLE_APP_IP'], ip),
    outboundIp: text(metadata['HEDDLE_OUTBOUND_IP'], ip),
    hostPorts: hostPorts(metadata['HEDDLE_HOST_PORTS']),
    sdsDirectory: text(metadata['HEDDLE_SDS_DIR'], ''),
    locality: { region: node.locality?.region ?? '', zone: node.locality?.zone ?? '', subZone: node.locality?.sub_zone ?? '' },
  };
}

/** The proxy a pod has (or would have, when injected): for offline use, where nobody connects. */
export function proxyNodeOfPod(pod: Pod, node?: KubernetesNode, overrides: Partial<ProxyNode> = {}): ProxyNode {
  const identity = workloadOfPod(pod);
  const ip = pod.status?.podIP ?? '0.0.0.0';
  const addresses = addressesOfPodIp(ip);
  const isGateway =
    pod.metadata.annotations?.['inject.istio.io/templates'] === 'gateway' || pod.metadata.labels?.['istio'] === 'ingressgateway';
  return {
    id: `${isGateway ? 'router' : 'sidecar'}~${ip}~${pod.metadata.name}.${identity.namespace}~${identity.namespace}.svc.cluster.local`,
    type: isGateway ? 'router' : 'sidecar',
    ip,
    name: pod.metadata.name,
    namespace: identity.namespace,
    labels: pod.metadata.labels ?? {},
    annotations: pod.metadata.annotations ?? {},
    serviceAccount: identity.serviceAccount,
    workload: identity.workload,
    clusterId: 'Kubernetes',
    meshId: 'cluster.local',
    interceptionMode: 'NONE',
    proxy: 'heddle',
    appIp: addresses?.appIp ?? ip,
    outboundIp: addresses?.outboundIp ?? ip,
    hostPorts: {},
    sdsDirectory: '',
    locality: localityOfPod(pod, node),
    ...overrides,
  };
}

function text(value: StructValue | undefined, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}

function isStruct(value: StructValue | undefined): value is Struct {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textRecord(value: StructValue | undefined): Record<string, string> {
  if (!isStruct(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function hostPorts(value: StructValue | undefined): Record<string, number> {
  let parsed = value;
  if (typeof value === 'string') {
    try {
      parsed = JSON.parse(value) as StructValue;
    } catch {
      // A node that writes nonsense here just has no ports on the host.
      return {};
    }
  }
  if (!isStruct(parsed)) return {};
  return Object.fromEntries(
    Object.entries(parsed).flatMap(([port, target]) => (Number.isInteger(Number(target)) ? [[port, Number(target)]] : [])),
  );
}
