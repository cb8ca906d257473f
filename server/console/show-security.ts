import type { AnyObject, ObjectRef, SecuredWorkload, SecurityResponse } from '@/lib/contract';
import type { PeerAuthentication } from '@/lib/kinds';
import type { KubernetesResource, Pod } from '@/lib/model';
import { hasSidecar, meshLabels, workloadOfPod } from '@/lib/model';
import {
  authorizationPoliciesFor,
  buildMeshState,
  mutualTlsOnPort,
  proxyNodeOfPod,
  requestAuthenticationsFor,
  resolvePeerAuthentication,
} from '@/lib/pilot';
import type { MeshState } from '@/lib/pilot';
import type { AnyKubeObject, ResourceRef } from '@/server/kube';
import { askPermissions } from './ask-permissions';
import { liveObjects } from './compare-behaviour';
import type { Console } from './console-state';

const security = (plural: string): ResourceRef => ({ group: 'security.istio.io', version: 'v1', plural });
const modes = ['DISABLE', 'PERMISSIVE', 'STRICT'] as const;
type Mode = (typeof modes)[number];

/** Who may call what, which mutual TLS mode holds where and why, which workloads ask for tokens. */
export async function showSecurity(console: Console, query: { namespaces: string[] }): Promise<SecurityResponse> {
  const cluster = console.cluster();
  const traffic = await console.traffic.sample();
  const objects = liveObjects(cluster);
  const state = buildMeshState(objects, {});
  const wanted = (namespace: string) => query.namespaces.length === 0 || query.namespaces.includes(namespace);
  const peers = cluster.list(security('peerauthentications')) as (AnyKubeObject & PeerAuthentication)[];
  const general = (namespace: string) => peers.filter((one) => one.metadata.namespace === namespace && !selects(one)).sort(byAge)[0];
  const meshPolicy = general(state.rootNamespace);
  const meshMode = resolvePeerAuthentication(state, state.rootNamespace, {});
  const podsOf = Map.groupBy(cluster.pods().filter(isRunning), (pod) => `${pod.metadata.namespace}/${workloadOfPod(pod).workload}`);
  const workloads = [...podsOf].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const shown = workloads.flatMap(([, pods]) => pods.slice(0, 1)).filter((pod) => wanted(pod.metadata.namespace ?? ''));
  const namespaces = [...new Set(shown.map((pod) => pod.metadata.namespace ?? ''))].filter((name) => name !== state.rootNamespace);
  return {
    rootNamespace: state.rootNamespace,
    trustDomain: state.mesh.trustDomain,
    ...askPermissions(objects, {
      callers: workloads.flatMap(([, pods]) => pods.slice(0, 1)),
      wanted,
      traffic,
      nowMs: console.now(),
      state,
    }),
    mesh: {
      written: modeOf(meshPolicy),
      effective: meshMode.mode,
      from: refOfOrigin(meshMode.origin),
      policy: meshPolicy?.metadata.name ?? '',
    },
    namespaces: namespaces.toSorted().map((name) => {
      const { mode, origin } = resolvePeerAuthentication(state, name, {});
      const own = general(name);
      return { name, written: modeOf(own), effective: mode, from: refOfOrigin(origin), policy: own?.metadata.name ?? '' };
    }),
    workloads: shown.map((pod) => secureWorkload(state, pod, peers)).toSorted(byName),
    authorizationPolicies: editable(cluster.list(security('authorizationpolicies'))),
    requestAuthentications: editable(cluster.list(security('requestauthentications'))),
    peerAuthentications: editable(peers),
    notices: [...cluster.notices(), ...traffic.notices],
  };
}

