import type { ConvergenceResponse, ProxyState, SplitCheck } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import type { VirtualService } from '@/lib/kinds';
import { chooseTrafficObjects, readTraffic } from '@/lib/kinds/virtual-service';
import { wilsonInterval } from '@/lib/health';
import type { ProxySync } from '@/server/sources';
import { askInstant, noticeOf } from './ask-metrics';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import { versionsOf } from './describe-service';
import { addEffects } from './check-effects';
import { routedServices } from './draft-behaviour';
import { observedShare, planSplitQuery, readSplit } from './observe-split';
import { findChange } from './undo-change';
import type { Cluster } from './watch-cluster';

/** The longest stretch that is looked back over, and the shortest that two scrapes fit in. */
const mostSeconds = 300;
const leastSeconds = 5;
const leastRequests = 30;
/** 99.99 %: "differs" is said for a reason, not once in twenty looks. */
const certain = 3.890592;

/** Who has a change, and whether requests go where it says. */
export async function checkConvergence(console: Console, id: string): Promise<ConvergenceResponse> {
  const change = findChange(console, id);
  const cluster = console.cluster();
  const now = console.now();
  const response: ConvergenceResponse = {
    id,
    at: new Date(now).toISOString(),
    knowledge: 'nothing',
    proxies: { total: 0, have: 0, rows: [] },
    splits: [],
    effects: [],
    notices: [],
    queries: {},
  };
  try {
    const proxies = await console.mesh().proxies();
    response.knowledge = proxies.length === 0 ? 'nothing' : proxies.some((one) => one.acknowledged !== null) ? 'acknowledged' : 'synced';
    const rows = proxies.map((proxy) => stateOf(proxy, change));
    response.proxies = { total: rows.length, have: rows.filter((one) => one.has === true).length, rows };
  } catch (error) {
    response.notices.push(noticeOf('mesh', error));
  }
  // After an undo or another change in between the split is not this change's any more.
  if (change.status === 'applied') {
    await Promise.all([addSplits(console, cluster, change, response, now), addEffects(console, cluster, change, response, now)]);
  }
  return response;
}

const noteMs = 2000;
const noteForMs = 120_000;

