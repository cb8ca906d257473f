import { detectProtocol } from '@/lib/model';
import type { Service } from '@/lib/model';
import type { KubernetesGateway, WorkloadGroup } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import type { MeshView } from '../mesh-view';
import { selectorKey, topics } from '../topics';

export const unknownAppProtocol = defineFinding({
  code: 'HED0462',
  severity: 'info',
  kiali: 'KIA0602',
  title: 'appProtocol that the mesh does not know',
  cause:
    'appProtocol beats the name of the port. Istio knows no protocol of that name, so the port is treated as if nothing were said: proxies guess from the first bytes.',
  example: `apiVersion: v1
kind: Service
metadata: { name: files, namespace: default }
spec: { selector: { app: shop }, ports: [{ name: http-files, appProtocol: httpx, port: 80 }] }`,
  fix: 'Use http, http2, https, grpc, tcp, tls, mongo, mysql, redis, kubernetes.io/h2c, kubernetes.io/ws or kubernetes.io/wss; tcp for protocols that the mesh does not read.',
  kinds: [kindKeys.service],
  check(object: Service, _mesh, report) {
    for (const [index, port] of (object.spec.ports ?? []).entries())
      if (port.appProtocol !== undefined && detectProtocol(port) === 'Unsupported' && port.protocol !== 'SCTP')
        report(
          `spec.ports[${index}].appProtocol`,
          `The mesh knows no protocol ${JSON.stringify(port.appProtocol)}: it guesses on port ${port.port}`,
        );
  },
});

const gateway = (name: string, spec: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: default }
spec: { gatewayClassName: istio, ${spec} }`;

const otherGateways = (mesh: MeshView, object: KubernetesGateway): KubernetesGateway[] =>
  mesh
    .list<KubernetesGateway>(topics.kind(kindKeys.kubernetesGateway))
    .filter((one) => one.metadata.name !== object.metadata.name || one.metadata.namespace !== object.metadata.namespace);

export const sharedListener = defineFinding({
  code: 'HED0471',
  severity: 'info',
  kiali: 'KIA1501',
  title: 'Two Gateways listen for one host',
  cause:
    'Two Gateways of the Gateway API have a listener for the same host, port and protocol. Each has an address of its own: which routes answer depends on where DNS leads.',
  example: `${gateway('a', 'listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example.com }]')}
---
${gateway('b', 'listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example.com }]')}`,
  fix: 'Serve the host by one Gateway, unless you are moving it from one to the other.',
  kinds: [kindKeys.kubernetesGateway],
  check(object: KubernetesGateway, mesh, report) {
    for (const [index, { hostname = '', port, protocol }] of object.spec.listeners.entries()) {
      if (hostname === '') continue;
      const other = otherGateways(mesh, object).find(({ spec }) =>
        spec.listeners.some((one) => one.hostname === hostname && one.port === port && one.protocol === protocol),
      );
      if (other !== undefined)
        report(
          `spec.listeners[${index}]`,
          `Gateway ${other.metadata.namespace ?? ''}/${other.metadata.name} listens for ${hostname} on port ${port} (${protocol}), too`,
          { related: [nameOf(other)] },
        );
    }
  },
});

export const sharedAddress = defineFinding({
  code: 'HED0472',
  severity: 'warning',
  kiali: 'KIA1502',
  title: 'Two Gateways ask for one address',
  cause: 'An address is given to one Gateway. The other is not programmed, or the two take turns.',
  example: `${gateway('a', 'addresses: [{ type: IPAddress, value: 192.0.2.10 }], listeners: [{ name: http, port: 80, protocol: HTTP }]')}
---
${gateway('b', 'addresses: [{ type: IPAddress, value: 192.0.2.10 }], listeners: [{ name: http, port: 80, protocol: HTTP }]')}`,
  fix: 'Merge the Gateways, or give each its own address.',
  kinds: [kindKeys.kubernetesGateway],
  check(object: KubernetesGateway, mesh, report) {
    for (const [index, { type = 'IPAddress', value = '' }] of (object.spec.addresses ?? []).entries()) {
      // Gateways of one Service by its host name are how Istio attaches several to one deployment.
      if (value === '' || type !== 'IPAddress') continue;
      const ports = new Set(object.spec.listeners.map((one) => one.port));
      const other = otherGateways(mesh, object).find(
        ({ spec }) =>
          (spec.addresses ?? []).some((one) => (one.type ?? 'IPAddress') === type && one.value === value) &&
          spec.listeners.some((one) => ports.has(one.port)),
      );
      if (other !== undefined)
        report(
          `spec.addresses[${index}]`,
          `Gateway ${other.metadata.namespace ?? ''}/${other.metadata.name} asks for the address ${value}, too`,
          {
            related: [nameOf(other)],
          },
        );
    }
  },
});

const group = (name: string, spec: string) => `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: default }
spec: ${spec}`;

export const missingAccount = defineFinding({
  code: 'HED0481',
  severity: 'warning',
  kiali: 'KIA1701',
  title: 'Service account of a WorkloadGroup does not exist',
  cause: 'Machines of the group get the identity of the service account. It is not there, so they get no token and no certificate.',
  example: `apiVersion: v1
kind: ServiceAccount
metadata: { name: machines, namespace: default }
---
${group('vms', '{ metadata: { labels: { app: vm } }, template: { serviceAccount: machine } }')}`,
  fix: 'Create the ServiceAccount in the namespace of the group, or name one that exists.',
  kinds: [kindKeys.workloadGroup],
  check(object: WorkloadGroup, mesh, report) {
    const account = object.spec.template.serviceAccount ?? '';
    const namespace = object.metadata.namespace ?? '';
    // Every namespace has one: who sees none may not read them.
    if (account === '' || account === 'default' || !mesh.has(topics.kindIn(kindKeys.serviceAccount, namespace))) return;
    if (mesh.find(kindKeys.serviceAccount, namespace, account) === undefined)
      report('spec.template.serviceAccount', `There is no ServiceAccount ${JSON.stringify(account)} in namespace ${namespace}`);
  },
});

export const sharedGroupLabels = defineFinding({
  code: 'HED0482',
  severity: 'warning',
  kiali: 'KIA1702',
  title: 'Two WorkloadGroups with the same labels',
  cause: 'Services and policies select machines by labels. Those of the two groups cannot be told apart.',
  example: `${group('a', '{ metadata: { labels: { app: vm } }, template: {} }')}\n---\n${group('b', '{ metadata: { labels: { app: vm } }, template: {} }')}`,
  fix: 'Give the groups labels that tell them apart, for example a version.',
  kinds: [kindKeys.workloadGroup],
  check(object: WorkloadGroup, mesh, report) {
    const labels = object.spec.metadata?.labels ?? {};
    if (Object.keys(labels).length === 0) return;
    const same = mesh
      .list<WorkloadGroup>(topics.kindIn(kindKeys.workloadGroup, object.metadata.namespace ?? ''))
      .filter((one) => one.metadata.name !== object.metadata.name && selectorKey(one.spec.metadata?.labels) === selectorKey(labels));
    if (same.length > 0)
      report('spec.metadata.labels', `WorkloadGroup ${same.map((one) => one.metadata.name).join(', ')} has the same labels`, {
        related: same.map(nameOf),
      });
  },
});
