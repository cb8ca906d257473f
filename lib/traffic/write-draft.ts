import type { DestinationRule } from '@/lib/kinds/destination-rule';
import { sameJson } from '@/lib/kinds/shared/json';
import { openRoute, rulesField } from './edit-rules';
import type { RouteDraft, RouteObject } from './edit-rules';
import { subsetsInUse } from './edit-policy';

/** The VirtualService a service without one begins with: it changes nothing. */
export function newVirtualService(service: { namespace: string; name: string }, name = service.name): RouteObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: service.namespace },
    spec: { hosts: [service.name], http: [{ route: [{ destination: { host: service.name } }] }] },
  };
}

/** The DestinationRule a service without one begins with. */
export function newDestinationRule(service: { namespace: string; name: string }, name = service.name): DestinationRule {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name, namespace: service.namespace },
    spec: { host: service.name },
  };
}

export interface DraftOfService {
  service: { namespace: string; name: string };
  route: RouteDraft | null;
  /** As edited; `null`: there is none, and none is wanted. */
  destinationRule: DestinationRule | null;
  /** As it is in the cluster. */
  destinationRuleBase: DestinationRule | null;
  /** The name of a DestinationRule that has to be made. */
  newName: string;
}

/** The objects a draft changes, whole: subsets that its routes need are added. Nothing when it says what is in force. */
export function changedObjects(draft: DraftOfService): (RouteObject | DestinationRule)[] {
  const objects: (RouteObject | DestinationRule)[] = [];
  const route = draft.route === null ? null : writeRoute(draft.route);
  const routeChanged = draft.route !== null && route !== null && !sameJson(route, draft.route.object);
  const rule = routeChanged ? withNeededSubsets(draft) : draft.destinationRule;
  if (rule !== null && !sameJson(rule, draft.destinationRuleBase)) objects.push(rule);
  if (route !== null && routeChanged) objects.push(route);
  return objects;
}

/** The object with the rules of the draft. */
function writeRoute(draft: RouteDraft): RouteObject {
  const { object } = draft;
  const now = openRoute(object).rules;
  // Rules that nobody touched need no new list, whatever companions they have.
  if (sameJson(now, draft.rules)) return object;
  const rules = draft.rules.flatMap(({ rule, twin }) => (twin === null ? [rule] : [twin.rule, rule]));
  return { ...object, spec: { ...object.spec, [rulesField(object)]: rules } };
}

function withNeededSubsets({ service, route, destinationRule, newName }: DraftOfService): DestinationRule | null {
  const known = destinationRule?.spec.subsets ?? [];
  const missing = [...subsetsInUse(route, service).keys()].filter((name) => !known.some((one) => one.name === name));
  if (missing.length === 0) return destinationRule;
  const rule = destinationRule ?? newDestinationRule(service, newName);
  // A subset is named like the version it chooses.
  return { ...rule, spec: { ...rule.spec, subsets: [...known, ...missing.map((name) => ({ name, labels: { version: name } }))] } };
}
