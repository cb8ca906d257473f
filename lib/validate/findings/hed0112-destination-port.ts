import type { VirtualService } from '@/lib/kinds';
import { defineFinding, kindKeys } from '../define-finding';
import { pointerOf } from '../finding';
import { destinationsOf, isInMesh } from '../read-destinations';

export const portRequired = defineFinding({
  code: 'HED0112',
  severity: 'error',
  istio: 'IST0112',
  title: 'Destination of several ports, and none is named',
  cause:
    'The service has several ports. Without a port in the destination a proxy takes the port the request came in on: at a gateway, that is the port of the gateway, which the service need not have. In the mesh, for the very host the rule is about, the port of the request is the right one, and this is only information.',
  example: `# the service has the ports 80 and 8443
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: default }
spec:
  hosts: [shop.example.com]
  gateways: [public]
  http:
    - route: [{ destination: { host: shop } }]`,
  fix: 'Add `port: { number: … }` to the destination.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    const hosts = new Set((object.spec.hosts ?? []).map((host) => mesh.resolve(host, namespace)));
    const atGateways = (object.spec.gateways ?? []).some((gateway) => gateway !== 'mesh');
    for (const { host, port, path, role } of destinationsOf(object)) {
      if (port !== undefined || role === 'mirror') continue;
      const full = mesh.resolve(host, namespace);
      const service = mesh.service(full);
      if (service === undefined || service.ports.length < 2) continue;
      const severity = atGateways ? 'error' : isInMesh(object) && hosts.has(full) ? 'info' : 'warning';
      const ports = service.ports.map((one) => one.number).join(', ');
      report(path, `${full} has several ports (${ports}) and the destination names none`, { severity, related: [service.object] });
    }
  },
});

export const unknownPort = defineFinding({
  code: 'HED0304',
  severity: 'error',
  title: 'Destination port does not exist',
  cause:
    'The service has no such port, so there is no cluster to send requests to: they are answered with 503 (flag NC). The number is that of the Service, not of the container.',
  example: `# the service has port 9080 only
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - route: [{ destination: { host: reviews, port: { number: 8080 } } }]`,
  fix: 'Name a port of the Service, or leave the port out when it has only one.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    for (const { host, port, path } of destinationsOf(object)) {
      if (port === undefined) continue;
      const services = mesh.services(mesh.resolve(host, namespace));
      const ports = services.flatMap((service) => service.ports);
      if (services.length === 0 || ports.length === 0 || ports.some((one) => one.number === port)) continue;
      const [only, ...others] = ports;
      const byTarget = ports.find((one) => one.targetPort === port);
      const hint = byTarget === undefined ? '' : `; ${port} is the container's port behind ${byTarget.number}`;
      const meant = byTarget ?? (others.length === 0 ? only : undefined);
      report(
        `${path}.port.number`,
        `${services[0]?.host ?? host} has no port ${port} (it has ${ports.map((one) => one.number).join(', ')})${hint}`,
        {
          related: services.map((service) => service.object),
          fix: meant === undefined ? undefined : [{ op: 'replace', path: pointerOf(`${path}.port.number`), value: meant.number }],
        },
      );
    }
  },
});
