import { matchesLabels } from '@/lib/model';
import type { KubernetesResource } from '@/lib/model';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import type { FindingDefinition } from '../define-finding';
import type { MeshView } from '../mesh-view';
import { selectorKey, topics } from '../topics';

type Labels = Readonly<Record<string, string>>;
type Selecting = KubernetesResource & {
  spec?: { selector?: { matchLabels?: Labels }; workloadSelector?: { labels?: Labels }; targetRefs?: unknown[]; targetRef?: unknown };
};

/** The labels an object selects workloads by; `undefined` when it applies to all of a namespace. */
function selectedBy(object: KubernetesResource): Labels | undefined {
  const { selector, workloadSelector } = (object as Selecting).spec ?? {};
  const labels = selector?.matchLabels ?? workloadSelector?.labels;
  return labels === undefined || Object.keys(labels).length === 0 ? undefined : labels;
}

function targetsGateway(object: KubernetesResource): boolean {
  const { targetRef, targetRefs } = (object as Selecting).spec ?? {};
  return targetRef !== undefined || (targetRefs ?? []).length > 0;
}

/** Other objects of the kind and namespace that apply to all of it, too. */
function othersForAll(mesh: MeshView, object: KubernetesResource, kind: string): KubernetesResource[] {
  if (selectedBy(object) !== undefined || targetsGateway(object)) return [];
  const all = mesh.list(topics.kindIn(kind, object.metadata.namespace ?? ''));
  return all.filter((other) => other.metadata.name !== object.metadata.name && selectedBy(other) === undefined && !targetsGateway(other));
}

/** Other objects that select a workload this one selects; with no workloads known, those with the same selector. */
function othersForSame(mesh: MeshView, object: KubernetesResource, kind: string): KubernetesResource[] {
  const labels = selectedBy(object);
  const namespace = object.metadata.namespace ?? '';
  if (labels === undefined) return [];
  const rest = mesh.list(topics.kindIn(kind, namespace)).filter((other) => other.metadata.name !== object.metadata.name);
  if (rest.length === 0) return [];
  const workloads = mesh.workloads(namespace, labels);
  return rest.filter((other) => {
    const theirs = selectedBy(other);
    if (theirs === undefined) return false;
    return selectorKey(theirs) === selectorKey(labels) || workloads.some((workload) => matchesLabels(workload.labels, theirs));
  });
}

function competing(
  input: Pick<FindingDefinition, 'code' | 'severity' | 'title' | 'cause' | 'example' | 'fix'> & {
    istio?: string;
    kiali?: string;
    kind: string;
  },
  others: typeof othersForAll,
  sentence: string,
): FindingDefinition {
  const { kind, ...rest } = input;
  return defineFinding({
    ...rest,
    kinds: [kind],
    check(object, mesh, report) {
      const found = others(mesh, object, kind);
      if (found.length === 0) return;
      const names = found.map((one) => one.metadata.name).join(', ');
      report(selectedBy(object) === undefined ? 'spec' : 'spec.selector', sentence.replace('{}', names), {
        related: found.map(nameOf),
      });
    },
  });
}

const sidecar = (name: string, spec: string) => `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: ${name}, namespace: default }
spec: ${spec}`;

export const conflictingSidecars = competing(
  {
    code: 'HED0110',
    severity: 'error',
    istio: 'IST0110',
    kiali: 'KIA0003',
    kind: kindKeys.sidecar,
    title: 'Two Sidecars select one workload',
    cause: 'A workload takes one Sidecar, the oldest that selects it. The others do nothing for it.',
    example: `${sidecar('a', '{ workloadSelector: { labels: { app: reviews } }, egress: [{ hosts: [./*] }] }')}\n---\n${sidecar('b', "{ workloadSelector: { labels: { app: reviews } }, egress: [{ hosts: ['*/*'] }] }")}`,
    fix: 'Merge them, or make the selectors exclude each other.',
  },
  othersForSame,
  'Sidecar {} selects workloads of this one, too: they take the older',
);

export const severalSidecars = competing(
  {
    code: 'HED0111',
    severity: 'error',
    istio: 'IST0111',
    kiali: 'KIA0002',
    kind: kindKeys.sidecar,
    title: 'Two Sidecars without selector in one namespace',
    cause: 'A namespace takes one Sidecar for all of its workloads, the oldest. The others do nothing.',
    example: `${sidecar('a', '{ egress: [{ hosts: [./*] }] }')}\n---\n${sidecar('b', "{ egress: [{ hosts: ['*/*'] }] }")}`,
    fix: 'Keep one, or give the others a workloadSelector.',
  },
  othersForAll,
  'Sidecar {} has no workloadSelector either: only the older one is used',
);

