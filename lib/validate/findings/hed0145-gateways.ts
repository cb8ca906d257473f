import { hostsOverlap } from '@/lib/model';
import type { Gateway, RequestAuthentication, VirtualService } from '@/lib/kinds';
import { matchesLabels } from '@/lib/model';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import type { MeshView } from '../mesh-view';
import { selectorKey, topics } from '../topics';

type Server = NonNullable<Gateway['spec']['servers']>[number];

const bare = (host: string) => host.slice(host.indexOf('/') + 1);
const isTlsServer = (server: Server) => ['HTTPS', 'TLS'].includes(server.port.protocol.toUpperCase());
const isHttpServer = (server: Server) => ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'].includes(server.port.protocol.toUpperCase());

/** Gateways that run on the same workloads: told by equal selectors. */
function siblings(mesh: MeshView, gateway: Gateway): Gateway[] {
  return mesh
    .list<Gateway>(topics.serverOf(selectorKey(gateway.spec.selector)))
    .filter((other) => other.metadata.name !== gateway.metadata.name || other.metadata.namespace !== gateway.metadata.namespace);
}

export const conflictingGateways = defineFinding({
  code: 'HED0145',
  severity: 'error',
  istio: 'IST0145',
  kiali: 'KIA0301',
  title: 'Two Gateways claim one port and host',
  cause:
    'Gateways on the same workloads share their ports. Of two TLS servers with the same host only the older is used; servers of different protocols on one port exclude each other. Two plain HTTP servers are merged: that is only information.',
  example: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: a, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com], tls: { mode: SIMPLE, credentialName: a } }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: a, namespace: other }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com], tls: { mode: SIMPLE, credentialName: b } }]`,
  fix: 'Serve each host by one Gateway, or use different ports or gateway workloads.',
  kinds: [kindKeys.gateway],
  check(object: Gateway, mesh, report) {
    const others = siblings(mesh, object);
    if (others.length === 0) return;
    for (const [index, server] of (object.spec.servers ?? []).entries()) {
      for (const other of others) {
        for (const theirs of other.spec.servers ?? []) {
          if (theirs.port.number !== server.port.number || (theirs.bind ?? '') !== (server.bind ?? '')) continue;
          const name = `${other.metadata.namespace ?? ''}/${other.metadata.name}`;
          const path = `spec.servers[${index}]`;
          if (isHttpServer(server) !== isHttpServer(theirs)) {
            report(
              `${path}.port`,
              `Gateway ${name} speaks ${theirs.port.protocol} on port ${server.port.number} of the same workloads, this one ${server.port.protocol}`,
              { related: [nameOf(other)] },
            );
            continue;
          }
          const same = isTlsServer(server)
            ? server.hosts.map(bare).filter((host) => theirs.hosts.map(bare).includes(host))
            : server.hosts.map(bare).filter((host) => theirs.hosts.some((one) => hostsOverlap(bare(one), host)));
          const [first] = same;
          if (first === undefined || (!isTlsServer(server) && !isHttpServer(server))) continue;
          const merged = isHttpServer(server);
          const what = merged ? 'the two are merged' : 'only the older of the two serves it';
          report(
            `${path}.hosts`,
            `Gateway ${name} has a server for ${first} on port ${server.port.number} of the same workloads, too: ${what}`,
            { related: [nameOf(other)], severity: merged ? 'info' : 'error' },
          );
        }
      }
    }
  },
});

export const sharedCertificate = defineFinding({
  code: 'HED0138',
  severity: 'warning',
  istio: 'IST0138',
  title: 'Two Gateways share a certificate',
  cause:
    'Browsers reuse an HTTP/2 connection for every host its certificate covers. When the servers of two Gateways use one certificate, requests for the second host arrive at the first, which answers 404 (flag NR).',
  example: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: a, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: wildcard } }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: b, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [b.example.com], tls: { mode: SIMPLE, credentialName: wildcard } }]`,
  fix: 'Use one Gateway with a wildcard host for the certificate, or a certificate for each.',
  kinds: [kindKeys.gateway],
  check(object: Gateway, mesh, report) {
    const others = siblings(mesh, object);
    for (const [index, server] of (object.spec.servers ?? []).entries()) {
      const credential = server.tls?.credentialName ?? '';
      if (credential === '') continue;
      const sharing = others.filter((other) => (other.spec.servers ?? []).some((one) => one.tls?.credentialName === credential));
      if (sharing.length === 0) continue;
      report(
        `spec.servers[${index}].tls.credentialName`,
        `Gateway ${sharing.map((one) => one.metadata.name).join(', ')} uses the certificate ${credential} on the same workloads, too`,
        { related: sharing.map(nameOf) },
      );
    }
  },
});

/** Whether gateways' workloads are among the objects; files seldom bring them. */
function knowsGateways(mesh: MeshView, selector: Readonly<Record<string, string>>): boolean {
  return mesh.settings.complete || Object.keys(selector).every((key) => mesh.has(topics.labelKey(key)));
}

