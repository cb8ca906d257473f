import { parseServiceHost } from '@/lib/model';
import type { KubernetesResource, Namespace } from '@/lib/model';
import type { DestinationRule, VirtualService } from '@/lib/kinds';
import { defineFinding, kindKeys } from '../define-finding';
import type { FindingDefinition } from '../define-finding';
import type { Severity } from '../finding';
import type { MeshView } from '../mesh-view';
import { isAmbient, isNamespaceEnrolled, isServiceEnrolled } from '../read-ambient';
import { isInMesh } from '../read-destinations';
import { namespaceInjection } from '../read-injection';
import { topics } from '../topics';

interface AmbientHost {
  name: string;
  namespace: string;
  path: string;
}

/** Sidecars act on routes and rules at the client's side: where there are some, the object is of use to them. */
function severityIn(mesh: MeshView): Severity {
  const spaces = mesh.list<Namespace>(topics.kind(kindKeys.namespace));
  return spaces.some((space) => namespaceInjection(space) === 'yes') ? 'info' : 'warning';
}

/** Hosts of an object that are services in ambient mode. */
function ambientHosts(mesh: MeshView, hosts: readonly { host: string; path: string }[], own: string): AmbientHost[] {
  return hosts.flatMap(({ host, path }) => {
    const service = parseServiceHost(mesh.resolve(host, own), mesh.settings.domain);
    if (service === undefined || mesh.find(kindKeys.service, service.namespace, service.name) === undefined) return [];
    return isAmbient(mesh, service.namespace) ? [{ name: service.name, namespace: service.namespace, path }] : [];
  });
}

/** Hosts of a rule with settings that only a proxy for HTTP can follow. */
function ruleHosts(object: KubernetesResource): { host: string; path: string }[] {
  const { spec } = object as DestinationRule;
  const policies = [spec.trafficPolicy, ...(spec.subsets ?? []).map((one) => one.trafficPolicy)];
  const isHttp = policies.some(
    (one) =>
      one?.connectionPool?.http !== undefined || one?.outlierDetection !== undefined || one?.loadBalancer?.consistentHash !== undefined,
  );
  return isHttp ? [{ host: spec.host, path: 'spec.host' }] : [];
}

function routeHosts(object: KubernetesResource): { host: string; path: string }[] {
  const route = object as VirtualService;
  const { hosts = [], http = [], tls = [] } = route.spec;
  if (!isInMesh(route) || http.length + tls.length === 0) return [];
  return hosts.map((host, index) => ({ host, path: `spec.hosts[${index}]` }));
}

interface AmbientKind {
  kind: string;
  codes: readonly [namespace: string, service: string, elsewhere: string];
  kiali: readonly [namespace: string, service: string, elsewhere: string];
  spec: string;
  hostsOf: (object: KubernetesResource) => { host: string; path: string }[];
}

const serviceWith = (namespaceLabels: string, serviceLabels: string) => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient${namespaceLabels} } }
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop, labels: { app: cart${serviceLabels} } }
spec: { ports: [{ name: http, port: 80 }] }`;

const without =
  'In ambient mode ztunnel carries the traffic, which reads no HTTP. Without a waypoint before the service nobody acts on the object; only clients with a sidecar do.';

/** The three ways in which an object for HTTP does nothing for a service in ambient mode. */
function ambientFindings({ kind, codes, kiali, spec, hostsOf }: AmbientKind): [FindingDefinition, FindingDefinition, FindingDefinition] {
  const name = kind.slice(kind.indexOf('/') + 1);
  const object = (space: string) =>
    `apiVersion: networking.istio.io/v1\nkind: ${name}\nmetadata: { name: cart, namespace: ${space} }\nspec: ${spec}`;
  const define = (
    at: 0 | 1 | 2,
    texts: Pick<FindingDefinition, 'title' | 'cause' | 'example' | 'fix'>,
    say: (mesh: MeshView, host: AmbientHost, own: string) => string | undefined,
  ) =>
    defineFinding({
      code: codes[at],
      severity: 'warning',
      kiali: kiali[at],
      ...texts,
      kinds: [kind],
      check(checked, mesh, report) {
        const own = checked.metadata.namespace ?? '';
        for (const host of ambientHosts(mesh, hostsOf(checked), own)) {
          const message = say(mesh, host, own);
          if (message !== undefined) report(host.path, message, { severity: severityIn(mesh) });
        }
      },
    });
  const isExempt = (mesh: MeshView, { namespace, name: service }: AmbientHost) =>
    isNamespaceEnrolled(mesh, namespace) && !isServiceEnrolled(mesh, namespace, service);
  return [
    define(
      0,
      {
        title: `${name} for HTTP in a namespace without a waypoint`,
        cause: without,
        example: `${serviceWith('', '')}\n---\n${object('shop')}`,
        fix: 'Make a waypoint (a Gateway of class istio-waypoint) and label the namespace or the Service istio.io/use-waypoint.',
      },
      (mesh, host) =>
        isServiceEnrolled(mesh, host.namespace, host.name) || isExempt(mesh, host)
          ? undefined
          : `Namespace ${host.namespace} is in ambient mode, and requests to ${host.name} pass no waypoint that would follow the ${name}`,
    ),
    define(
      1,
      {
        title: `${name} for HTTP for a service that leaves the waypoint out`,
        cause: without,
        example: `${serviceWith(', istio.io/use-waypoint: waypoint', ', istio.io/use-waypoint: none')}\n---\n${object('shop')}`,
        fix: 'Remove the label istio.io/use-waypoint: none of the Service.',
      },
      (mesh, host) =>
        isExempt(mesh, host) ? `Service ${host.name} leaves out the waypoint of its namespace, which would follow the ${name}` : undefined,
    ),
    define(
      2,
      {
        title: `${name} for HTTP outside of the namespace of the waypoint`,
        cause:
          'A waypoint acts for the service behind it, and follows what the namespace of the service says. What other namespaces say is left to clients with a sidecar.',
        example: `${serviceWith(', istio.io/use-waypoint: waypoint', '')}\n---\n${object('other').replaceAll(/(hosts: \[|host: )cart/g, '$1cart.shop.svc.cluster.local')}`,
        fix: 'Move the object to the namespace of the service.',
      },
      (mesh, host, own) =>
        own !== host.namespace && own !== mesh.settings.rootNamespace && isServiceEnrolled(mesh, host.namespace, host.name)
          ? `The waypoint of ${host.name} follows objects of namespace ${host.namespace} only`
          : undefined,
    ),
  ];
}

export const [idleAmbientRule, exemptAmbientRule, distantAmbientRule] = ambientFindings({
  kind: kindKeys.destinationRule,
  codes: ['HED0520', 'HED0521', 'HED0522'],
  kiali: ['KIA0210', 'KIA0211', 'KIA0212'],
  spec: '{ host: cart, trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5, maxEjectionPercent: 100 } } }',
  hostsOf: ruleHosts,
});

export const [idleAmbientRoute, exemptAmbientRoute, distantAmbientRoute] = ambientFindings({
  kind: kindKeys.virtualService,
  codes: ['HED0530', 'HED0531', 'HED0532'],
  kiali: ['KIA1109', 'KIA1113', 'KIA1114'],
  spec: '{ hosts: [cart], http: [{ timeout: 2s, route: [{ destination: { host: cart } }] }] }',
  hostsOf: routeHosts,
});
