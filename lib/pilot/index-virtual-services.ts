import { resolveShortName } from '@/lib/model';
import { gatewayApiRoutes } from './gateway-api-routes';
import { mergeDelegate } from './merge-delegates';
import { compareAge, table } from './mesh-state';
import { sourceOf } from './provenance';
import { ingressModels } from './read-ingresses';
import { isPublic, isVisible } from './visibility';
import type { VirtualService } from '@/lib/kinds';
import type { MeshState } from './mesh-state';
import type { HttpRouteSpec, HttpRule, VirtualServiceModel } from './route-model';

/** All VirtualServices (delegates merged into their roots) the routes of the Gateway API and of Ingresses in the same form, oldest first. */
export function virtualServices(state: MeshState): readonly VirtualServiceModel[] {
  return state.cache.once(state, 'virtual-services', () => findVirtualServices(state));
}

function findVirtualServices(state: MeshState): readonly VirtualServiceModel[] {
  const objects = table<VirtualService>(state, 'networking.istio.io/VirtualService');
  const native = state.cache.memo('virtual-services', [objects, state.domain, state.mesh.defaultVirtualServiceExportTo.join()], () =>
    [...objects.values()].sort(compareAge).flatMap((object) => modelOf(state, object, objects)),
  );
  const routes = gatewayApiRoutes(state).models;
  const ingresses = ingressModels(state).routes;
  return state.cache.memo('all-virtual-services', [native, routes, ingresses], () =>
    [...native, ...routes, ...ingresses].sort((left, right) =>
      left.creationTimestamp === right.creationTimestamp ? 0 : left.creationTimestamp < right.creationTimestamp ? -1 : 1,
    ),
  );
}

function modelOf(state: MeshState, object: VirtualService, all: ReadonlyMap<string, VirtualService>): VirtualServiceModel[] {
  const source = sourceOf(object);
  const namespace = object.metadata.namespace ?? 'default';
  try {
    const { spec } = object;
    // Without hosts it is a delegate: it acts only through the root that names it.
    if (spec.hosts === undefined || spec.hosts.length === 0) return [];
    const exportTo = spec.exportTo !== undefined && spec.exportTo.length > 0 ? spec.exportTo : state.mesh.defaultVirtualServiceExportTo;
    const key = `virtual-service|${namespace}/${object.metadata.name}`;
    const delegates = (spec.http ?? []).flatMap((rule) => (rule.delegate === undefined ? [] : [delegateOf(rule.delegate, namespace, all)]));
    return state.cache.memo(key, [object, exportTo.join(), state.domain, ...delegates], () => [
      {
        source,
        name: object.metadata.name,
        namespace,
        creationTimestamp: object.metadata.creationTimestamp ?? '',
        hosts: (spec.hosts ?? []).map((host) => resolveShortName(host, namespace, state.domain)),
        gateways:
          spec.gateways === undefined || spec.gateways.length === 0
            ? ['mesh']
            : spec.gateways.map((name) => resolveGateway(name, namespace, state.domain)),
        exportTo,
        gatewayApi: false,
        http: (spec.http ?? []).flatMap((written, index): HttpRule[] => {
          const rule = resolveMatches(written, namespace, state.domain);
          const path = `spec.http[${index}]`;
          if (rule.delegate === undefined) return [{ origin: { source, path }, spec: rule }];
          const delegate = delegateOf(rule.delegate, namespace, all);
          if (delegate !== undefined && (delegate.spec.hosts ?? []).length === 0)
            return mergeDelegate(rule, delegateRules(delegate, namespace, state.domain), sourceOf(delegate));
          state.cache.note({
            code: 'unresolved',
            severity: 'error',
            object: { kind: source.kind, namespace, name: source.name },
            path: `${path}.delegate`,
            message: `The delegate ${rule.delegate.namespace ?? namespace}/${rule.delegate.name ?? ''} ${delegate === undefined ? 'does not exist' : 'has hosts of its own'}; the rule is left out`,
          });
          return [];
        }),
        tcp: (spec.tcp ?? []).map((rule, index) => ({
          origin: { source, path: `spec.tcp[${index}]` },
          spec: resolveMatches(rule, namespace, state.domain),
        })),
        tls: (spec.tls ?? []).map((rule, index) => ({
          origin: { source, path: `spec.tls[${index}]` },
          spec: resolveMatches(rule, namespace, state.domain),
        })),
      },
    ]);
  } catch (error) {
    state.cache.note({
      code: 'not_compiled',
      severity: 'error',
      object: { kind: source.kind, namespace, name: source.name },
      path: '',
      message: `Left out: ${error instanceof Error ? error.message : String(error)}`,
    });
    return [];
  }
}

function delegateOf(
  reference: { name?: string | undefined; namespace?: string | undefined },
  namespace: string,
  all: ReadonlyMap<string, VirtualService>,
): VirtualService | undefined {
  return all.get(
    `${reference.namespace === undefined || reference.namespace === '' ? namespace : reference.namespace}/${reference.name ?? ''}`,
  );
}

/** `mesh`, `namespace/name` from a short name, or from Istio's old form `name.namespace.svc.cluster.local`. */
function resolveGateway(name: string, namespace: string, domain: string): string {
  if (name === 'mesh' || name.includes('/')) return name;
  const suffix = `.svc.${domain}`;
  if (name.endsWith(suffix)) {
    const [gateway, owner] = name.slice(0, -suffix.length).split('.');
    if (gateway !== undefined && owner !== undefined) return `${owner}/${gateway}`;
  }
  return `${namespace}/${name}`;
}

/** A rule whose matches name gateways in full; the rule itself where they name none. */
function resolveMatches<M extends { gateways?: string[] | undefined }, R extends { match?: M[] | undefined }>(
  rule: R,
  namespace: string,
  domain: string,
): R {
  if (rule.match?.some(({ gateways }) => gateways !== undefined && gateways.length > 0) !== true) return rule;
  return {
    ...rule,
    match: rule.match.map((match) =>
      match.gateways === undefined ? match : { ...match, gateways: match.gateways.map((name) => resolveGateway(name, namespace, domain)) },
    ),
  };
}

function delegateRules(delegate: VirtualService, fallback: string, domain: string): readonly HttpRouteSpec[] {
  return (delegate.spec.http ?? []).map((rule) => resolveMatches(rule, delegate.metadata.namespace ?? fallback, domain));
}

/**
 * The VirtualServices a proxy of `viewer` applies for one gateway (`mesh` for sidecars), in Istio's order: private ones of its own
 * namespace, those exported to it by name, public ones; each oldest first.
 */
export function virtualServicesFor(state: MeshState, viewer: string, gateway: string): readonly VirtualServiceModel[] {
  const all = virtualServices(state);
  return state.cache.memo(`virtual-services-for|${viewer}|${gateway}`, [all], () => {
    const visible = all.filter((model) => model.gateways.includes(gateway) && isVisible(model.exportTo, model.namespace, viewer));
    const rank = (model: VirtualServiceModel): number => {
      if (isPublic(model.exportTo)) return 2;
      return model.exportTo.includes('.') && model.namespace === viewer ? 0 : 1;
    };
    return visible
      .map((model, index) => ({ model, index }))
      .sort((left, right) => rank(left.model) - rank(right.model) || left.index - right.index)
      .map(({ model }) => model);
  });
}
