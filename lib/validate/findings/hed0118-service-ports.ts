import { detectProtocol } from '@/lib/model';
import type { Service } from '@/lib/model';
import { defineFinding, kindKeys } from '../define-finding';
import { topics } from '../topics';

const isOutside = ({ spec }: Service) => spec.type === 'ExternalName';
const systemNamespaces = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

export const unnamedPort = defineFinding({
  code: 'HED0118',
  severity: 'info',
  istio: 'IST0118',
  kiali: 'KIA0601',
  title: 'Protocol of a port is guessed',
  cause:
    'Neither appProtocol nor the name of the port (`<protocol>[-suffix]`) says which protocol is spoken. Proxies guess from the first bytes; protocols in which the server speaks first break, and rules for HTTP apply only when HTTP is recognised.',
  example: `apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: default }
spec:
  selector: { app: reviews }
  ports: [{ name: api, port: 9080 }]`,
  fix: 'Name the port after its protocol (`http-api`), or set appProtocol.',
  kinds: [kindKeys.service],
  check(object: Service, _mesh, report) {
    if (isOutside(object) || systemNamespaces.has(object.metadata.namespace ?? '')) return;
    for (const [index, port] of (object.spec.ports ?? []).entries()) {
      if (detectProtocol(port) !== 'Unsupported' || port.protocol === 'SCTP') continue;
      report(
        `spec.ports[${index}]`,
        `Neither the name ${JSON.stringify(port.name ?? '')} nor appProtocol of port ${port.port} says which protocol is spoken`,
      );
    }
  },
});

export const unknownTargetPort = defineFinding({
  code: 'HED0251',
  severity: 'warning',
  kiali: 'KIA0701',
  title: 'No container listens on the target port',
  cause:
    'The workloads that the Service selects declare their ports, and the target port is none of them. Requests are refused; a port that is named and does not exist has no endpoints at all.',
  example: `apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: default }
spec:
  selector: { app: reviews }
  ports: [{ name: http, port: 80, targetPort: web }]`,
  fix: 'Correct targetPort, or declare the port in the container.',
  kinds: [kindKeys.service],
  check(object: Service, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    const { selector, ports = [] } = object.spec;
    if (selector === undefined || Object.keys(selector).length === 0) return;
    const workloads = mesh.workloads(namespace, selector);
    if (workloads.length === 0) return;
    for (const [index, port] of ports.entries()) {
      const target = port.targetPort ?? port.port;
      const isNamed = typeof target === 'string' && !/^\d+$/.test(target);
      const declared = workloads.filter((workload) => workload.ports.length > 0 || isNamed);
      const found = declared.some((workload) =>
        workload.ports.some((one) => (isNamed ? one.name === target : one.number === Number(target))),
      );
      if (found || declared.length < workloads.length) continue;
      report(`spec.ports[${index}].targetPort`, `No container behind the service declares port ${target}`, {
        // Declaring numbers is a courtesy in Kubernetes; a name that nobody declares has no endpoints.
        severity: isNamed ? 'warning' : 'info',
        related: declared.slice(0, 3).map((workload) => workload.object),
      });
    }
  },
});

export const sharedWorkloadPorts = defineFinding({
  code: 'HED0116',
  severity: 'warning',
  istio: 'IST0116',
  title: 'One port, two protocols',
  cause:
    'Two Services lead to the same port of a workload and say different things about its protocol. Its sidecar has one listener for the port and believes one of them.',
  example: `apiVersion: v1
kind: Service
metadata: { name: echo-http, namespace: default }
spec: { selector: { app: echo }, ports: [{ name: http, port: 80, targetPort: 9000 }] }
---
apiVersion: v1
kind: Service
metadata: { name: echo-tcp, namespace: default }
spec: { selector: { app: echo }, ports: [{ name: tcp, port: 9000 }] }`,
  fix: 'Give both ports the same protocol, or use two container ports.',
  kinds: [kindKeys.service],
  check(object: Service, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    const [pair] = Object.entries(object.spec.selector ?? {});
    if (pair === undefined) return;
    const [workload] = mesh.workloads(namespace, object.spec.selector);
    const labels = workload?.labels ?? object.spec.selector ?? {};
    for (const other of mesh.servicesOver(namespace, labels)) {
      if (other.object.name === object.metadata.name) continue;
      for (const [index, port] of (object.spec.ports ?? []).entries()) {
        const target = port.targetPort ?? port.port;
        const protocol = detectProtocol(port);
        const clash = other.ports.find(
          (one) =>
            (one.targetPort ?? one.number) === target &&
            one.protocol !== protocol &&
            one.protocol !== 'Unsupported' &&
            protocol !== 'Unsupported',
        );
        if (clash !== undefined && (protocol === 'UDP') === (clash.protocol === 'UDP'))
          report(
            `spec.ports[${index}]`,
            `Service ${other.object.name} says that port ${target} of the same workloads speaks ${clash.protocol}, this one says ${protocol}`,
            { related: [other.object] },
          );
      }
    }
  },
});

export const externalNamePort = defineFinding({
  code: 'HED0150',
  severity: 'warning',
  istio: 'IST0150',
  title: 'Port of an ExternalName service has no TCP protocol',
  cause:
    'A Service of type ExternalName with a port whose name says nothing, or HTTP, makes proxies treat traffic to every host on that port as HTTP.',
  example: `apiVersion: v1
kind: Service
metadata: { name: db, namespace: default }
spec: { type: ExternalName, externalName: db.example.com, ports: [{ port: 5432 }] }`,
  fix: 'Name the port `tcp-…`, or leave ports out.',
  kinds: [kindKeys.service],
  check(object: Service, _mesh, report) {
    if (!isOutside(object)) return;
    for (const [index, port] of (object.spec.ports ?? []).entries())
      if (detectProtocol(port) === 'Unsupported')
        report(
          `spec.ports[${index}]`,
          `The name of port ${port.port} of an ExternalName service does not begin with a protocol such as tcp`,
        );
  },
});

export const serviceWithoutWorkload = defineFinding({
  code: 'HED0252',
  severity: 'info',
  title: 'Service selects nothing that runs',
  cause: 'No pod has the labels of the selector, so every request to the service is answered with 503 (flag UH).',
  example: `apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: default }
spec: { selector: { app: revievs }, ports: [{ name: http, port: 9080 }] }`,
  fix: 'Correct the selector, or start the workload.',
  kinds: [kindKeys.service],
  check(object: Service, mesh, report) {
    const { selector } = object.spec;
    const namespace = object.metadata.namespace ?? '';
    if (selector === undefined || Object.keys(selector).length === 0 || isOutside(object)) return;
    if (!mesh.settings.complete && !mesh.has(topics.workloadIn(namespace))) return;
    if (mesh.workloads(namespace, selector).length === 0) report('spec.selector', 'No workload has the labels of the selector');
  },
});
