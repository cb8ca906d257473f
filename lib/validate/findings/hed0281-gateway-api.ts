import type { HTTPRoute, KubernetesGateway, ReferenceGrant } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import type { MeshView } from '../mesh-view';
import { nearestName } from '../nearest-name';
import { topics } from '../topics';

const routeKinds = [kindKeys.httpRoute, kindKeys.grpcRoute, kindKeys.tlsRoute, kindKeys.tcpRoute];
const istioClasses = new Set(['istio', 'istio-remote', 'istio-waypoint', 'istio-east-west']);

const route = (spec: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop, namespace: default }
spec: ${spec}`;

export const missingParent = defineFinding({
  code: 'HED0281',
  severity: 'error',
  kiali: 'KIA1401',
  title: 'Parent of a route does not exist or does not take it',
  cause:
    'The route is attached to a Gateway or Service that is not there, to a listener that is not there, or to one that takes no routes of this namespace. It has no effect.',
  example: route('{ parentRefs: [{ name: publik }], rules: [{ backendRefs: [{ name: shop, port: 80 }] }] }'),
  fix: 'Name a Gateway that exists (with `namespace` when it is another), and let its listener take routes of the namespace (`allowedRoutes`).',
  kinds: routeKinds,
  check(object: HTTPRoute, mesh, report) {
    const own = object.metadata.namespace ?? '';
    for (const [index, parent] of (object.spec.parentRefs ?? []).entries()) {
      const space = parent.namespace ?? own;
      const path = `spec.parentRefs[${index}]`;
      if (parent.kind === 'Service') {
        if (mesh.knows(space) && mesh.find(kindKeys.service, space, parent.name) === undefined)
          report(`${path}.name`, `There is no service ${JSON.stringify(parent.name)} in namespace ${space}`);
        continue;
      }
      if ((parent.kind ?? 'Gateway') !== 'Gateway' || (parent.group ?? 'gateway.networking.k8s.io') !== 'gateway.networking.k8s.io')
        continue;
      const gateway = mesh.find<KubernetesGateway>(kindKeys.kubernetesGateway, space, parent.name);
      if (gateway === undefined) {
        if (!mesh.knows(space) && !mesh.has(topics.kindIn(kindKeys.kubernetesGateway, space))) continue;
        const near = nearestName(
          parent.name,
          mesh.list(topics.kindIn(kindKeys.kubernetesGateway, space)).map((one) => one.metadata.name),
        );
        report(
          `${path}.name`,
          `There is no Gateway ${JSON.stringify(parent.name)} in namespace ${space}${near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`}`,
        );
        continue;
      }
      const listeners = gateway.spec.listeners.filter(
        (one) =>
          (parent.sectionName === undefined || one.name === parent.sectionName) && (parent.port === undefined || one.port === parent.port),
      );
      if (listeners.length === 0)
        report(path, `Gateway ${parent.name} has no listener ${parent.sectionName ?? parent.port ?? ''}`, { related: [nameOf(gateway)] });
      else if (space !== own && listeners.every((one) => (one.allowedRoutes?.namespaces?.from ?? 'Same') === 'Same'))
        report(path, `Gateway ${space}/${parent.name} takes routes of its own namespace only (allowedRoutes.namespaces.from: Same)`, {
          related: [nameOf(gateway)],
        });
    }
  },
});

interface Backend {
  name: string;
  kind?: string | undefined;
  group?: string | undefined;
  namespace?: string | undefined;
  port?: number | undefined;
}

/** Whether a grant of the target's namespace lets a route refer to a Service there. */
function isGranted(mesh: MeshView, kind: string, from: string, to: string, name: string): boolean {
  return mesh
    .list<ReferenceGrant>(topics.kindIn(kindKeys.referenceGrant, to))
    .some(
      (grant) =>
        grant.spec.from.some((one) => one.kind === kind && one.namespace === from) &&
        grant.spec.to.some((one) => one.kind === 'Service' && (one.name === undefined || one.name === name)),
    );
}

