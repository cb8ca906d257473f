import type { KubernetesResource, Pod } from '@/lib/model';
import { podAddresses, podSuffix } from '@/lib/model';
import { podNames } from '../generate';
import type { ConfigObject, PodName } from '../generate';

/** Who carries a request: our proxies, or stock Envoys. */
export type Wire = 'heddle' | 'envoy';

/** One case's mesh, with the addresses it has on one wire. */
export interface World {
  readonly wire: Wire;
  /** Tells this world's resources from those of others in the same proxy. */
  readonly key: string;
  readonly objects: readonly KubernetesResource[];
  readonly pods: ReadonlyMap<PodName, Pod>;
  ip(pod: PodName): string;
}

/** What the world is made of beside addresses. */
export interface WorldSettings {
  readonly jwks: string;
}

/** Addresses below are left to meshes that run beside. */
const FIRST_ADDRESS = 60 * 254;
/** Places for worlds; each wire has as many. */
export const SLOTS = 2600;

/** Line of both proxies' access logs. The user agent names the request: nothing on the way changes it. */
export const LOG_FORMAT =
  '#%REQ(USER-AGENT)%\\t%RESPONSE_CODE%\\t%RESPONSE_FLAGS%\\t%RESPONSE_CODE_DETAILS%\\t%UPSTREAM_CLUSTER_RAW%\\t%ROUTE_NAME%\\t%DOWNSTREAM_LOCAL_ADDRESS%\\n';

const meshConfig = `accessLogFile: /dev/stdout
accessLogFormat: "${LOG_FORMAT}"
enableTracing: false
outboundTrafficPolicy: { mode: REGISTRY_ONLY }
`;

interface PodPlan {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly account: string;
  readonly ports: readonly number[];
  readonly sidecar: boolean;
}

const plans: Readonly<Record<Exclude<PodName, 'ext'>, PodPlan>> = {
  web: { namespace: 'client', labels: { app: 'web', version: 'v1' }, account: 'web', ports: [], sidecar: true },
  curl: { namespace: 'shop', labels: { app: 'curl' }, account: 'curl', ports: [], sidecar: true },
  legacy: { namespace: 'client', labels: { app: 'legacy' }, account: 'default', ports: [], sidecar: false },
  gateway: {
    namespace: 'istio-system',
    labels: { istio: 'ingressgateway', app: 'istio-ingressgateway' },
    account: 'gateway',
    ports: [],
    sidecar: false,
  },
  'reviews-v1': {
    namespace: 'shop',
    labels: { app: 'reviews', version: 'v1' },
    account: 'reviews',
    ports: [9080, 9081, 7070, 7443],
    sidecar: true,
  },
  'reviews-v2': {
    namespace: 'shop',
    labels: { app: 'reviews', version: 'v2', tier: 'canary' },
    account: 'reviews',
    ports: [9080, 9081, 7070, 7443],
    sidecar: true,
  },
  ratings: { namespace: 'shop', labels: { app: 'ratings', version: 'v1' }, account: 'ratings', ports: [9080], sidecar: true },
  'own-ratings': { namespace: 'client', labels: { app: 'ratings', version: 'v1' }, account: 'ratings', ports: [9080], sidecar: true },
};

interface ServicePlan {
  readonly name: string;
  readonly namespace: string;
  readonly app: string;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: number }[];
  readonly members: readonly PodName[];
}

const http = { name: 'http', port: 9080, targetPort: 9080 };

function servicePlans(connections: boolean): ServicePlan[] {
  const more = connections
    ? [
        { name: 'tcp-stream', port: 7070, targetPort: 7070 },
        { name: 'tls-stream', port: 7443, targetPort: 7443 },
      ]
    : [{ name: 'http-more', port: 9081, targetPort: 9081 }];
  return [
    {
      name: 'reviews',
      namespace: 'shop',
      app: 'reviews',
      ports: connections ? more : [http, ...more],
      members: ['reviews-v1', 'reviews-v2'],
    },
    { name: 'ratings', namespace: 'shop', app: 'ratings', ports: [http], members: ['ratings'] },
    { name: 'ratings', namespace: 'client', app: 'ratings', ports: [http], members: ['own-ratings'] },
  ];
}