/** Keeps in the history how many proxies took each change: looked at until all have it, or two minutes long. */
export function noteConvergence(console: Console): { stop(): void } {
  let busy = false;
  const look = async (): Promise<void> => {
    if (busy || console.clusterOrNull()?.informer.hasSynced() !== true) return;
    const now = console.now();
    const open = console.changes
      .list(20)
      .filter(
        (one) => one.status === 'applied' && now - Date.parse(one.at) < noteForMs && one.proxies?.have !== (one.proxies?.total ?? -1),
      );
    if (open.length === 0) return;
    busy = true;
    try {
      const proxies = await console.mesh().proxies();
      if (proxies.length === 0) return;
      for (const { id } of open) {
        // The change may have been taken back while the control plane answered.
        const change = console.changes.get(id);
        if (change === undefined || change.status !== 'applied') continue;
        const have = proxies.filter((proxy) => stateOf(proxy, change).has === true).length;
        if (change.proxies?.have === have && change.proxies.total === proxies.length) continue;
        console.changes.put({ ...change, proxies: { total: proxies.length, have, at: new Date(now).toISOString() } });
      }
    } catch (error) {
      // A control plane that does not answer is said where it is asked for; the history just does not know.
      if (!isHeddleError(error)) console.log.error({ error: String(error) }, 'convergence could not be looked at');
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void look(), noteMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function stateOf(proxy: ProxySync, change: StoredChange): ProxyState {
  const dot = proxy.proxy.lastIndexOf('.');
  const row = { proxy: proxy.proxy, namespace: proxy.proxy.slice(dot + 1), pod: proxy.proxy.slice(0, dot) };
  const { acknowledged } = proxy;
  if (acknowledged === null) {
    const behind = Object.entries(proxy.synced)
      .filter(([, good]) => !good)
      .map(([kind]) => kind);
    if (Object.keys(proxy.synced).length === 0) return { ...row, has: null };
    return { ...row, has: behind.length === 0, ...(behind.length === 0 ? {} : { detail: `not acknowledged: ${behind.join(', ')}` }) };
  }
  const missing = change.objects.filter(({ ref, resourceVersion }) => {
    const newest = acknowledged[`${ref.group}/${ref.kind}`];
    return resourceVersion !== null && !isAtLeast(newest, resourceVersion);
  });
  const versions = [...new Set(change.objects.map(({ ref }) => acknowledged[`${ref.group}/${ref.kind}`] ?? ''))].filter(
    (one) => one !== '',
  );
  return {
    ...row,
    has: missing.length === 0,
    ...(versions.length === 0 ? {} : { version: versions.join(', ') }),
    ...(missing.length === 0 ? {} : { detail: `waits for ${missing.map((one) => one.ref.kind).join(', ')}` }),
  };
}

/** Resource versions are one counter of the server's store, as big as it likes. */
function isAtLeast(version: string | undefined, wanted: string): boolean {
  if (version === undefined || !/^\d+$/.test(version) || !/^\d+$/.test(wanted)) return version === wanted;
  return BigInt(version) >= BigInt(wanted);
}

async function addSplits(
  console: Console,
  cluster: Cluster,
  change: StoredChange,
  response: ConvergenceResponse,
  now: number,
): Promise<void> {
  const written = change.undo.flatMap(({ after }) => (after?.kind === 'VirtualService' ? [after as unknown as VirtualService] : []));
  const services = new Map(
    written.flatMap((one) => routedServices(one, cluster)).map((one) => [`${one.metadata.namespace ?? ''}/${one.metadata.name}`, one]),
  );
  const windowSeconds = Math.min(mostSeconds, Math.max(leastSeconds, Math.floor((now - Date.parse(change.at)) / 1000)));
  const objects = {
    virtualServices: cluster.virtualServices(),
    destinationRules: cluster.destinationRules(),
    httpRoutes: cluster.httpRoutes(),
  };
  await Promise.all(
    [...services].map(async ([key, service]) => {
      const target = { namespace: service.metadata.namespace ?? 'default', name: service.metadata.name };
      const versions = versionsOf(service, cluster).map(({ version }) => ({ version, labels: { version } }));
      const { virtualService, destinationRule, whyNot } = chooseTrafficObjects(target, objects);
      const settings = readTraffic({ service: target, virtualService, destinationRule, versions });
      if (whyNot !== null || !settings.configured) return;
      const measured = await askInstant(
        console.prometheus,
        { [`split ${key}`]: planSplitQuery({ namespace: target.namespace, names: [target.name] }, windowSeconds) },
        now,
      );
      response.notices.push(...measured.notices);
      Object.assign(response.queries, measured.queries);
      const counts = readSplit(measured.answers[`split ${key}`] ?? []);
      response.splits.push(splitOf(target, settings.destinations, counts, windowSeconds));
    }),
  );
}

/** Compares what was asked with what was counted. */
export function splitOf(
  target: { namespace: string; name: string },
  destinations: readonly { subset: string | null; version: string | null; weight: number }[],
  counts: ReadonlyMap<string, number>,
  windowSeconds: number,
): SplitCheck {
  const requests = [...counts.values()].reduce((sum, one) => sum + one, 0);
  const shares = destinations.map(({ subset, version, weight }) => {
    const { share, low, high, requests: own } = observedShare(counts, version);
    return { subset, version, asked: weight / 100, observed: share, low, high, requests: own };
  });
  const known = shares.filter((one) => one.version !== null);
  const differs = known.some((one) => {
    const { low, high } = wilsonInterval(one.requests, requests, certain);
    return one.asked < low || one.asked > high;
  });
  const enough = requests >= leastRequests && known.length > 0;
  return {
    namespace: target.namespace,
    service: target.name,
    shares,
    requests,
    windowSeconds,
    verdict: !enough ? 'not_enough_evidence' : differs ? 'differs' : 'as_asked',
  };
}
