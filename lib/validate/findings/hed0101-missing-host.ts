import { parseServiceHost, serviceHost } from '@/lib/model';
import type { DestinationRule, VirtualService } from '@/lib/kinds';
import { defineFinding, kindKeys } from '../define-finding';
import type { ReportOptions } from '../define-finding';
import { pointerOf } from '../finding';
import type { MeshView } from '../mesh-view';
import { nearestName } from '../nearest-name';
import { destinationsOf } from '../read-destinations';
import { topics } from '../topics';

/** Why a host stands for nothing and what was probably meant; `undefined` when it does stand for something, or nobody can know. */
function missingHost(
  mesh: MeshView,
  written: string,
  namespace: string,
  path: string,
): { message: string; options: ReportOptions } | undefined {
  if (written.startsWith('*') || written === '') return undefined;
  const host = mesh.resolve(written, namespace);
  if (mesh.services(host).length > 0) return undefined;
  const { domain } = mesh.settings;
  const service = parseServiceHost(host, domain);
  const space = service?.namespace ?? namespace;
  if (!mesh.knows(space)) return undefined;
  const replace = (value: string): ReportOptions => ({ fix: [{ op: 'replace', path: pointerOf(path), value }] });
  if (service === undefined) {
    const [name = '', other = '', ...rest] = host.split('.');
    const full = serviceHost(name, other, domain);
    if ((rest.length === 0 || (rest.length === 1 && rest[0] === 'svc')) && mesh.services(full).length > 0) {
      return {
        message: `${quoted(written)} is taken as a full name, not as a service of namespace ${other}; write ${quoted(full)}`,
        options: replace(full),
      };
    }
    return { message: `${quoted(host)} is neither a service of the mesh nor a host of a ServiceEntry`, options: {} };
  }
  const names = mesh.list(topics.serviceIn(space)).map((one) => one.metadata.name);
  const near = nearestName(service.name, names);
  const hint = near === undefined ? '' : `; did you mean ${quoted(near)}?`;
  const meant = near === undefined ? undefined : written.includes('.') ? serviceHost(near, space, domain) : near;
  return {
    message: `There is no service ${quoted(service.name)} in namespace ${space}${hint}`,
    options: meant === undefined ? {} : replace(meant),
  };
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

export const missingDestination = defineFinding({
  code: 'HED0101',
  severity: 'error',
  istio: 'IST0101',
  kiali: 'KIA1101',
  title: 'Destination does not exist',
  cause:
    'A route or mirror sends requests to a host that no Service and no ServiceEntry stands for. Proxies answer such requests with 503 (flag NC).',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - route: [{ destination: { host: revievs } }]`,
  fix: 'Name a service that exists. A name without a dot is one of the namespace of the VirtualService; for any other namespace write the full name, `reviews.other.svc.cluster.local`. Declare hosts outside of the mesh with a ServiceEntry.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    for (const { host, path, role } of destinationsOf(object)) {
      const missing = missingHost(mesh, host, namespace, `${path}.host`);
      if (missing !== undefined) report(`${path}.host`, `${missing.message}${role === 'mirror' ? ' (mirror)' : ''}`, missing.options);
    }
  },
});

export const unknownRuleHost = defineFinding({
  code: 'HED0174',
  severity: 'warning',
  istio: 'IST0174',
  kiali: 'KIA0202',
  title: 'DestinationRule for an unknown host',
  cause: 'No Service and no ServiceEntry stands for the host, so the rule applies to nothing.',
  example: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec:
  host: revievs
  trafficPolicy: { loadBalancer: { simple: RANDOM } }`,
  fix: 'Name a service that exists, or delete the rule.',
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, mesh, report) {
    const missing = missingHost(mesh, object.spec.host, object.metadata.namespace ?? '', 'spec.host');
    if (missing !== undefined) report('spec.host', missing.message, missing.options);
  },
});