export const missingBackend = defineFinding({
  code: 'HED0282',
  severity: 'error',
  kiali: 'KIA1402',
  title: 'Backend of a route does not exist or may not be used',
  cause:
    'The Service, or its port, is not there, or it is of another namespace that has no ReferenceGrant for the route. That share of the requests is answered with 500.',
  example: route('{ parentRefs: [{ name: public }], rules: [{ backendRefs: [{ name: shopp, port: 80 }] }] }'),
  fix: 'Name a Service and port that exist; for another namespace add a ReferenceGrant there.',
  kinds: routeKinds,
  check(object: HTTPRoute, mesh, report) {
    const own = object.metadata.namespace ?? '';
    const judge = (backend: Backend, path: string) => {
      if ((backend.kind ?? 'Service') !== 'Service' || (backend.group ?? '') !== '') return;
      const space = backend.namespace ?? own;
      if (space !== own && mesh.knows(space) && !isGranted(mesh, object.kind, own, space, backend.name))
        report(
          `${path}.namespace`,
          `No ReferenceGrant of namespace ${space} lets ${object.kind}s of namespace ${own} use its Service ${backend.name}`,
        );
      const service = mesh.service(`${backend.name}.${space}.svc.${mesh.settings.domain}`);
      if (service === undefined) {
        if (!mesh.knows(space)) return;
        const near = nearestName(
          backend.name,
          mesh.list(topics.serviceIn(space)).map((one) => one.metadata.name),
        );
        const hint = backend.name.includes('.')
          ? '; a backend is the name of a Service alone'
          : near === undefined
            ? ''
            : `; did you mean ${JSON.stringify(near)}?`;
        report(`${path}.name`, `There is no service ${JSON.stringify(backend.name)} in namespace ${space}${hint}`);
      } else if (backend.port !== undefined && service.ports.length > 0 && !service.ports.some((port) => port.number === backend.port))
        report(
          `${path}.port`,
          `Service ${backend.name} has no port ${backend.port} (it has ${service.ports.map((port) => port.number).join(', ')})`,
          { related: [service.object] },
        );
    };
    for (const [index, rule] of (object.spec.rules ?? []).entries()) {
      for (const [position, backend] of (rule.backendRefs ?? []).entries()) judge(backend, `spec.rules[${index}].backendRefs[${position}]`);
      for (const [position, filter] of (rule.filters ?? []).entries())
        if (filter.requestMirror !== undefined)
          judge(filter.requestMirror.backendRef, `spec.rules[${index}].filters[${position}].requestMirror.backendRef`);
    }
  },
});

export const repeatedMatch = defineFinding({
  code: 'HED0302',
  severity: 'warning',
  title: 'Rule of a route that no request can reach',
  cause: 'Two rules of one route match exactly the same requests; the first of them gets them all.',
  example: route(
    '{ rules: [{ matches: [{ path: { value: /a } }], backendRefs: [{ name: a, port: 80 }] }, { matches: [{ path: { value: /a } }], backendRefs: [{ name: b, port: 80 }] }] }',
  ),
  fix: 'Merge the rules (backends of one rule share its requests by weight), or delete one.',
  kinds: [kindKeys.httpRoute],
  check(object: HTTPRoute, _mesh, report) {
    const seen = new Map<string, number>();
    for (const [index, rule] of (object.spec.rules ?? []).entries()) {
      const keys = (rule.matches === undefined || rule.matches.length === 0 ? [{}] : rule.matches).map(matchKey);
      const taken = keys.map((key) => seen.get(key)).filter((one) => one !== undefined);
      if (taken.length === keys.length)
        report(
          `spec.rules[${index}]`,
          `No request reaches this rule: rules[${[...new Set(taken)].join('], rules[')}] ${taken.length === 1 ? 'has' : 'have'} the same matches`,
        );
      for (const key of keys) if (!seen.has(key)) seen.set(key, index);
    }
  },
});

type Match = NonNullable<NonNullable<HTTPRoute['spec']['rules']>[number]['matches']>[number];

function matchKey(match: Match): string {
  const list = (conditions: Match['headers']) =>
    (conditions ?? []).map((one) => `${one.name.toLowerCase()} ${one.type ?? 'Exact'} ${one.value}`).sort();
  return JSON.stringify([
    match.path?.type ?? 'PathPrefix',
    match.path?.value ?? '/',
    match.method ?? '',
    list(match.headers),
    list(match.queryParams),
  ]);
}

export const unknownGatewayClass = defineFinding({
  code: 'HED0285',
  severity: 'error',
  kiali: 'KIA1504',
  title: 'GatewayClass does not exist',
  cause: 'Nobody acts on a Gateway of an unknown class: it is never programmed.',
  example: `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: default }
spec: { gatewayClassName: isto, listeners: [{ name: http, port: 80, protocol: HTTP }] }`,
  fix: 'Name a GatewayClass that exists, for Istio `istio`.',
  kinds: [kindKeys.kubernetesGateway],
  check(object: KubernetesGateway, mesh, report) {
    const name = object.spec.gatewayClassName;
    const classes = mesh.list(topics.kind(kindKeys.gatewayClass)).map((one) => one.metadata.name);
    if (istioClasses.has(name) || classes.includes(name) || classes.length === 0) return;
    report('spec.gatewayClassName', `There is no GatewayClass ${JSON.stringify(name)} (there are ${classes.join(', ')})`);
  },
});

export const grantFromNowhere = defineFinding({
  code: 'HED0286',
  severity: 'error',
  kiali: 'KIA1601',
  title: 'Grant for a namespace that does not exist',
  cause: 'The ReferenceGrant lets objects of a namespace in that is not there.',
  example: `apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: shop, namespace: default }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shopp }], to: [{ group: '', kind: Service }] }`,
  fix: 'Name a namespace that exists.',
  kinds: [kindKeys.referenceGrant],
  check(object: ReferenceGrant, mesh, report) {
    if (!mesh.knowsNamespaces()) return;
    for (const [index, { namespace }] of object.spec.from.entries())
      if (mesh.find(kindKeys.namespace, '', namespace) === undefined)
        report(`spec.from[${index}].namespace`, `There is no namespace ${JSON.stringify(namespace)}`);
  },
});
