import { GATEWAY_CONTROLLER, managedClasses } from './gateway-api-gateways';
import { allRoutes, gatewayApiRoutes } from './gateway-api-routes';
import { table } from './mesh-state';
import { ingressProxies, servedIngresses } from './read-ingresses';
import type { GatewayClass, KubernetesGateway } from '@/lib/kinds';
import type { KubernetesResource, Service } from '@/lib/model';
import type { ListenerModel } from './gateway-api-gateways';
import type { AnyRoute, ParentResult } from './gateway-api-routes';
import type { MeshState } from './mesh-state';
import type { ObjectStatus } from './types';

const apiGroup = 'gateway.networking.k8s.io';

/** A condition without `lastTransitionTime`: only the writer knows when it changed. */
interface Condition {
  type: string;
  status: 'True' | 'False';
  reason: string;
  message: string;
  observedGeneration: number;
}

/**
 * Statuses of the Gateway API's objects (istio.md §1.12): GatewayClass, Gateway with its listeners, and every route; and of Ingresses,
 * which say where they are reached. The writer adds `lastTransitionTime` to each condition and writes only what differs.
 */
export function computeStatuses(state: MeshState): readonly ObjectStatus[] {
  const api = gatewayApiRoutes(state);
  const ingresses = table(state, 'networking.k8s.io/Ingress');
  return state.cache.memo('statuses', [api, table<Service>(state, '/Service'), ingresses], () => [
    ...classStatuses(state),
    ...gatewayStatuses(state, api.listeners, api.attached),
    ...routeStatuses(allRoutes(state), api.parents),
    ...ingressStatuses(state),
  ]);
}

function condition(object: KubernetesResource, type: string, holds: boolean, reason: string, message: string): Condition {
  return { type, status: holds ? 'True' : 'False', reason, message, observedGeneration: object.metadata.generation ?? 0 };
}

function statusOf(object: KubernetesResource, status: Record<string, unknown>): ObjectStatus {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    status,
  };
}

function classStatuses(state: MeshState): ObjectStatus[] {
  return [...table<GatewayClass>(state, `${apiGroup}/GatewayClass`).values()]
    .filter((object) => object.spec.controllerName === GATEWAY_CONTROLLER)
    .map((object) => statusOf(object, { conditions: [condition(object, 'Accepted', true, 'Accepted', 'Handled by Heddle')] }));
}

function gatewayStatuses(state: MeshState, listeners: readonly ListenerModel[], attached: ReadonlyMap<string, number>): ObjectStatus[] {
  const classes = managedClasses(state);
  return [...table<KubernetesGateway>(state, `${apiGroup}/Gateway`).values()]
    .filter((gateway) => classes.has(gateway.spec.gatewayClassName))
    .map((gateway) => {
      const own = listeners.filter((listener) => listener.gateway === gateway);
      const good = own.filter(isUsable);
      return statusOf(gateway, {
        addresses: addressesOf(state, own),
        conditions: [
          own.length > 0 && good.length === 0
            ? condition(gateway, 'Accepted', false, 'ListenersNotValid', 'No listener is valid')
            : condition(gateway, 'Accepted', true, good.length < own.length ? 'ListenersNotValid' : 'Accepted', 'Resource accepted'),
          good.length === 0
            ? condition(gateway, 'Programmed', false, 'Invalid', 'No listener can be served')
            : condition(gateway, 'Programmed', true, 'Programmed', 'The listeners are in the gateway proxies'),
        ],
        listeners: own.map((listener) => listenerStatus(listener, attached.get(listener.key) ?? 0)),
      });
    });
}

function isUsable(listener: ListenerModel): boolean {
  return listener.refused === undefined && listener.conflicted === undefined && listener.problems.length === 0;
}