function isRunning(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

const selects = ({ spec }: PeerAuthentication) => Object.keys(spec?.selector?.matchLabels ?? {}).length > 0;

function byAge(left: PeerAuthentication, right: PeerAuthentication): number {
  const age = ({ metadata }: PeerAuthentication) => `${metadata.creationTimestamp ?? '9'} ${metadata.name}`;
  return age(left) < age(right) ? -1 : 1;
}

function byName(left: SecuredWorkload, right: SecuredWorkload): number {
  return `${left.namespace}/${left.name}` < `${right.namespace}/${right.name}` ? -1 : 1;
}

function asMode(value: string | undefined): Mode | null {
  return modes.find((one) => one === value) ?? null;
}

function modeOf(policy: PeerAuthentication | undefined): Mode | null {
  return asMode(policy?.spec?.mtls?.mode);
}

function refOfOrigin(origin: { source: { kind: string; namespace: string; name: string } } | undefined): ObjectRef | null {
  if (origin === undefined) return null;
  const { kind, namespace, name } = origin.source;
  return { group: 'security.istio.io', version: 'v1', kind, namespace, name };
}

/** Objects as an editor needs them: without the book-keeping of who owns what. */
function editable(objects: readonly AnyKubeObject[]): AnyObject[] {
  return objects.map(({ metadata, ...rest }) => {
    const { managedFields: _managed, ...kept } = metadata;
    return { ...rest, metadata: kept };
  });
}

/** Labels that mean the workload's app, and its version where that tells it from others. */
function selectorFor(pod: Pod): Record<string, string> {
  const labels = pod.metadata.labels ?? {};
  const keys = ['app', 'app.kubernetes.io/name', 'version'].filter((key) => labels[key] !== undefined);
  const chosen =
    keys.length === 0 ? Object.keys(labels).filter((key) => key !== 'pod-template-hash' && !key.startsWith('security.istio.io')) : keys;
  return Object.fromEntries(chosen.map((key) => [key, labels[key] ?? '']));
}

function secureWorkload(state: MeshState, pod: Pod, peers: readonly PeerAuthentication[]): SecuredWorkload {
  const identity = workloadOfPod(pod);
  const labels = pod.metadata.labels ?? {};
  const { namespace } = identity;
  const result = resolvePeerAuthentication(state, namespace, labels);
  const selecting = peers
    .filter((one) => namespace !== state.rootNamespace && one.metadata.namespace === namespace && selects(one))
    .filter((one) => Object.entries(one.spec.selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value))
    .sort(byAge)[0];
  const ports = pod.spec.containers.filter((one) => one.name !== 'istio-proxy').flatMap((one) => one.ports ?? []);
  return {
    namespace,
    name: identity.workload,
    serviceAccount: identity.serviceAccount,
    labels: selectorFor(pod),
    hasProxy: hasSidecar(pod) || labels[meshLabels.gatewayName] !== undefined || proxyNodeOfPod(pod).type === 'router',
    written: modeOf(selecting),
    effective: result.mode,
    from: refOfOrigin(result.origin),
    policy: selecting?.metadata.name ?? '',
    ports: ports.map((port) => {
      const { mode, origin } = mutualTlsOnPort(result, port.containerPort);
      return {
        port: port.containerPort,
        name: port.name ?? '',
        written: asMode(selecting?.spec.portLevelMtls?.[String(port.containerPort)]?.mode),
        effective: mode,
        from: refOfOrigin(origin),
      };
    }),
    token: tokenOf(state, pod),
  };
}

/** Whether a request without a token is refused: a RequestAuthentication alone refuses only tokens that are wrong. */
function tokenOf(state: MeshState, pod: Pod): SecuredWorkload['token'] {
  const node = proxyNodeOfPod(pod);
  if (requestAuthenticationsFor(state, node).length === 0) return null;
  const policies = authorizationPoliciesFor(state, node);
  const name = ({ metadata }: KubernetesResource) => `AuthorizationPolicy ${metadata.namespace}/${metadata.name}`;
  const denies = policies.find(
    ({ spec }) =>
      spec?.action === 'DENY' &&
      (spec.rules ?? []).some(
        (rule) => rule.to === undefined && (rule.from ?? []).some(({ source }) => source?.notRequestPrincipals?.includes('*')),
      ),
  );
  if (denies !== undefined) return { required: true, object: name(denies) };
  const allows = policies.filter(({ spec }) => (spec?.action ?? 'ALLOW') === 'ALLOW');
  const [first] = allows;
  const allAsk = allows.every(({ spec }) =>
    (spec?.rules ?? []).every(
      (rule) => rule.from !== undefined && rule.from.every(({ source }) => (source?.requestPrincipals ?? []).length > 0),
    ),
  );
  return first !== undefined && allAsk ? { required: true, object: name(first) } : { required: false, object: '' };
}
