import type { Sidecar } from '@/lib/kinds';
import { defineFinding, kindKeys } from '../define-finding';

const sidecar = (namespace: string, spec: string) => `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: ${namespace} }
spec: ${spec}`;

export const unknownEgressHost = defineFinding({
  code: 'HED0254',
  severity: 'warning',
  kiali: 'KIA1004',
  title: 'Sidecar reaches out to a host that does not exist',
  cause: 'The egress host stands for no service, so the entry does nothing.',
  example: sidecar('default', '{ egress: [{ hosts: [./revievs.default.svc.cluster.local] }] }'),
  fix: 'Correct the host: `namespace/full.dns.name`, with `*` for all.',
  kinds: [kindKeys.sidecar],
  check(object: Sidecar, mesh, report) {
    const own = object.metadata.namespace ?? '';
    for (const [index, listener] of (object.spec.egress ?? []).entries()) {
      for (const [position, host] of listener.hosts.entries()) {
        const [space = '', name = ''] = host.split('/');
        const namespace = space === '.' ? own : space;
        if (name.startsWith('*') || space.startsWith('~') || space === '*') continue;
        if (!mesh.knows(namespace) || mesh.services(name).length > 0) continue;
        report(
          `spec.egress[${index}].hosts[${position}]`,
          `${name} stands for no service${name.includes('.') ? '' : '; hosts of a Sidecar are full names'}`,
        );
      }
    }
  },
});

export const rootSidecarWithSelector = defineFinding({
  code: 'HED0256',
  severity: 'warning',
  kiali: 'KIA1006',
  title: 'Sidecar of the root namespace selects workloads',
  cause:
    'A Sidecar in the root namespace is the default of the whole mesh. With a selector it applies only to workloads of the root namespace.',
  example: sidecar('istio-system', '{ workloadSelector: { labels: { app: reviews } }, egress: [{ hosts: [./*] }] }'),
  fix: 'Remove the selector, or move the Sidecar to the namespace of the workloads.',
  kinds: [kindKeys.sidecar],
  check(object: Sidecar, mesh, report) {
    if (object.metadata.namespace === mesh.settings.rootNamespace && Object.keys(object.spec.workloadSelector?.labels ?? {}).length > 0)
      report('spec.workloadSelector', 'A Sidecar of the root namespace with a selector is not the default of the mesh');
  },
});

export const impliedRegistryOnly = defineFinding({
  code: 'HED0257',
  severity: 'info',
  kiali: 'KIA1007',
  title: 'outboundTrafficPolicy without mode',
  cause: 'An empty mode is REGISTRY_ONLY: hosts the mesh does not know are refused (502), which an empty block hardly says.',
  example: sidecar('default', '{ outboundTrafficPolicy: {}, egress: [{ hosts: [./*] }] }'),
  fix: 'Write the mode.',
  kinds: [kindKeys.sidecar],
  check(object: Sidecar, _mesh, report) {
    if (object.spec.outboundTrafficPolicy !== undefined && object.spec.outboundTrafficPolicy.mode === undefined)
      report('spec.outboundTrafficPolicy', 'Without a mode this is REGISTRY_ONLY: unknown hosts are refused');
  },
});
