import { isTcp, isTls, parseProtocol } from '@/lib/model';
import type { ServiceEntry } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import { readService } from '../read-service';
import { topics } from '../topics';

type Port = NonNullable<ServiceEntry['spec']['ports']>[number];

function isOpaque(port: Port): boolean {
  const protocol = parseProtocol(port.protocol ?? 'TCP');
  return protocol === 'Unsupported' || (isTcp(protocol) && !isTls(protocol));
}

export const hijackedPort = defineFinding({
  code: 'HED0134',
  severity: 'warning',
  istio: 'IST0134',
  title: 'ServiceEntry takes a whole port',
  cause:
    'A TCP port without addresses cannot be told from other destinations: proxies listen for it on 0.0.0.0, and every connection to that port, wherever to, goes to the hosts of this entry. Other TCP services of the port lose their traffic.',
  example: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: db, namespace: default }
spec:
  hosts: [db.example.com]
  ports: [{ number: 3306, name: tcp, protocol: TCP }]
  resolution: DNS`,
  fix: 'Give the entry addresses, use TLS (which is told apart by SNI), or turn DNS capture with automatic addresses on.',
  kinds: [kindKeys.serviceEntry],
  check(object: ServiceEntry, mesh, report) {
    const { addresses = [], ports = [], hosts } = object.spec;
    if (addresses.length > 0 || ports.length === 0) return;
    const inCluster = hosts.every((host) => host.endsWith(`.svc.${mesh.settings.domain}`));
    if (inCluster) return;
    for (const [index, port] of ports.entries()) {
      if (!isOpaque(port)) continue;
      const entries = mesh.list<ServiceEntry>(topics.kindIn(kindKeys.serviceEntry, object.metadata.namespace ?? ''));
      const services = mesh.list(topics.serviceIn(object.metadata.namespace ?? ''));
      const others = [...entries, ...services].filter((one) => one.metadata.name !== object.metadata.name || one.kind !== object.kind);
      const same = others.filter((one) =>
        readService(one, '').ports.some((its) => its.number === port.number && isTcp(its.protocol) && !isTls(its.protocol)),
      );
      const lost =
        same.length === 0 ? '' : `; ${same.map((one) => one.metadata.name).join(', ')} ${same.length === 1 ? 'uses' : 'use'} the port, too`;
      report(
        `spec.ports[${index}]`,
        `Without addresses the TCP port ${port.number} is taken for every destination, not for ${hosts.join(', ')} alone${lost}`,
        { related: same.map(nameOf), severity: same.length === 0 ? 'warning' : 'error' },
      );
    }
  },
});

/** Other entries that can be seen together with this one and name one of its hosts. */
function sameHost(object: ServiceEntry, others: readonly ServiceEntry[]): ServiceEntry[] {
  const { namespace = '' } = object.metadata;
  const isPrivate = (one: ServiceEntry) =>
    one.spec.exportTo !== undefined && one.spec.exportTo.every((target) => target === '.' || target === '~');
  return others.filter((other) => {
    if (other.metadata.name === object.metadata.name && other.metadata.namespace === namespace) return false;
    return other.metadata.namespace === namespace || !(isPrivate(object) || isPrivate(other));
  });
}

export const duplicateEntry = defineFinding({
  code: 'HED0271',
  severity: 'warning',
  kiali: 'KIA1211',
  title: 'Two ServiceEntries for one host and port',
  cause: 'Both define the same host and port. Which endpoints are used depends on their age.',
  example: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: api-a, namespace: default }
spec: { hosts: [api.example.com], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: DNS }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: api-b, namespace: default }
spec: { hosts: [api.example.com], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: NONE }`,
  fix: 'Merge them, or hide them from each other with exportTo.',
  kinds: [kindKeys.serviceEntry],
  check(object: ServiceEntry, mesh, report) {
    for (const [index, host] of object.spec.hosts.entries()) {
      const others = sameHost(
        object,
        mesh.list<ServiceEntry>(topics.host(host)).filter((one) => one.kind === 'ServiceEntry'),
      );
      for (const other of others) {
        const shared = (object.spec.ports ?? []).find((port) =>
          (other.spec.ports ?? []).some(
            (one) => one.number === port.number && (one.protocol ?? '').toUpperCase() === (port.protocol ?? '').toUpperCase(),
          ),
        );
        if (shared !== undefined)
          report(
            `spec.hosts[${index}]`,
            `ServiceEntry ${other.metadata.namespace ?? ''}/${other.metadata.name} defines ${host} with port ${shared.number}, too`,
            { related: [nameOf(other)] },
          );
      }
    }
  },
});

export const conflictingProtocol = defineFinding({
  code: 'HED0177',
  severity: 'warning',
  istio: 'IST0177',
  kiali: 'KIA1212',
  title: 'Two ServiceEntries disagree about a protocol',
  cause: 'The same host and port is declared with different protocols. Only one of the declarations is used.',
  example: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: api-a, namespace: default }
spec: { hosts: [api.example.com], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: DNS }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: api-b, namespace: default }
spec: { hosts: [api.example.com], ports: [{ number: 443, name: https, protocol: HTTP }], resolution: DNS }`,
  fix: 'Declare the port once.',
  kinds: [kindKeys.serviceEntry],
  check(object: ServiceEntry, mesh, report) {
    for (const host of object.spec.hosts) {
      const others = sameHost(
        object,
        mesh.list<ServiceEntry>(topics.host(host)).filter((one) => one.kind === 'ServiceEntry'),
      );
      for (const [index, port] of (object.spec.ports ?? []).entries()) {
        for (const other of others) {
          const theirs = (other.spec.ports ?? []).find((one) => one.number === port.number);
          if (theirs === undefined || (theirs.protocol ?? 'TCP').toUpperCase() === (port.protocol ?? 'TCP').toUpperCase()) continue;
          report(
            `spec.ports[${index}].protocol`,
            `ServiceEntry ${other.metadata.namespace ?? ''}/${other.metadata.name} says that port ${port.number} of ${host} speaks ${theirs.protocol ?? 'TCP'}, this one says ${port.protocol ?? 'TCP'}`,
            { related: [nameOf(other)] },
          );
        }
      }
    }
  },
});

type Exported = ServiceEntry;

export const unknownExport = defineFinding({
  code: 'HED0205',
  severity: 'error',
  kiali: 'KIA0005',
  title: 'Exported to a namespace that does not exist',
  cause: 'Nobody sees the object there.',
  example: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: api, namespace: default }
spec: { hosts: [api.example.com], exportTo: [shopp], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: DNS }`,
  fix: 'Name a namespace that exists, or `.` (own), `*` (all), `~` (none).',
  kinds: [kindKeys.virtualService, kindKeys.destinationRule, kindKeys.serviceEntry],
  check(object: Exported, mesh, report) {
    if (!mesh.knowsNamespaces()) return;
    for (const [index, target] of (object.spec.exportTo ?? []).entries()) {
      if (['.', '*', '~'].includes(target) || mesh.find(kindKeys.namespace, '', target) !== undefined) continue;
      report(`spec.exportTo[${index}]`, `There is no namespace ${JSON.stringify(target)}`);
    }
  },
});
