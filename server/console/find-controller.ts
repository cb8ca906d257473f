import { isHeddleError } from '@/lib/errors';
import type { AnyKubeObject, KubeClient, ResourceRef } from '@/server/kube';

/** A rollout controller that moves the weights of a route by itself. */
export interface RouteController {
  /** As people say it: `Flagger Canary default/reviews`. */
  name: string;
  /** What it is doing at the moment, in its own word; `null` when it does not say. */
  state: string | null;
}

const canaries: ResourceRef = { group: 'flagger.app', version: 'v1beta1', plural: 'canaries' };
const argoRollouts: ResourceRef = { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts' };

interface CanarySpec {
  targetRef?: { name?: string };
  service?: { name?: string };
}
interface IstioRouting {
  virtualService?: { name?: string };
  virtualServices?: { name?: string }[];
}
interface ArgoSpec {
  strategy?: {
    canary?: {
      stableService?: string;
      canaryService?: string;
      trafficRouting?: {
        istio?: IstioRouting;
        plugins?: Record<string, { httpRoute?: string; httpRoutes?: { name?: string }[]; namespace?: string }>;
      };
    };
  };
}

/** Field managers under which the controllers write: the name of their program, as client-go has it when none is set. */
const managers: Record<string, string> = { flagger: 'Flagger', 'rollouts-controller': 'Argo Rollouts', 'argo-rollouts': 'Argo Rollouts' };

/**
 * Who moves the weights of a route already: a Flagger Canary for the service (its object is made by Flagger and named like the service),
 * or an Argo Rollout that names the route. `null` when nobody does, or when their objects may not be read and the route bears no mark.
 */
export async function findController(
  client: KubeClient,
  service: { namespace: string; name: string },
  route: AnyKubeObject | null,
): Promise<RouteController | null> {
  const [flagger, argo] = await Promise.all([
    listIfAny(client, canaries, service.namespace),
    listIfAny(client, argoRollouts, service.namespace),
  ]);
  const canary = flagger.find((one) => namesOfCanary(one).includes(service.name));
  if (canary !== undefined) return { name: `Flagger Canary ${nameOf(canary)}`, state: phaseOf(canary) };
  const rollout = argo.find((one) => routesOf(one, route) || servicesOf(one).includes(service.name));
  if (rollout !== undefined) return { name: `Argo Rollout ${nameOf(rollout)}`, state: phaseOf(rollout) };
  return markOf(route);
}

async function listIfAny(client: KubeClient, resource: ResourceRef, namespace: string): Promise<AnyKubeObject[]> {
  try {
    return (await client.listAll(resource, { namespace })).items;
  } catch (error) {
    // Not installed, or none of our business.
    if (isHeddleError(error) && ['not_found', 'forbidden', 'method_not_allowed', 'bad_request'].includes(error.code)) return [];
    throw error;
  }
}

function nameOf(object: AnyKubeObject): string {
  return `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`;
}

function phaseOf(object: AnyKubeObject): string | null {
  const phase = (object['status'] as { phase?: unknown } | undefined)?.phase;
  return typeof phase === 'string' ? phase : null;
}

function namesOfCanary(canary: AnyKubeObject): string[] {
  const { service, targetRef } = (canary['spec'] ?? {}) as CanarySpec;
  const name = service?.name ?? targetRef?.name;
  return name === undefined ? [] : [name, `${name}-primary`, `${name}-canary`];
}

function canaryOf(rollout: AnyKubeObject) {
  return ((rollout['spec'] ?? {}) as ArgoSpec).strategy?.canary;
}

function servicesOf(rollout: AnyKubeObject): string[] {
  const { stableService, canaryService, trafficRouting } = canaryOf(rollout) ?? {};
  return trafficRouting === undefined ? [] : [stableService, canaryService].filter((one) => one !== undefined);
}

function routesOf(rollout: AnyKubeObject, route: AnyKubeObject | null): boolean {
  const { istio, plugins = {} } = canaryOf(rollout)?.trafficRouting ?? {};
  if (route === null) return false;
  const { name, namespace = 'default' } = route.metadata;
  const virtualServices = [istio?.virtualService, ...(istio?.virtualServices ?? [])].map((one) => one?.name);
  const httpRoutes = Object.values(plugins).flatMap((one) => [one.httpRoute, ...(one.httpRoutes ?? []).map((each) => each.name)]);
  const names = route.kind === 'HTTPRoute' ? httpRoutes : virtualServices;
  // Argo lets a VirtualService of another namespace be named `name.namespace`.
  return names.some((one) => one === name || one === `${name}.${namespace}`);
}

/** What the route itself says: its owner, or who wrote its fields. */
function markOf(route: AnyKubeObject | null): RouteController | null {
  const owners = (route?.metadata.ownerReferences ?? []) as { apiVersion?: string; kind?: string; name?: string }[];
  const owner = owners.find(
    (one) => one.kind === 'Canary' || (one.kind === 'Rollout' && one.apiVersion?.startsWith('argoproj.io/') === true),
  );
  if (owner !== undefined) {
    const namespace = route?.metadata.namespace ?? 'default';
    return { name: `${owner.kind === 'Canary' ? 'Flagger Canary' : 'Argo Rollout'} ${namespace}/${owner.name ?? ''}`, state: null };
  }
  for (const { manager } of route?.metadata.managedFields ?? []) {
    const known = manager === undefined ? undefined : managers[manager];
    if (known !== undefined) return { name: known, state: null };
  }
  return null;
}
