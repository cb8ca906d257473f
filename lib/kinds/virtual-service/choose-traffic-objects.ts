import type { DestinationRule } from '../destination-rule';
import type { HTTPRoute } from '../http-route';
import type { VirtualService } from './schema';

/** Why the traffic of a service cannot be edited with sliders. `code` is a message `whyNot.CODE` of the catalogue. */
export interface WhyNot {
  code: 'several_virtual_services' | 'gateway_api_route' | 'delegated' | 'no_http_rule' | 'no_destination';
  values: Record<string, string | number>;
}

export interface TrafficObjects {
  virtualService: VirtualService | null;
  destinationRule: DestinationRule | null;
  whyNot: WhyNot | null;
}

/** The full name of a service. */
export function hostOf(service: { namespace: string; name: string }): string {
  return `${service.name}.${service.namespace}.svc.cluster.local`;
}

/**
 * The full name that a host in an object of `namespace` means. Istio completes only names without a dot; `reviews.default` and
 * `reviews.default.svc` are what people write all the same, and are read as they are meant.
 */
export function fullHost(host: string, namespace: string): string {
  const [name = '', second, third, ...rest] = host.split('.');
  if (second === undefined) return name === '*' || name === '' ? host : hostOf({ namespace, name });
  const short = rest.length === 0 && (third === undefined || third === 'svc') && name !== '*' && !/^\d+$/.test(name);
  return short ? hostOf({ namespace: second, name }) : host;
}

const age = (object: { metadata: { creationTimestamp?: string; name: string } }) =>
  `${object.metadata.creationTimestamp ?? ''}/${object.metadata.name}`;
const byAge = (left: VirtualService | DestinationRule, right: VirtualService | DestinationRule) => (age(left) < age(right) ? -1 : 1);

/** Which VirtualService and DestinationRule decide about a service's traffic inside the mesh (or, when none does, at a gateway). */
export function chooseTrafficObjects(
  service: { namespace: string; name: string },
  objects: { virtualServices: readonly VirtualService[]; destinationRules: readonly DestinationRule[]; httpRoutes: readonly HTTPRoute[] },
): TrafficObjects {
  const host = hostOf(service);
  const namesHost = (virtualService: VirtualService) =>
    (virtualService.spec.hosts ?? []).some((one) => fullHost(one, virtualService.metadata.namespace ?? 'default') === host);
  const inMesh = (virtualService: VirtualService) =>
    virtualService.spec.gateways === undefined || virtualService.spec.gateways.includes('mesh');
  const owners = objects.virtualServices.filter((one) => namesHost(one) && inMesh(one)).toSorted(byAge);
  const atGateway = objects.virtualServices.filter((one) => !inMesh(one) && routesOnlyTo(one, host)).toSorted(byAge);
  const candidates = owners.length > 0 ? owners : atGateway;
  const destinationRule =
    objects.destinationRules
      .filter((rule) => fullHost(rule.spec.host, rule.metadata.namespace ?? 'default') === host && rule.spec.workloadSelector === undefined)
      .toSorted((left, right) => nearness(left, service.namespace) - nearness(right, service.namespace) || byAge(left, right))[0] ?? null;
  const virtualService = candidates[0] ?? null;
  const answer = (whyNot: WhyNot | null): TrafficObjects => ({ virtualService, destinationRule, whyNot });
  const nameOf = (object: { metadata: { namespace?: string; name: string } }) =>
    `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`;

  if (candidates.length > 1) {
    return answer({ code: 'several_virtual_services', values: { count: candidates.length, names: candidates.map(nameOf).join(', ') } });
  }
  const route = objects.httpRoutes.find((one) => actsOnService(one, service));
  if (route !== undefined) return answer({ code: 'gateway_api_route', values: { name: nameOf(route) } });
  if (virtualService === null) return answer(null);
  const http = virtualService.spec.http ?? [];
  if (http.length === 0) return answer({ code: 'no_http_rule', values: { name: nameOf(virtualService) } });
  if (editedRuleIndex(virtualService, service) !== null) return answer(null);
  const delegated = http.some((rule) => rule.delegate !== undefined);
  return answer({ code: delegated ? 'delegated' : 'no_destination', values: { name: nameOf(virtualService) } });
}

function nearness(rule: DestinationRule, namespace: string): number {
  return (rule.metadata.namespace ?? 'default') === namespace ? 0 : 1;
}

function routesOnlyTo(virtualService: VirtualService, host: string): boolean {
  const namespace = virtualService.metadata.namespace ?? 'default';
  const destinations = (virtualService.spec.http ?? []).flatMap((rule) => rule.route ?? []);
  return destinations.length > 0 && destinations.every((one) => fullHost(one.destination.host, namespace) === host);
}

/** A route of the Gateway API that hangs on the service itself (mesh traffic, GAMMA). */
function actsOnService(route: HTTPRoute, service: { namespace: string; name: string }): boolean {
  const own = route.metadata.namespace ?? 'default';
  return (route.spec.parentRefs ?? []).some(
    (parent) => parent.kind === 'Service' && parent.name === service.name && (parent.namespace ?? own) === service.namespace,
  );
}

/**
 * The rule the editor edits: the one that requests without special marks reach. That is the first without conditions that sends to
 * the service, else (gateways match on paths) the last that does; `null` when none does.
 */
export function editedRuleIndex(virtualService: VirtualService, service: { namespace: string; name: string }): number | null {
  const host = hostOf(service);
  const namespace = virtualService.metadata.namespace ?? 'default';
  const http = virtualService.spec.http ?? [];
  const sends = http.map((rule) => (rule.route ?? []).some((one) => fullHost(one.destination.host, namespace) === host));
  const open = http.findIndex((rule, index) => sends[index] === true && isUnconditional(rule.match));
  if (open >= 0) return open;
  // A rule that was made for a fault never is the one to edit: its twin below it is.
  const last = http.findLastIndex((rule, index) => sends[index] === true && rule.name !== faultRuleName);
  return last >= 0 ? last : null;
}

/** Name of rules that exist only to hold a fault for requests with one header. */
export const faultRuleName = 'heddle-fault';

type Match = NonNullable<NonNullable<VirtualService['spec']['http']>[number]['match']>;

function isUnconditional(match: Match | undefined): boolean {
  if (match === undefined || match.length === 0) return true;
  return match.some((one) => {
    const { name: _name, statPrefix: _prefix, gateways: _gateways, uri, ...conditions } = one;
    return Object.keys(conditions).length === 0 && (uri === undefined || uri.prefix === '/');
  });
}
