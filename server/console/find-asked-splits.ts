import type { AnyObject } from '@/lib/contract';
import type { VirtualService } from '@/lib/kinds';
import { chooseTrafficObjects, readTraffic } from '@/lib/kinds/virtual-service';
import type { Service } from '@/lib/model';
import { mainRule, openRoute, readSplit, ruleEditorOf } from '@/lib/traffic';
import type { RouteDraft, RouteObject } from '@/lib/traffic';
import { versionsOf } from './describe-service';
import { routedServices } from './draft-behaviour';
import { splitApiVersion, findKind, resourceFor } from './known-kinds';
import { backendsOf } from './show-traffic';
import type { Cluster } from './watch-cluster';

/** What routes ask of a service's versions: shares in per cent. */
export interface AskedSplit {
  service: { namespace: string; name: string };
  /** Services under whose names its requests are counted: itself, and those that stand for one version each. */
  countedAs: string[];
  destinations: { subset: string | null; version: string | null; weight: number }[];
}

/** The splits that written routes ask for, as they are in force now: of VirtualServices over subsets, of the Gateway API over backends. */
export function findAskedSplits(cluster: Cluster, written: readonly AnyObject[]): AskedSplit[] {
  const found = written.flatMap((object) => {
    if (object.kind === 'VirtualService') return splitsOfVirtualService(cluster, object as unknown as VirtualService);
    return object.kind === 'HTTPRoute' || object.kind === 'GRPCRoute' ? splitsOfRoute(cluster, object) : [];
  });
  return [...new Map(found.map((one) => [`${one.service.namespace}/${one.service.name}`, one])).values()];
}

const nameOf = ({ metadata }: Service): AskedSplit['service'] => ({ namespace: metadata.namespace ?? 'default', name: metadata.name });

function splitsOfVirtualService(cluster: Cluster, written: VirtualService): AskedSplit[] {
  const objects = {
    virtualServices: cluster.virtualServices(),
    destinationRules: cluster.destinationRules(),
    httpRoutes: cluster.httpRoutes(),
  };
  return routedServices(written, cluster).flatMap((service): AskedSplit[] => {
    const target = nameOf(service);
    const versions = versionsOf(service, cluster).map(({ version }) => ({ version, labels: { version } }));
    const { virtualService, destinationRule, whyNot } = chooseTrafficObjects(target, objects);
    const settings = readTraffic({ service: target, virtualService, destinationRule, versions });
    return whyNot !== null || !settings.configured
      ? []
      : [{ service: target, countedAs: [target.name], destinations: settings.destinations }];
  });
}

function splitsOfRoute(cluster: Cluster, written: AnyObject): AskedSplit[] {
  const kind = findKind(splitApiVersion(written.apiVersion).group, written.kind);
  const { namespace = 'default', name } = written.metadata;
  const live = cluster
    .list(resourceFor(kind))
    .find((one) => one.metadata.name === name && (one.metadata.namespace ?? 'default') === namespace);
  if (live === undefined) return [];
  // The API server has validated what it stores: the shape goes with the kind.
  const draft = openRoute(live as unknown as RouteObject);
  const rule = mainRule(draft);
  if (rule === undefined) return [];
  return routedByBackends(cluster, draft, rule.rule).flatMap((service): AskedSplit[] => {
    const target = nameOf(service);
    const backends = backendsOf(service, cluster);
    const versions = versionsOf(service, cluster).map(({ version }) => version);
    const { rows, undivided } = readSplit(draft.object, rule.rule, { service: target, subsets: [], versions, backends });
    if (undivided) return [];
    const destinations = rows.map(({ version, destination }) => ({ subset: null, version, weight: destination.weight }));
    return destinations.some((one) => one.version !== null)
      ? [{ service: target, countedAs: [target.name, ...backends.map((one) => one.name)], destinations }]
      : [];
  });
}

/** Services whose versions a rule splits over: those the route hangs on, else (at a gateway) those that its backends are versions of. */
function routedByBackends(cluster: Cluster, { object }: RouteDraft, rule: Record<string, unknown>): Service[] {
  const own = object.metadata.namespace ?? 'default';
  const parents = (object.spec['parentRefs'] ?? []) as { kind?: string; name: string; namespace?: string }[];
  const services = cluster.services();
  const named = (namespace: string, name: string) =>
    services.find((one) => one.metadata.namespace === namespace && one.metadata.name === name);
  const hangsOn = parents.flatMap((one) => (one.kind === 'Service' ? (named(one.namespace ?? own, one.name) ?? []) : []));
  if (hangsOn.length > 0) return hangsOn;
  const backends = ruleEditorOf(object)
    .read(rule, 'destinations')
    .flatMap((one) => named(one.namespace ?? own, one.host) ?? []);
  return services.filter((service) => backends.some((backend) => mayHold(service, backend)));
}

/** Whether all pods of `part` can be pods of `whole`, by their selectors. */
function mayHold(whole: Service, part: Service): boolean {
  const selector = Object.entries(whole.spec.selector ?? {});
  if (whole === part || whole.metadata.namespace !== part.metadata.namespace || selector.length === 0) return false;
  return selector.every(([key, value]) => part.spec.selector?.[key] === value);
}
