import { hostsOverlap } from '@/lib/model';
import type { Gateway, VirtualService } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import { pointerOf } from '../finding';
import { nearestName } from '../nearest-name';
import { gatewayKey, topics } from '../topics';

/** Every place a VirtualService names a gateway. */
function gatewaysOf({ spec }: VirtualService): { written: string; path: string }[] {
  const found = (spec.gateways ?? []).map((written, index) => ({ written, path: `spec.gateways[${index}]` }));
  for (const protocol of ['http', 'tls', 'tcp'] as const) {
    for (const [index, rule] of (spec[protocol] ?? []).entries()) {
      for (const [position, match] of (rule.match ?? []).entries()) {
        for (const [at, written] of (match.gateways ?? []).entries())
          found.push({ written, path: `spec.${protocol}[${index}].match[${position}].gateways[${at}]` });
      }
    }
  }
  return found.filter(({ written }) => written !== 'mesh');
}

export const missingGateway = defineFinding({
  code: 'HED0181',
  severity: 'error',
  istio: 'IST0101',
  kiali: 'KIA1102',
  title: 'Gateway does not exist',
  cause:
    'The VirtualService is bound to a Gateway that is not there, so its rules apply to no gateway. A name alone is a Gateway of the namespace of the VirtualService.',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: default }
spec:
  hosts: [shop.example.com]
  gateways: [publik]
  http:
    - route: [{ destination: { host: shop } }]`,
  fix: 'Name a Gateway that exists; one of another namespace as `namespace/name`.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    for (const { written, path } of gatewaysOf(object)) {
      if (mesh.gateway(written, namespace) !== undefined) continue;
      const [space = '', name = ''] = gatewayKey(written, namespace).split('/');
      if (!mesh.knows(space) && !mesh.has(topics.kindIn(kindKeys.gateway, space))) continue;
      const own = mesh.list(topics.kindIn(kindKeys.gateway, space)).map((one) => one.metadata.name);
      const elsewhere = mesh.list(topics.kind(kindKeys.gateway)).filter((one) => one.metadata.name === name);
      const near = nearestName(name, own);
      const meant = elsewhere[0] === undefined ? near : `${elsewhere[0].metadata.namespace ?? ''}/${name}`;
      report(
        path,
        `There is no Gateway ${JSON.stringify(name)} in namespace ${space}${meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`}`,
        {
          related: elsewhere.map(nameOf),
          fix: meant === undefined || elsewhere.length > 1 ? undefined : [{ op: 'replace', path: pointerOf(path), value: meant }],
        },
      );
    }
  },
});

/** Whether a server of a gateway takes in a host of a VirtualService of a namespace. */
function takesIn(gateway: Gateway, host: string, namespace: string): boolean {
  return (gateway.spec.servers ?? []).some((server) =>
    server.hosts.some((written) => {
      const [space, name] = written.includes('/') ? written.split('/') : ['*', written];
      const inSpace = space === '*' || space === namespace || (space === '.' && gateway.metadata.namespace === namespace);
      return inSpace && name !== undefined && hostsOverlap(name, host);
    }),
  );
}

export const hostNotInGateway = defineFinding({
  code: 'HED0132',
  severity: 'warning',
  istio: 'IST0132',
  title: 'No server of the gateway takes in the host',
  cause:
    'None of the hosts that the bound Gateways serve (for the namespace of the VirtualService) overlaps with the host, so requests for it never reach these rules: the gateway answers 404 (flag NR).',
  example: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers:
    - { port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: blog, namespace: default }
spec:
  hosts: [blog.example.com]
  gateways: [public]
  http:
    - route: [{ destination: { host: blog } }]`,
  fix: 'Add the host to a server of the Gateway, or correct it in the VirtualService.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    const bound = (object.spec.gateways ?? []).filter((written) => written !== 'mesh');
    const gateways = bound.map((written) => mesh.gateway(written, namespace));
    const inMesh = (object.spec.gateways ?? []).includes('mesh');
    // A gateway that is not there may serve any host; in the mesh a host needs no gateway.
    if (bound.length === 0 || inMesh || gateways.includes(undefined)) return;
    const known = gateways.filter((gateway) => gateway !== undefined);
    for (const [index, host] of (object.spec.hosts ?? []).entries()) {
      const full = host.includes('.') || host === '*' ? host : mesh.resolve(host, namespace);
      if (known.some((gateway) => takesIn(gateway, host, namespace) || takesIn(gateway, full, namespace))) continue;
      report(`spec.hosts[${index}]`, `No server of ${bound.join(', ')} takes in the host ${host}`, { related: known.map(nameOf) });
    }
  },
});
