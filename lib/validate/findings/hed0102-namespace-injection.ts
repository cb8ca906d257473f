import { meshLabels } from '@/lib/model';
import type { Deployment, KubernetesResource, Namespace, Pod } from '@/lib/model';
import { defineFinding, kindKeys, kindOf } from '../define-finding';
import type { Report } from '../define-finding';
import type { MeshView } from '../mesh-view';
import { injectorValues, isInjected, isSystemNamespace, namespaceInjection } from '../read-injection';
import { topics } from '../topics';

const podsOf = (mesh: MeshView, namespace: string) =>
  mesh.list(topics.workloadIn(namespace)).filter((one): one is Pod => kindOf(one) === kindKeys.pod);

/** Whether a pod is bare and nothing about it says that this is meant. */
function isLeftOut({ metadata, spec, status }: Pod): boolean {
  const says =
    metadata.labels?.[meshLabels.inject] ?? metadata.annotations?.[meshLabels.inject] ?? metadata.labels?.[meshLabels.dataplaneMode];
  if (says !== undefined || spec.hostNetwork === true || status?.phase !== 'Running') return false;
  if (metadata.annotations?.[meshLabels.injectionStatus] !== undefined || metadata.labels?.[meshLabels.gatewayName] !== undefined)
    return false;
  return ![...spec.containers, ...(spec.initContainers ?? [])].some((one) => one.name === 'istio-proxy');
}

export const namespaceNotInjected = defineFinding({
  code: 'HED0102',
  severity: 'info',
  istio: 'IST0102',
  title: 'Namespace outside of the mesh',
  cause:
    'Services run in the namespace, and no label says whether their pods get a proxy. They have none: rules, policies and mutual TLS do not apply to them.',
  example: `apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: cart-0, namespace: shop, labels: { app: cart } }
spec: { containers: [{ name: app, image: cart }] }
status: { phase: Running }`,
  fix: 'Label the namespace istio-injection: enabled and restart its workloads; or istio-injection: disabled, if it is to stay outside.',
  kinds: [kindKeys.namespace],
  check(object: Namespace, mesh, report) {
    const { name } = object.metadata;
    if (!mesh.settings.complete || isSystemNamespace(mesh, name) || namespaceInjection(object) !== 'unsaid') return;
    if (injectorValues(mesh)?.enabledByDefault === true || !mesh.has(topics.serviceIn(name))) return;
    const bare = podsOf(mesh, name).filter(isLeftOut);
    if (bare.length > 0)
      report(
        'metadata.labels',
        `Nothing says whether pods of the namespace get a proxy: ${bare.length} of them ${bare.length === 1 ? 'has' : 'have'} none`,
      );
  },
});

export const injectedByDefault = defineFinding({
  code: 'HED0148',
  severity: 'info',
  istio: 'IST0148',
  title: 'Namespace is injected by default',
  cause: 'The namespace has no label about injection, and the injector is set to inject such namespaces (enableNamespacesByDefault).',
  example: `apiVersion: v1
kind: ConfigMap
metadata: { name: istio-sidecar-injector, namespace: istio-system }
data: { values: '{"sidecarInjectorWebhook":{"enableNamespacesByDefault":true}}' }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }`,
  fix: 'Label the namespace istio-injection: enabled, so that it shows; or disabled, if it is to stay outside of the mesh.',
  kinds: [kindKeys.namespace],
  check(object: Namespace, mesh, report) {
    if (isSystemNamespace(mesh, object.metadata.name) || namespaceInjection(object) !== 'unsaid') return;
    if (injectorValues(mesh)?.enabledByDefault === true)
      report('metadata.labels', 'Pods of the namespace get a proxy, though no label asks for it');
  },
});

const autoCause =
  'The image `auto` is replaced by the injector with that of the proxy. Nothing injects these pods, so the image is looked for in a registry, where there is none: they never start.';
const autoFix = 'Label the pods sidecar.istio.io/inject: "true", or the namespace istio-injection: enabled.';