function listenerStatus(model: ListenerModel, attachedRoutes: number): Record<string, unknown> {
  const { gateway, listener, refused, conflicted } = model;
  const problem = model.problems[0];
  return {
    name: listener.name,
    attachedRoutes,
    supportedKinds: model.kinds.map((kind) => ({ group: apiGroup, kind })),
    conditions: [
      refused === undefined
        ? condition(
            gateway,
            'Accepted',
            conflicted === undefined,
            conflicted?.reason ?? 'Accepted',
            conflicted?.message ?? 'No errors found',
          )
        : condition(gateway, 'Accepted', false, refused.reason, refused.message),
      conflicted === undefined
        ? condition(gateway, 'Conflicted', false, 'NoConflicts', 'No errors found')
        : condition(gateway, 'Conflicted', true, conflicted.reason, conflicted.message),
      isUsable(model)
        ? condition(gateway, 'Programmed', true, 'Programmed', 'No errors found')
        : condition(gateway, 'Programmed', false, 'Invalid', 'The listener cannot be served'),
      problem === undefined
        ? condition(gateway, 'ResolvedRefs', true, 'ResolvedRefs', 'No errors found')
        : condition(
            gateway,
            'ResolvedRefs',
            false,
            problem.reason === 'InvalidKind' ? 'InvalidRouteKinds' : problem.reason,
            problem.message,
          ),
    ],
  };
}

/** Services that lead to proxies with these labels. */
function servicesInFront(state: MeshState, labels: Readonly<Record<string, string>>): Service[] {
  return [...table<Service>(state, '/Service').values()].filter(({ spec: { selector = {} } }) => {
    return Object.keys(selector).length > 0 && Object.entries(labels).every(([key, value]) => selector[key] === value);
  });
}

/** An Ingress is reached where the Services of the ingress gateway are from outside. */
function ingressStatuses(state: MeshState): ObjectStatus[] {
  const ingress = servicesInFront(state, ingressProxies).flatMap(({ status }) =>
    (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => (ip === undefined ? { hostname } : { ip })),
  );
  return servedIngresses(state).map((object) => statusOf(object, { loadBalancer: ingress.length === 0 ? {} : { ingress } }));
}

/** Where the Gateway is reached: the Services in front of its proxies. */
function addressesOf(state: MeshState, listeners: readonly ListenerModel[]): { type: string; value: string }[] {
  const model = listeners[0]?.model;
  if (model === undefined) return [];
  const found: { type: string; value: string }[] = [];
  for (const service of servicesInFront(state, model.selector)) {
    if (model.proxyNamespace !== undefined && service.metadata.namespace !== model.proxyNamespace) continue;
    const ingress = service.status?.loadBalancer?.ingress ?? [];
    for (const entry of ingress) {
      if (entry.ip !== undefined) found.push({ type: 'IPAddress', value: entry.ip });
      else if (entry.hostname !== undefined) found.push({ type: 'Hostname', value: entry.hostname });
    }
    if (ingress.length === 0)
      found.push({ type: 'Hostname', value: `${service.metadata.name}.${service.metadata.namespace ?? 'default'}.svc.${state.domain}` });
  }
  return found;
}

function routeStatuses(routes: readonly AnyRoute[], parents: readonly ParentResult[]): ObjectStatus[] {
  // Of a route that has left all its parents nothing is to be said any more, though something was.
  const left = routes.filter((route) => (route.spec.parentRefs ?? []).length === 0 && route.status !== undefined);
  const byRoute = new Map<KubernetesResource, ParentResult[]>(left.map((route) => [route, []]));
  for (const result of parents) {
    const known = byRoute.get(result.route);
    if (known === undefined) byRoute.set(result.route, [result]);
    else known.push(result);
  }
  return [...byRoute].map(([route, results]) =>
    statusOf(route, {
      parents: results
        // Parents of other controllers are theirs to speak of.
        .filter((result) => result.accepted || !result.message.includes(GATEWAY_CONTROLLER))
        .map((result) => ({ parentRef: result.parent, controllerName: GATEWAY_CONTROLLER, conditions: routeConditions(route, result) })),
    }),
  );
}

function routeConditions(route: KubernetesResource, result: ParentResult): Condition[] {
  const problem = result.problems[0];
  const resolved =
    problem === undefined
      ? condition(route, 'ResolvedRefs', true, 'ResolvedRefs', 'All references resolved')
      : condition(route, 'ResolvedRefs', false, problem.reason, problem.message);
  if (result.refused !== undefined) {
    return [
      condition(
        route,
        'Accepted',
        result.accepted,
        result.accepted ? 'Accepted' : 'UnsupportedValue',
        result.accepted ? 'Route was valid in part' : result.refused,
      ),
      condition(route, 'PartiallyInvalid', true, 'UnsupportedValue', result.refused),
      resolved,
    ];
  }
  return [condition(route, 'Accepted', result.accepted, result.reason, result.message), resolved];
}
