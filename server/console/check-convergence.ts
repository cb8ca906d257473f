import type { ConvergenceResponse, ProxyState, SplitCheck } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import type { VirtualService } from '@/lib/kinds';
import { wilsonInterval } from '@/lib/health';
import type { ProxySync } from '@/server/sources';
import { askInstant, noticeOf } from './ask-metrics';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import { addEffects } from './check-effects';
import { findAskedSplits } from './find-asked-splits';
import { findInDump } from './find-in-dump';
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
    response.knowledge = knowledgeOf(proxies);
    const rows = await statesOf(console, proxies, change);
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

/** How many proxies' dumps are asked for at once and per look: a dump of a big mesh has megabytes. */
const dumpsPerLook = 8;
/** Proxies whose dump has been seen to hold a change, by the change's id; of the newest changes only. */
const seenInDump = new Map<string, Set<string>>();
const changesRemembered = 20;

/**
 * Each proxy and whether it has the change. Where the control plane says only that proxies are in sync (Istio), "has it" takes its dump of the proxy too: it must hold the routes
 * that were written. A proxy whose dump has not been asked for yet, or has no route of the object, is not known.
 */
async function statesOf(console: Console, proxies: readonly ProxySync[], change: StoredChange): Promise<ProxyState[]> {
  const rows = proxies.map((proxy) => stateOf(proxy, change));
  const written = change.undo.flatMap(({ before, after }) => {
    const object = after ?? before;
    if (object?.kind !== 'VirtualService') return [];
    const { namespace = 'default', name } = object.metadata;
    return [{ namespace, name, spec: after === null ? null : (after as unknown as VirtualService).spec }];
  });
  if (knowledgeOf(proxies) !== 'synced' || change.status !== 'applied' || written.length === 0) return rows;
  const seen = seenInDump.get(change.id) ?? new Set<string>();
  seenInDump.set(change.id, seen);
  const [oldest] = seenInDump.keys();
  if (seenInDump.size > changesRemembered && oldest !== undefined) seenInDump.delete(oldest);
  const asked = new Set(
    rows
      .filter((row) => row.has === true && !seen.has(row.proxy))
      .slice(0, dumpsPerLook)
      .map((row) => row.proxy),
  );
  return Promise.all(
    rows.map(async (row): Promise<ProxyState> => {
      if (row.has !== true || seen.has(row.proxy)) return row;
      if (!asked.has(row.proxy)) return { ...row, has: null, detail: 'in sync; its routes have not been looked at yet' };
      const dump = await console
        .mesh()
        .configDump(row.proxy)
        .catch(() => null);
      if (dump === null) return { ...row, has: null, detail: 'in sync; what it holds could not be read' };
      const found = written.map((one) => findInDump(dump, one));
      if (found.includes('others')) return { ...row, has: false, detail: 'in sync, but it holds other routes of the object' };
      if (found.includes('none')) return { ...row, has: null, detail: 'in sync; it holds no route of the object' };
      seen.add(row.proxy);
      return row;
    }),
  );
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
      for (const looked of open) {
        const have = (await statesOf(console, proxies, looked)).filter((row) => row.has === true).length;
        // The change may have been taken back while the control plane answered.
        const change = console.changes.get(looked.id);
        if (change === undefined || change.status !== 'applied') continue;
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

/** How it is known who has a change: the bundled mesh says what each proxy acknowledged, Istio which are in sync. */
function knowledgeOf(proxies: readonly ProxySync[]): ConvergenceResponse['knowledge'] {
  if (proxies.length === 0) return 'nothing';
  return proxies.some((one) => one.acknowledged !== null) ? 'acknowledged' : 'synced';
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
    ...(missing.length === 0 ? {} : { detail: `waits for ${missing.map((one) => one.ref.kind).join(', ')}`, ...refusalOf(proxy, change) }),
  };
}

/** The newest refusal since the change, if any stands. Control plane and console may differ by a moment: a second is allowed for. */
function refusalOf(proxy: ProxySync, change: StoredChange): { rejected?: string } {
  const newest = proxy.rejected.findLast(({ at }) => Date.parse(at) >= Date.parse(change.at) - 1000);
  if (newest === undefined) return {};
  return { rejected: `${newest.resources.join(', ')}: ${newest.message}` };
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
  const asked = findAskedSplits(
    cluster,
    change.undo.flatMap(({ after }) => after ?? []),
  );
  const windowSeconds = Math.min(mostSeconds, Math.max(leastSeconds, Math.floor((now - Date.parse(change.at)) / 1000)));
  await Promise.all(
    asked.map(async ({ service, countedAs, destinations }) => {
      const key = `split ${service.namespace}/${service.name}`;
      const measured = await askInstant(
        console.prometheus,
        { [key]: planSplitQuery({ namespace: service.namespace, names: countedAs }, windowSeconds) },
        now,
      );
      response.notices.push(...measured.notices);
      Object.assign(response.queries, measured.queries);
      response.splits.push(splitOf(service, destinations, readSplit(measured.answers[key] ?? []), windowSeconds));
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