/** Reports a container that waits for the injector where none comes. */
function checkAuto(
  mesh: MeshView,
  object: KubernetesResource,
  pod: Pick<Deployment['spec']['template'], 'metadata' | 'spec'>,
  path: string,
  report: Report,
): void {
  const index = pod.spec.containers.findIndex((one) => one.image === 'auto' && one.name === 'istio-proxy');
  if (index < 0) return;
  const injected = isInjected(mesh, object.metadata.namespace ?? '', {
    labels: pod.metadata?.labels ?? {},
    annotations: pod.metadata?.annotations ?? {},
  });
  if (injected === false)
    report(`${path}.containers[${index}].image`, 'The image auto is put in place by the injector, which does not take these pods');
}

export const autoImage = defineFinding({
  code: 'HED0146',
  severity: 'warning',
  istio: 'IST0146',
  title: 'Image auto without injection',
  cause: autoCause,
  example: `apiVersion: apps/v1
kind: Deployment
metadata: { name: gateway, namespace: other }
spec:
  selector: { matchLabels: { app: gateway } }
  template:
    metadata: { labels: { app: gateway } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }`,
  fix: autoFix,
  kinds: [kindKeys.deployment, kindKeys.statefulSet, kindKeys.daemonSet],
  check(object: Deployment, mesh, report) {
    checkAuto(mesh, object, object.spec.template, 'spec.template.spec', report);
  },
});

export const autoImagePod = defineFinding({
  code: 'HED0147',
  severity: 'error',
  istio: 'IST0147',
  title: 'Pod with image auto without injection',
  cause: autoCause,
  example: `apiVersion: v1
kind: Pod
metadata: { name: gateway, namespace: other }
spec: { containers: [{ name: istio-proxy, image: auto }] }`,
  fix: autoFix,
  kinds: [kindKeys.pod],
  check(object: Pod, mesh, report) {
    checkAuto(mesh, object, object, 'spec', report);
  },
});

export const oldProxyImage = defineFinding({
  code: 'HED0158',
  severity: 'warning',
  istio: 'IST0158',
  title: 'Pod runs a proxy of another version',
  cause: 'The pod was made before the control plane was upgraded, and its proxy is still of the version of then.',
  example: `apiVersion: v1
kind: ConfigMap
metadata: { name: istio-sidecar-injector, namespace: istio-system }
data: { values: '{"global":{"tag":"1.30.2"}}' }
---
apiVersion: v1
kind: Pod
metadata: { name: shop-1, namespace: default, labels: { app: shop }, annotations: { sidecar.istio.io/status: '{}' } }
spec: { containers: [{ name: app, image: shop }, { name: istio-proxy, image: 'docker.io/istio/proxyv2:1.28.0' }] }
status: { phase: Running }`,
  fix: 'Restart the workload (kubectl rollout restart).',
  kinds: [kindKeys.pod],
  check(object: Pod, mesh, report) {
    const { metadata, spec } = object;
    // Another revision has values of its own, and an image may be asked for.
    if (
      metadata.annotations?.['sidecar.istio.io/proxyImage'] !== undefined ||
      metadata.annotations?.[meshLabels.injectionStatus] === undefined
    )
      return;
    const space = mesh.find<Namespace>(kindKeys.namespace, '', metadata.namespace ?? '');
    if (space?.metadata.labels?.[meshLabels.injection] !== 'enabled' || metadata.labels?.[meshLabels.revision] !== undefined) return;
    const proxy = [...spec.containers, ...(spec.initContainers ?? [])].find((one) => one.name === 'istio-proxy');
    const tag = /:([\w.-]+)$/.exec(proxy?.image ?? '')?.[1];
    const wanted = tag === undefined ? undefined : injectorValues(mesh)?.tag;
    // `1.30.2` and `1.30.2-distroless` are one version.
    const version = (text: string) => text.replace(/-(?:distroless|debug)$/, '');
    if (tag !== undefined && wanted !== undefined && version(tag) !== version(wanted))
      report('spec.containers', `The proxy is of version ${tag}, new pods get ${wanted}`);
  },
});
