import { meshLabels } from '@/lib/model';
import type { Namespace, Pod } from '@/lib/model';
import { defineFinding, kindKeys } from '../define-finding';

export const severalInjectionLabels = defineFinding({
  code: 'HED0123',
  severity: 'warning',
  istio: 'IST0123',
  title: 'Namespace with two labels about injection',
  cause: 'A namespace has both istio-injection and istio.io/rev. The first wins, so the revision is not the one that is asked for.',
  example: `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled, istio.io/rev: canary } }`,
  fix: 'Remove istio-injection.',
  kinds: [kindKeys.namespace],
  check(object: Namespace, _mesh, report) {
    const labels = object.metadata.labels ?? {};
    if (labels[meshLabels.injection] !== undefined && labels[meshLabels.revision] !== undefined)
      report(
        'metadata.labels',
        `istio-injection: ${labels[meshLabels.injection] ?? ''} wins over istio.io/rev: ${labels[meshLabels.revision] ?? ''}`,
      );
  },
});

export const podWithoutProxy = defineFinding({
  code: 'HED0103',
  severity: 'warning',
  istio: 'IST0103',
  title: 'Pod without its proxy',
  cause:
    'The namespace asks for injection and the pod has no proxy: it was made before the label was set. Rules, policies and mutual TLS do not apply to it.',
  example: `# made before the namespace was labelled istio-injection: enabled
apiVersion: v1
kind: Pod
metadata: { name: reviews-0, namespace: default }
spec: { containers: [{ name: reviews, image: reviews }] }`,
  fix: 'Restart the workload (kubectl rollout restart).',
  kinds: [kindKeys.pod],
  check(object: Pod, mesh, report) {
    if (!mesh.settings.complete || object.spec.hostNetwork === true || object.status?.phase !== 'Running') return;
    const space = mesh.find<Namespace>(kindKeys.namespace, '', object.metadata.namespace ?? '');
    const asks = space?.metadata.labels?.[meshLabels.injection] === 'enabled';
    const labels = object.metadata.labels ?? {};
    const annotations = object.metadata.annotations ?? {};
    if (
      !asks ||
      labels[meshLabels.inject] === 'false' ||
      annotations[meshLabels.inject] === 'false' ||
      annotations[meshLabels.injectionStatus] !== undefined
    )
      return;
    const containers = [...object.spec.containers, ...(object.spec.initContainers ?? [])];
    if (!containers.some((one) => one.name === 'istio-proxy'))
      report('spec.containers', `Namespace ${object.metadata.namespace ?? ''} asks for injection, and this pod has no proxy`);
  },
});

const proxyUser = 1337;

export const proxyUserId = defineFinding({
  code: 'HED0144',
  severity: 'warning',
  istio: 'IST0144',
  title: 'Application runs as the proxy',
  cause: `User ${proxyUser} is the proxy's: traffic of processes with that id is not captured, and bypasses the mesh.`,
  example: `apiVersion: v1
kind: Pod
metadata: { name: app, namespace: default }
spec: { securityContext: { runAsUser: 1337 }, containers: [{ name: app, image: app }] }`,
  fix: 'Use another user id.',
  kinds: [kindKeys.pod, kindKeys.deployment, kindKeys.statefulSet, kindKeys.daemonSet],
  check(object, _mesh, report) {
    type User = { securityContext?: { runAsUser?: number } };
    type Spec = User & { containers?: (User & { name?: string })[]; template?: { spec?: Spec } };
    const spec = (object as { spec?: Spec }).spec;
    const pod = spec?.template?.spec ?? spec;
    const base = spec?.template === undefined ? 'spec' : 'spec.template.spec';
    if (pod?.securityContext?.runAsUser === proxyUser)
      report(`${base}.securityContext.runAsUser`, `User ${proxyUser} is the proxy's: the traffic of the pod is not captured`);
    for (const [index, container] of (pod?.containers ?? []).entries())
      if (container.name !== 'istio-proxy' && container.securityContext?.runAsUser === proxyUser)
        report(
          `${base}.containers[${index}].securityContext.runAsUser`,
          `User ${proxyUser} is the proxy's: the traffic of the container is not captured`,
        );
  },
});
