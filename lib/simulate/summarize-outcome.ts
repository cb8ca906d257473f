import { parseServiceHost } from '@/lib/model';
import type { SimulatedDestination, Simulation } from './simulation';

/** A part of the requests and where it ends. */
export interface OutcomeShare {
  /** Version of the called service that answers (`v1`); another service and its version; or the status that a proxy answers in place of it. */
  readonly destination: string;
  /** 0..1 */
  readonly share: number;
  /** The status, when this part fails (400 and above). */
  readonly failed?: number;
  /** In words, why it fails. */
  readonly reason?: string;
  /** Ready endpoints that share this part; absent where a proxy answers. */
  readonly endpoints?: number;
}

/** What becomes of requests of one kind, in the terms a person compares. */
export interface Outcome {
  readonly shares: readonly OutcomeShare[];
  /** Share that fails for certain, 0..1. */
  readonly failing: number;
  /** Share that fails because a rule injects it. */
  readonly injected: number;
  /** Object and field that decide. */
  readonly object: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly delay: { readonly ms: number; readonly percent: number } | null;
  readonly mirror: readonly string[];
  readonly mtls: boolean;
  /** What the destination is asked where it differs from the request, or where the caller is sent. */
  readonly rewritten: string;
}

/** The same of a request whose gateway does not listen any more. */
export const refused: Outcome = {
  shares: [{ destination: 'refused', share: 1, failed: 503, reason: 'nothing listens' }],
  failing: 1,
  injected: 0,
  object: '',
  path: '',
  timeoutMs: 0,
  retries: 0,
  delay: null,
  mirror: [],
  mtls: false,
  rewritten: '',
};

/**
 * Draws the shares together. A cluster without weights of its own is shared by its endpoints evenly, which is what every balancer
 * comes to over many requests to equal endpoints.
 */
export function summarizeOutcome(simulation: Simulation, host: string): Outcome {
  const abort = simulation.fault?.abort;
  const status = abort === undefined ? undefined : (abort.status ?? 200);
  const injected = abort === undefined || status === undefined || status < 400 ? 0 : abort.percent / 100;
  const rest = 1 - (abort?.percent ?? 0) / 100;
  const shares: OutcomeShare[] = [];
  if (abort !== undefined && abort.percent > 0) {
    const failed = injected > 0 && status !== undefined ? { failed: status, reason: 'fault' } : {};
    shares.push({ destination: `${status} (fault)`, share: abort.percent / 100, ...failed });
  }
  if (rest > 0) for (const one of sharesOf(simulation, host)) shares.push({ ...one, share: one.share * rest });
  const merged = mergeShares(shares);
  const reached = simulation.destinations.filter((one) => one.endpoints > 0);
  return {
    shares: merged,
    failing: round(merged.reduce((sum, one) => sum + (one.failed === undefined ? 0 : one.share), 0)),
    injected,
    object: simulation.object,
    path: simulation.path,
    timeoutMs: simulation.timeoutMs,
    retries: simulation.retries,
    delay: simulation.fault?.delay ?? null,
    mirror: simulation.mirror.map(({ name, percent }) => `${hostLabel(name, host)} ${percent} %`),
    mtls: reached.length > 0 && reached.every((one) => one.mtls),
    rewritten: simulation.location ?? (simulation.upstream === undefined ? '' : `${simulation.upstream.host}${simulation.upstream.path}`),
  };
}

function sharesOf(simulation: Simulation, host: string): OutcomeShare[] {
  const { status, statusReason = '', destinations, clusters } = simulation;
  if (destinations.length === 0) return [answered(status ?? 0, statusReason, 1)];
  const total = clusters.reduce((sum, one) => sum + one.weight, 0);
  // A caller without a proxy of its own reaches endpoints, not clusters.
  if (clusters.length === 0) return divide(destinations, 1, host);
  return clusters.flatMap(({ name, weight }) => {
    if (weight === 0 || total === 0) return [];
    return divide(
      destinations.filter((one) => one.cluster === name),
      weight / total,
      host,
    );
  });
}

function divide(destinations: readonly SimulatedDestination[], share: number, host: string): OutcomeShare[] {
  const endpoints = destinations.reduce((sum, one) => sum + one.endpoints, 0);
  return destinations.map((one) => {
    const part = endpoints === 0 ? share / destinations.length : (share * one.endpoints) / endpoints;
    if (one.status !== undefined && one.status >= 400) {
      const why = one.endpoints === 0 ? `no ready endpoint in ${clusterLabel(one.cluster)}` : (one.authorization.reason ?? '');
      return answered(one.status, why, part);
    }
    return { destination: label(one, host), share: part, endpoints: one.endpoints };
  });
}

function answered(status: number, reason: string, share: number): OutcomeShare {
  const text = status === 0 ? 'no answer' : String(status);
  const failed = status === 0 || status >= 400 ? { failed: status === 0 ? 503 : status } : {};
  return { destination: text, share, ...failed, ...(reason === '' ? {} : { reason }) };
}

/** `v1` for the service that is asked, `details v1` for another one. */
function label(destination: SimulatedDestination, host: string): string {
  const version = destination.version ?? destination.workload.slice(destination.workload.indexOf('/') + 1);
  const own = hostOfCluster(destination.cluster);
  return own === '' || own === host ? version : `${hostLabel(destination.cluster, host)} ${version}`;
}

/** The full name in `outbound|9080|v1|reviews.default.svc.cluster.local`. */
function hostOfCluster(cluster: string): string {
  return cluster.split('|')[3] ?? '';
}

function hostLabel(cluster: string, host: string): string {
  const own = hostOfCluster(cluster);
  const parsed = parseServiceHost(own);
  if (parsed === undefined) return own === '' ? cluster : own;
  return parsed.namespace === parseServiceHost(host)?.namespace ? parsed.name : `${parsed.namespace}/${parsed.name}`;
}

function clusterLabel(cluster: string): string {
  const [, , subset = '', host = cluster] = cluster.split('|');
  return subset === '' ? host : `${host.split('.')[0] ?? host} subset ${subset}`;
}

function mergeShares(shares: readonly OutcomeShare[]): OutcomeShare[] {
  const merged = new Map<string, OutcomeShare>();
  for (const one of shares) {
    if (one.share <= 0) continue;
    const known = merged.get(one.destination);
    const endpoints = (known?.endpoints ?? 0) + (one.endpoints ?? 0);
    merged.set(one.destination, {
      ...(known ?? one),
      share: (known?.share ?? 0) + one.share,
      ...(endpoints > 0 ? { endpoints } : {}),
    });
  }
  return [...merged.values()]
    .map((one) => ({ ...one, share: round(one.share) }))
    .toSorted((left, right) => (left.destination < right.destination ? -1 : 1));
}

/** Weights are whole per cents at least a millionth apart; the rest is floating point. */
function round(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}