export const gatewayWithoutWorkload = defineFinding({
  code: 'HED0230',
  severity: 'warning',
  istio: 'IST0101',
  kiali: 'KIA0302',
  title: 'Gateway runs nowhere',
  cause: 'No workload has the labels of the selector, so nothing listens for the servers of the Gateway.',
  example: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: default }
spec:
  selector: { istio: ingresgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }]`,
  fix: 'Correct the selector; the usual ingress gateway has the label istio: ingressgateway.',
  kinds: [kindKeys.gateway],
  check(object: Gateway, mesh, report) {
    const selector = object.spec.selector ?? {};
    if (Object.keys(selector).length === 0 || !knowsGateways(mesh, selector) || mesh.workloads('*', selector).length > 0) return;
    report('spec.selector', `No workload of the mesh has the labels ${selectorKey(selector)}`);
  },
});

export const gatewayPortNotOnService = defineFinding({
  code: 'HED0162',
  severity: 'warning',
  istio: 'IST0162',
  title: 'Port of the gateway is not reachable',
  cause: 'The gateway workloads listen on the port, but no Service in front of them has it, so nobody outside gets there.',
  example: `# the Service of the gateway has the ports 80 and 443
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 8081, name: http, protocol: HTTP }, hosts: ['*'] }]`,
  fix: 'Use a port of the Service, or add the port to the Service.',
  kinds: [kindKeys.gateway],
  check(object: Gateway, mesh, report) {
    const selector = object.spec.selector ?? {};
    if (Object.keys(selector).length === 0) return;
    const services = mesh.workloads('*', selector).flatMap((workload) => mesh.servicesOver(workload.namespace, workload.labels));
    if (services.length === 0) return;
    const ports = services.flatMap((service) => service.ports);
    for (const [index, server] of (object.spec.servers ?? []).entries()) {
      const { number } = server.port;
      if (ports.some((port) => port.number === number || port.targetPort === number || typeof port.targetPort === 'string')) continue;
      report(
        `spec.servers[${index}].port.number`,
        `No Service in front of the gateway has port ${number} (there are ${[...new Set(ports.map((port) => port.number))].join(', ')})`,
        { related: services.slice(0, 1).map((one) => one.object) },
      );
    }
  },
});

export const missingCredential = defineFinding({
  code: 'HED0161',
  severity: 'error',
  istio: 'IST0161',
  title: 'Certificate of the gateway does not exist',
  cause:
    'There is no Secret of that name in the namespace of the gateway workloads. The listener has no certificate to show, and TLS handshakes fail.',
  example: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com], tls: { mode: SIMPLE, credentialName: shop } }]`,
  fix: 'Create the Secret (type kubernetes.io/tls) in the namespace of the gateway workloads, not in that of the Gateway object.',
  kinds: [kindKeys.gateway],
  check(object: Gateway, mesh, report) {
    const spaces = [...new Set(mesh.workloads('*', object.spec.selector).map((workload) => workload.namespace))];
    if (Object.keys(object.spec.selector ?? {}).length === 0) return;
    for (const [index, server] of (object.spec.servers ?? []).entries()) {
      const names = [server.tls?.credentialName ?? '', ...(server.tls?.credentialNames ?? [])];
      for (const credential of names) {
        if (credential === '' || credential.includes('://')) continue;
        for (const space of spaces) {
          // Who may not read Secrets sees none: nothing is said then.
          if (!mesh.has(topics.kindIn(kindKeys.secret, space)) || mesh.find(kindKeys.secret, space, credential) !== undefined) continue;
          report(
            `spec.servers[${index}].tls`,
            `There is no Secret ${JSON.stringify(credential)} in namespace ${space}, where the gateway runs`,
          );
        }
      }
    }
  },
});

export const claimsWithoutAuthentication = defineFinding({
  code: 'HED0149',
  severity: 'error',
  istio: 'IST0149',
  title: 'Route by JWT claims, but nothing reads the token',
  cause:
    'The route matches `@request.auth.claims…`, which a RequestAuthentication for the gateway fills. Without one the match is never true.',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: default }
spec:
  hosts: [shop.example.com]
  gateways: [public]
  http:
    - match: [{ headers: { '@request.auth.claims.group': { exact: dev } } }]
      route: [{ destination: { host: shop } }]`,
  fix: 'Add a RequestAuthentication in the namespace of the gateway workloads that selects them.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const path = claimMatch(object);
    if (path === undefined) return;
    const gateways = (object.spec.gateways ?? [])
      .filter((one) => one !== 'mesh')
      .map((one) => mesh.gateway(one, object.metadata.namespace ?? ''));
    if (gateways.length === 0) {
      report(path, 'JWT claims are matched at gateways only, and the rule is bound to none');
      return;
    }
    const known = gateways.filter((one) => one !== undefined);
    if (known.length < gateways.length) return;
    const all = mesh.list<RequestAuthentication>(topics.kind(kindKeys.requestAuthentication));
    for (const gateway of known) {
      const selector = gateway.spec.selector ?? {};
      const workloads = mesh.workloads('*', selector);
      const reads = all.some((policy) => {
        const wanted = policy.spec.selector?.matchLabels;
        return (
          matchesLabels(selector, wanted) ||
          workloads.some((workload) => workload.namespace === policy.metadata.namespace && matchesLabels(workload.labels, wanted))
        );
      });
      if (!reads && (mesh.settings.complete || all.length > 0 || mesh.knows(object.metadata.namespace ?? '')))
        report(path, `No RequestAuthentication applies to the workloads of Gateway ${gateway.metadata.name}, so there are no claims`, {
          related: [nameOf(gateway)],
        });
    }
  },
});

function claimMatch({ spec }: VirtualService): string | undefined {
  for (const [index, rule] of (spec.http ?? []).entries()) {
    for (const [position, match] of (rule.match ?? []).entries()) {
      const name = Object.keys({ ...match.headers, ...match.withoutHeaders }).find((one) => one.startsWith('@request.auth.claims'));
      if (name !== undefined) return `spec.http[${index}].match[${position}].headers`;
    }
  }
  return undefined;
}