/** The mesh of one case: the same services and pods for all, the case's own configuration objects, and addresses of a slot. */
export function buildWorld(wire: Wire, slot: number, own: readonly ConfigObject[], connections: boolean, settings: WorldSettings): World {
  const first = FIRST_ADDRESS + 1 + ((slot % SLOTS) + (wire === 'envoy' ? SLOTS : 0)) * podNames.length;
  const ips = new Map(podNames.map((name, index) => [name, podAddresses(podSuffix(first + index)).podIp]));
  const ip = (name: PodName): string => ips.get(name) ?? '';
  const pods = new Map<PodName, Pod>();
  for (const [name, plan] of Object.entries(plans) as [Exclude<PodName, 'ext'>, PodPlan][])
    pods.set(name, podOf(name, plan, ip(name), connections));
  const services = servicePlans(connections).flatMap((plan, index) => serviceOf(plan, index, ip));
  const written = JSON.stringify(own)
    .replaceAll(/\{ip:([a-z0-9-]+)\}/g, (_, name: PodName) => ip(name))
    .replaceAll('"{jwks}"', () => JSON.stringify(settings.jwks));
  const objects: KubernetesResource[] = [
    ...['client', 'shop', 'other', 'istio-system'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio', namespace: 'istio-system' },
      data: { mesh: meshConfig },
    } as KubernetesResource,
    ...pods.values(),
    ...services,
    ingressService(),
    outside(ip('ext')),
    ...(JSON.parse(written) as KubernetesResource[]),
  ];
  return { wire, key: `${wire}${slot}`, objects, pods, ip };
}

function podOf(name: PodName, plan: PodPlan, podIP: string, connections: boolean): Pod {
  const ports = plan.ports.filter((port) => plan.ports.length === 1 || port > 9000 !== connections);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: plan.namespace,
      labels: { ...plan.labels, ...(plan.sidecar ? { 'security.istio.io/tlsMode': 'istio' } : {}) },
      ...(name === 'gateway' ? { annotations: { 'inject.istio.io/templates': 'gateway' } } : {}),
    },
    spec: { serviceAccountName: plan.account, containers: [{ name: 'app', ports: ports.map((containerPort) => ({ containerPort })) }] },
    status: { phase: 'Running', podIP, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function serviceOf(plan: ServicePlan, index: number, ip: (name: PodName) => string): KubernetesResource[] {
  const { name, namespace, ports, members } = plan;
  const service = { selector: { app: plan.app }, clusterIP: `127.96.0.${index + 1}`, ports };
  const endpoints = members.map((member) => ({
    addresses: [ip(member)],
    conditions: { ready: true },
    targetRef: { kind: 'Pod', name: member, namespace },
  }));
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: service } as KubernetesResource,
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-x`, namespace, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: ports.map(({ name: portName, targetPort }) => ({ name: portName, port: targetPort, protocol: 'TCP' })),
      endpoints,
    } as KubernetesResource,
  ];
}

function ingressService(): KubernetesResource {
  const spec = { selector: { istio: 'ingressgateway' }, clusterIP: '127.96.0.9', ports: [{ name: 'http2', port: 80, targetPort: 8080 }] };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'istio-ingressgateway', namespace: 'istio-system' },
    spec,
  } as KubernetesResource;
}

function outside(address: string): KubernetesResource {
  const spec = {
    hosts: ['ext.example.com'],
    location: 'MESH_EXTERNAL',
    resolution: 'STATIC',
    ports: [
      { number: 8000, name: 'http', protocol: 'HTTP' },
      { number: 8443, name: 'http-tls', protocol: 'HTTP' },
    ],
    endpoints: [{ address }],
  };
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: 'outside', namespace: 'shop' },
    spec,
  } as KubernetesResource;
}
