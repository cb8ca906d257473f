import { meshLabels } from '@/lib/model';
import type { KubernetesResource, Namespace, Pod } from '@/lib/model';
import { defineFinding, kindKeys } from '../define-finding';
import { isAmbient, waypointIn } from '../read-ambient';
import { topics } from '../topics';

const redirection = 'ambient.istio.io/redirection';

const hasSidecarContainer = ({ spec, metadata }: Pod) =>
  metadata.annotations?.[meshLabels.injectionStatus] !== undefined &&
  [...spec.containers, ...(spec.initContainers ?? [])].some((one) => one.name === 'istio-proxy');

const wantsSidecar = ({ metadata }: KubernetesResource) =>
  metadata.labels?.[meshLabels.inject] === 'true' || metadata.labels?.[meshLabels.injection] === 'enabled';

const pod = (labels: string, annotations: string, containers: string) => `apiVersion: v1
kind: Pod
metadata: { name: cart-0, namespace: shop, labels: { app: cart${labels} }, annotations: { ${annotations} } }
spec: { containers: [{ name: app, image: cart }${containers}] }
status: { phase: Running }`;

const space = (labels: string) => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }`;

const both =
  'A pod is carried by its sidecar or by ztunnel, not by both. With both asked for the sidecar wins, and the pod is not in ambient mode.';
const sidecarContainer = ', { name: istio-proxy, image: proxyv2 }';

export const bothModes = defineFinding({
  code: 'HED0551',
  severity: 'warning',
  kiali: 'KIA1311',
  title: 'Sidecar and ambient mode asked for at once',
  cause: both,
  example: space('istio-injection: enabled, istio.io/dataplane-mode: ambient'),
  fix: 'Remove one of the two labels.',
  kinds: [kindKeys.namespace, kindKeys.pod],
  check(object, _mesh, report) {
    if (object.metadata.labels?.[meshLabels.dataplaneMode] === 'ambient' && wantsSidecar(object))
      report('metadata.labels', `The labels of the ${object.kind} ask for a sidecar and for ambient mode`);
  },
});

export const waypointOutside = defineFinding({
  code: 'HED0552',
  severity: 'warning',
  kiali: 'KIA1312',
  title: 'Waypoint for a namespace that is not in ambient mode',
  cause:
    'ztunnel leads requests through a waypoint for workloads in ambient mode. The namespace is not, so the label does nothing for its pods.',
  example: space('istio.io/use-waypoint: waypoint'),
  fix: 'Label the namespace istio.io/dataplane-mode: ambient, or remove istio.io/use-waypoint.',
  kinds: [kindKeys.namespace],
  check(object: Namespace, mesh, report) {
    const { labels, name } = object.metadata;
    const waypoint = waypointIn(labels);
    if (waypoint === undefined || waypoint === 'none' || labels?.[meshLabels.dataplaneMode] === 'ambient') return;
    // Pods may be in ambient mode one by one.
    const pods = mesh.list(topics.workloadIn(name));
    if (!pods.some((one) => one.metadata.labels?.[meshLabels.dataplaneMode] === 'ambient'))
      report(`metadata.labels["${meshLabels.useWaypoint}"]`, `The namespace names the waypoint ${waypoint} and is not in ambient mode`);
  },
});

export const missingWaypoint = defineFinding({
  code: 'HED0553',
  severity: 'error',
  kiali: 'KIA1313',
  title: 'Waypoint does not exist',
  cause: 'The label names a waypoint that is not there. Requests go without one: routes and policies for HTTP are not in force.',
  example: space('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint'),
  fix: 'Create the waypoint (a Gateway of class istio-waypoint), or name one that exists; for one of another namespace add istio.io/use-waypoint-namespace.',
  kinds: [kindKeys.namespace, kindKeys.service, kindKeys.pod],
  check(object, mesh, report) {
    const { labels } = object.metadata;
    const waypoint = waypointIn(labels);
    if (waypoint === undefined || waypoint === 'none' || !mesh.settings.complete) return;
    const own = object.kind === 'Namespace' ? object.metadata.name : (object.metadata.namespace ?? '');
    const namespace = labels?.['istio.io/use-waypoint-namespace'] ?? own;
    if (mesh.find(kindKeys.kubernetesGateway, namespace, waypoint) === undefined)
      report(`metadata.labels["${meshLabels.useWaypoint}"]`, `There is no waypoint ${JSON.stringify(waypoint)} in namespace ${namespace}`);
  },
});

export const sidecarLabelInAmbient = defineFinding({
  code: 'HED0554',
  severity: 'error',
  kiali: 'KIA1314',
  title: 'Pod in ambient mode asks for a sidecar',
  cause: `The traffic of the pod is led through ztunnel, and its label asks for a sidecar, which it has not got. ${both}`,
  example: pod(", sidecar.istio.io/inject: 'true'", 'ambient.istio.io/redirection: enabled', ''),
  fix: 'Remove the label, or restart the pod so that it gets its sidecar.',
  kinds: [kindKeys.pod],
  check(object: Pod, _mesh, report) {
    if (object.metadata.annotations?.[redirection] === 'enabled' && object.metadata.labels?.[meshLabels.inject] === 'true')
      report('metadata.labels', 'The pod is in ambient mode, and its label asks for a sidecar');
  },
});

export const sidecarWithAmbientLabel = defineFinding({
  code: 'HED0555',
  severity: 'error',
  kiali: 'KIA1315',
  title: 'Pod with a sidecar is labelled for ambient mode',
  cause: both,
  example: pod(', istio.io/dataplane-mode: ambient', "sidecar.istio.io/status: '{}'", sidecarContainer),
  fix: 'Remove the label, or restart the pod without injection.',
  kinds: [kindKeys.pod],
  check(object: Pod, _mesh, report) {
    if (object.metadata.labels?.[meshLabels.dataplaneMode] === 'ambient' && hasSidecarContainer(object))
      report('metadata.labels', 'The pod has a sidecar, and its label asks for ambient mode');
  },
});

export const sidecarInAmbientNamespace = defineFinding({
  code: 'HED0556',
  severity: 'warning',
  kiali: 'KIA1316',
  title: 'Pod with a sidecar in an ambient namespace',
  cause:
    'The pod was made before its namespace went over to ambient mode. It keeps its sidecar until it is restarted, and requests to it may pass both proxies.',
  example: `${space('istio.io/dataplane-mode: ambient')}\n---\n${pod('', "sidecar.istio.io/status: '{}'", sidecarContainer)}`,
  fix: 'Restart the workload; or label its pods istio.io/dataplane-mode: none, if they are to keep their sidecars.',
  kinds: [kindKeys.pod],
  check(object: Pod, mesh, report) {
    const { labels, namespace = '' } = object.metadata;
    if (labels?.[meshLabels.dataplaneMode] !== undefined || labels?.[meshLabels.inject] === 'true' || !hasSidecarContainer(object)) return;
    if (isAmbient(mesh, namespace)) report('spec.containers', `The pod has a sidecar, and namespace ${namespace} is in ambient mode`);
  },
});