const peer = (name: string, spec: string) => `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${name}, namespace: default }
spec: ${spec}`;

export const severalPeerAuthentications = competing(
  {
    code: 'HED0202',
    severity: 'error',
    kiali: 'KIA0002',
    kind: kindKeys.peerAuthentication,
    title: 'Two PeerAuthentications without selector in one namespace',
    cause: 'Only the oldest PeerAuthentication of a level counts. A stricter one that is younger does nothing.',
    example: `${peer('a', '{ mtls: { mode: PERMISSIVE } }')}\n---\n${peer('b', '{ mtls: { mode: STRICT } }')}`,
    fix: 'Keep one of them.',
  },
  othersForAll,
  'PeerAuthentication {} applies to the whole namespace, too: only the oldest counts',
);

export const conflictingPeerAuthentications = competing(
  {
    code: 'HED0203',
    severity: 'error',
    kiali: 'KIA0003',
    kind: kindKeys.peerAuthentication,
    title: 'Two PeerAuthentications select one workload',
    cause: 'Of the PeerAuthentications that select a workload only the oldest counts.',
    example: `${peer('a', '{ selector: { matchLabels: { app: reviews } }, mtls: { mode: DISABLE } }')}\n---\n${peer('b', '{ selector: { matchLabels: { app: reviews } }, mtls: { mode: STRICT } }')}`,
    fix: 'Merge them, or make the selectors exclude each other.',
  },
  othersForSame,
  'PeerAuthentication {} selects workloads of this one, too: only the oldest counts',
);

const telemetry = (name: string, spec: string) => `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: ${name}, namespace: default }
spec: ${spec}`;

export const conflictingTelemetries = competing(
  {
    code: 'HED0159',
    severity: 'error',
    istio: 'IST0159',
    kind: kindKeys.telemetry,
    title: 'Two Telemetries select one workload',
    cause: 'Of the Telemetries that select a workload only the oldest counts.',
    example: `${telemetry('a', '{ selector: { matchLabels: { app: reviews } }, tracing: [{ randomSamplingPercentage: 10 }] }')}\n---\n${telemetry('b', '{ selector: { matchLabels: { app: reviews } }, accessLogging: [{ disabled: true }] }')}`,
    fix: 'Merge them into one object.',
  },
  othersForSame,
  'Telemetry {} selects workloads of this one, too: only the oldest counts',
);

export const severalTelemetries = competing(
  {
    code: 'HED0160',
    severity: 'error',
    istio: 'IST0160',
    kind: kindKeys.telemetry,
    title: 'Two Telemetries without selector in one namespace',
    cause: 'Only the oldest Telemetry of a namespace counts for all of it.',
    example: `${telemetry('a', '{ tracing: [{ randomSamplingPercentage: 10 }] }')}\n---\n${telemetry('b', '{ accessLogging: [{ disabled: true }] }')}`,
    fix: 'Merge them into one object.',
  },
  othersForAll,
  'Telemetry {} applies to the whole namespace, too: only the oldest counts',
);

const selectingKinds = [
  kindKeys.authorizationPolicy,
  kindKeys.peerAuthentication,
  kindKeys.requestAuthentication,
  kindKeys.telemetry,
  kindKeys.sidecar,
  kindKeys.wasmPlugin,
  kindKeys.envoyFilter,
  kindKeys.proxyConfig,
];

export const selectsNothing = defineFinding({
  code: 'HED0127',
  severity: 'warning',
  istio: 'IST0127',
  kiali: 'KIA0004',
  title: 'Selector matches no workload',
  cause:
    'No workload of the namespace (in the root namespace: of the mesh) has the labels, so the object does nothing. For a policy that is meant to protect something, that something is unprotected.',
  example: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: viewers, namespace: default }
spec:
  selector: { matchLabels: { app: revievs } }
  rules: [{ to: [{ operation: { methods: [GET] } }] }]`,
  fix: 'Correct the labels of the selector.',
  kinds: selectingKinds,
  check(object, mesh, report) {
    const labels = selectedBy(object);
    const namespace = object.metadata.namespace ?? '';
    if (labels === undefined) return;
    const isRoot = namespace === mesh.settings.rootNamespace;
    if (!mesh.settings.complete && (isRoot || !mesh.has(topics.workloadIn(namespace)))) return;
    if (mesh.workloads(isRoot ? '*' : namespace, labels).length > 0) return;
    const path = (object as Selecting).spec?.selector === undefined ? 'spec.workloadSelector.labels' : 'spec.selector.matchLabels';
    const text = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    report(path, `No workload ${isRoot ? 'of the mesh' : `of namespace ${namespace}`} has the labels ${text.join(', ')}`);
  },
});
