import { durationMs } from '@/lib/contract';
import type { ServiceCaller, ServiceResponse, ServiceSummary, ServicesResponse } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { combineHealth, judgePods, judgeTraffic, mergeHealthRules } from '@/lib/health';
import type { Health, HealthRules } from '@/lib/health';
import { serviceHost } from '@/lib/model';
import type { Service } from '@/lib/model';
import { askInstant } from './ask-metrics';
import type { Console } from './console-state';
import { actingObjects, portsOf, routesOf, versionsOf } from './describe-service';
import type { KnownVersion } from './describe-service';
import { planServiceQueries, readServiceRed } from './measure-services';
import type { Red } from './measure-services';
import type { Cluster } from './watch-cluster';

const quiet: Red = { rps: null, errorRatio: null, p95Ms: null, codes: [] };

/** Limits that a service or its namespace sets. */
function rulesOf(cluster: Cluster, { namespace, name }: { namespace: string; name: string }): HealthRules | undefined {
  const { healthRules } = cluster.context();
  return mergeHealthRules(healthRules.get(`Service ${namespace}/${name}`), healthRules.get(`Namespace ${namespace}`));
}

function healthOf(red: Red, versions: readonly KnownVersion[], windowSeconds: number, rules: HealthRules | undefined): Health {
  const requests = (red.rps ?? 0) * windowSeconds;
  const traffic = judgeTraffic(
    {
      requests,
      errors: requests * (red.errorRatio ?? 0),
      codes: red.codes.map((one) => ({ ...one, requests: one.rps * windowSeconds })),
      direction: 'inbound',
      latencyMs: { p95: red.p95Ms },
    },
    rules,
  );
  if (versions.length === 0) return traffic;
  const pods = versions.reduce((sum, one) => ({ ready: sum.ready + one.readyEndpoints, desired: sum.desired + one.endpoints }), {
    ready: 0,
    desired: 0,
  });
  return combineHealth(traffic, judgePods(pods));
}

/** All services, with what reaches them. */
export async function listServices(console: Console, query: { namespaces: string[]; duration: string }): Promise<ServicesResponse> {
  const now = console.now();
  const cluster = console.cluster();
  const measured = await askInstant(console.prometheus, planServiceQueries(query.duration, null), now);
  const reds = readServiceRed(measured.answers['rps'] ?? null, measured.answers['p95Ms'] ?? null, false);
  const windowSeconds = durationMs(query.duration) / 1000;
  const kept = console.graphs.health.of(`services ${query.duration}`, now);
  const services = cluster
    .services()
    .filter((service) => query.namespaces.length === 0 || query.namespaces.includes(service.metadata.namespace ?? ''))
    .map((service): ServiceSummary => {
      const namespace = service.metadata.namespace ?? 'default';
      const { name } = service.metadata;
      const red = reds.get(`${namespace}/${name}`) ?? quiet;
      const versions = versionsOf(service, cluster);
      const { codes: _codes, ...measuredRed } = red;
      const health = kept.settled(`${namespace}/${name}`, healthOf(red, versions, windowSeconds, rulesOf(cluster, { namespace, name })));
      return {
        namespace,
        name,
        host: serviceHost(name, namespace),
        ports: portsOf(service),
        versions: versions.map((one) => one.version),
        readyEndpoints: versions.reduce((sum, one) => sum + one.readyEndpoints, 0),
        health: health.status,
        healthReasons: health.reasons,
        ...measuredRed,
      };
    })
    .toSorted((left, right) => (`${left.namespace}/${left.name}` < `${right.namespace}/${right.name}` ? -1 : 1));
  return {
    at: new Date(now).toISOString(),
    duration: query.duration,
    services,
    notices: [...measured.notices, ...cluster.notices()],
    queries: measured.queries,
  };
}

/** The service object; `not_found` when there is none. */
export function findService(cluster: Cluster, namespace: string, name: string): Service {
  const service = cluster.services().find((one) => one.metadata.namespace === namespace && one.metadata.name === name);
  if (service === undefined)
    throw new HeddleError('not_found', `There is no service ${name} in namespace ${namespace}.`, {
      hint: 'Services lists those that exist, in every namespace you may read.',
    });
  return service;
}

/** One service: versions, callers, objects that act on it and where it routes. */
export async function showService(
  console: Console,
  target: { namespace: string; name: string },
  duration: string,
): Promise<ServiceResponse> {
  const now = console.now();
  const cluster = console.cluster();
  const service = findService(cluster, target.namespace, target.name);
  const [measured, graph] = await Promise.all([
    askInstant(console.prometheus, planServiceQueries(duration, target), now),
    console.graphs.graph({ namespaces: [], duration, graphType: 'workload', services: true, at: undefined }),
  ]);
  const key = `${target.namespace}/${target.name}`;
  const red = readServiceRed(measured.answers['rps'] ?? null, measured.answers['p95Ms'] ?? null, false).get(key) ?? quiet;
  const byVersion = readServiceRed(measured.answers['rps'] ?? null, measured.answers['p95MsByVersion'] ?? null, true);
  const known = versionsOf(service, cluster);
  const total = [...byVersion.entries()]
    .filter(([version]) => version !== 'unknown' && version !== '')
    .reduce((sum, [, one]) => sum + (one.rps ?? 0), 0);
  const { codes: _codes, ...measuredRed } = red;
  const health = console.graphs.health
    .of(`services ${duration}`, now)
    .settled(key, healthOf(red, known, durationMs(duration) / 1000, rulesOf(cluster, target)));
  return {
    at: new Date(now).toISOString(),
    duration,
    namespace: target.namespace,
    name: target.name,
    host: serviceHost(target.name, target.namespace),
    clusterIp: service.spec.clusterIP ?? null,
    selector: service.spec.selector ?? {},
    labels: service.metadata.labels ?? {},
    ports: portsOf(service),
    versions: known.map((version) => {
      // With one version everything the service got was meant for it, also what a fault or a lack of endpoints stopped on the way.
      const { codes: _all, ...own } = known.length === 1 ? red : (byVersion.get(version.version) ?? quiet);
      return { ...version, ...own, share: total > 0 ? (byVersion.get(version.version)?.rps ?? 0) / total : null };
    }),
    callers: callersOf(graph.nodes, graph.edges, target),
    objects: actingObjects(service, cluster),
    routes: routesOf(service, cluster),
    health: health.status,
    healthReasons: health.reasons,
    ...measuredRed,
    notices: [...measured.notices, ...cluster.notices()],
    queries: measured.queries,
  };
}

type Graph = Awaited<ReturnType<Console['graphs']['graph']>>;

/** Who sends to the service's node, most first. */
function callersOf(nodes: Graph['nodes'], edges: Graph['edges'], target: { namespace: string; name: string }): ServiceCaller[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return edges
    .flatMap((edge): ServiceCaller[] => {
      const to = byId.get(edge.target);
      const from = byId.get(edge.source);
      if (to?.kind !== 'service' || to.namespace !== target.namespace || to.name !== target.name || from === undefined) return [];
      const { id, kind, namespace, name, version } = from;
      const { rps, errorRatio, p95Ms, mtlsShare } = edge;
      return [{ id, kind, namespace, name, ...(version === undefined ? {} : { version }), rps, errorRatio, p95Ms, mtlsShare }];
    })
    .toSorted((left, right) => (right.rps ?? 0) - (left.rps ?? 0));
}
