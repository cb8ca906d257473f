import { isHeddleError } from '@/lib/errors';
import { parseServiceHost } from '@/lib/model';
import type { SimulatedRequest } from './simulation';
import type { OpenedMesh } from './simulate-request';
import { refused, summarizeOutcome } from './summarize-outcome';
import type { Outcome } from './summarize-outcome';
import type { HeaderProbe, HeaderQuestions } from './vary-headers';

/** Requests of one kind that were seen: same caller, host, method, path and traced headers. */
export interface ObservedRequest {
  /** `namespace/workload` */
  readonly from: string;
  /** Full name of the service that was called, or the host that was asked for. */
  readonly host: string;
  readonly request: SimulatedRequest;
  /** The path as a class of paths (`/reviews/*`); `null`: no trace tells it, `request.path` is a stand-in. */
  readonly pathClass: string | null;
  /** Headers of `request` that were traced. */
  readonly tracedHeaders: readonly string[];
  /** Per second at present; `null` when unknown. */
  readonly rps: number | null;
}

/** Requests that would fare otherwise than now. */
export interface BehaviourDifference {
  readonly from: string;
  readonly host: string;
  readonly method: string | null;
  readonly path: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** One of them. */
  readonly example: SimulatedRequest;
  readonly rps: number | null;
  readonly before: Outcome;
  readonly after: Outcome;
  /** More of them fail for certain than before. */
  readonly breaks: boolean;
}

/** All differences, worst first; and what could not be asked. */
export interface BehaviourDiff {
  readonly differences: readonly BehaviourDifference[];
  /** Kinds of requests that were run through both. */
  readonly compared: number;
  /** Callers, as `namespace/workload`, that are not (any more) in the cluster. */
  readonly unknownCallers: readonly string[];
  /** Headers that decide for some of the requests and that no trace carries. */
  readonly untracedHeaders: readonly string[];
}

interface Compared {
  readonly observed: ObservedRequest;
  readonly headers: Readonly<Record<string, string>>;
  readonly rps: number | null;
  readonly before: Outcome;
  readonly after: Outcome;
}

/**
 * Runs requests that were seen through two configurations and lists what changes. Where rules look at headers that traces do not carry,
 * each way to meet them is tried as a kind of its own, with an unknown rate.
 */
export function diffBehaviour(
  requests: readonly ObservedRequest[],
  before: OpenedMesh,
  after: OpenedMesh,
  questions: HeaderQuestions = { names: [], probes: [] },
): BehaviourDiff {
  const compared: Compared[] = [];
  const unknownCallers = new Set<string>();
  const untracedHeaders = new Set<string>();
  let count = 0;
  for (const observed of requests) {
    const plain = compare(before, after, observed, {});
    if (plain === null) {
      unknownCallers.add(observed.from);
      continue;
    }
    count += 1;
    compared.push(plain);
    for (const probe of untraced(observed, questions)) {
      const tried = compare(before, after, observed, probe);
      if (tried === null || (sameOutcome(tried.before, plain.before) && sameOutcome(tried.after, plain.after))) continue;
      for (const name of Object.keys(probe)) untracedHeaders.add(name);
      compared.push({ ...tried, headers: probe, rps: null });
    }
  }
  const differences = mergeAlike(compared).toSorted(byHarm);
  return {
    differences,
    compared: count,
    unknownCallers: [...unknownCallers].toSorted(),
    untracedHeaders: [...untracedHeaders].toSorted(),
  };
}

/** Probes of headers that this request could carry without anybody knowing. */
function untraced(observed: ObservedRequest, { probes }: HeaderQuestions): HeaderProbe[] {
  return probes.filter((probe) => Object.keys(probe).every((name) => !observed.tracedHeaders.includes(name)));
}

const gatewayPorts = [80, 8080, 443, 8443];

function compare(before: OpenedMesh, after: OpenedMesh, observed: ObservedRequest, headers: HeaderProbe): Compared | null {
  const asked = { ...observed.request, headers: { ...observed.request.headers, ...headers } };
  for (const port of [asked.port, ...gatewayPorts]) {
    // A gateway is reached by ports that a load balancer in front of it may have renamed.
    const request = { ...asked, port, headers: port === asked.port ? asked.headers : { host: authorityOf(asked), ...asked.headers } };
    const old = outcomeOf(before, observed, request);
    if (old === 'no_caller') return null;
    if (old === 'no_port') continue;
    const fresh = outcomeOf(after, observed, request);
    if (fresh === 'no_caller') return null;
    return { observed, headers: {}, rps: observed.rps, before: old, after: fresh === 'no_port' ? refused : fresh };
  }
  return null;
}

function authorityOf({ host, port, headers }: SimulatedRequest): string {
  return headers['host'] ?? `${host}:${port}`;
}

function outcomeOf(mesh: OpenedMesh, observed: ObservedRequest, request: SimulatedRequest): Outcome | 'no_caller' | 'no_port' {
  try {
    return summarizeOutcome(mesh.ask(observed.from, request), observed.host);
  } catch (error) {
    if (!isHeddleError(error) || error.code !== 'not_found') throw error;
    return error.path === 'from' ? 'no_caller' : 'no_port';
  }
}

/** Whether a caller, and whoever pays for it, would notice no difference. */
export function sameOutcome(left: Outcome, right: Outcome): boolean {
  const traits = (one: Outcome) =>
    JSON.stringify([
      one.shares.map(({ destination, share, failed }) => [destination, share, failed ?? 0]),
      one.timeoutMs,
      one.retries,
      one.delay,
      one.mirror,
      one.mtls,
      one.rewritten,
    ]);
  return traits(left) === traits(right);
}

/** What changes. Kinds that fare alike become one: paths of a class, and header values when every value fares the same. */
function mergeAlike(compared: readonly Compared[]): BehaviourDifference[] {
  const rows = new Map<string, BehaviourDifference>();
  const classes = Map.groupBy(compared, (one) => classOf(one));
  for (const [name, members] of classes) {
    const fates = Map.groupBy(members, (one) => fateOf(one));
    for (const [fate, alike] of fates) {
      const [first] = alike;
      if (first === undefined || sameOutcome(first.before, first.after)) continue;
      const { observed } = first;
      const traced = fates.size === 1 ? {} : pick(observed.request.headers, observed.tracedHeaders);
      const [path, ...otherPaths] = new Set(alike.map((one) => one.observed.request.path));
      const isOfOnePath = fates.size > 1 && otherPaths.length === 0 && observed.pathClass !== null;
      const rates = alike.flatMap((one) => one.rps ?? []);
      rows.set(`${name} ${fate}`, {
        from: observed.from,
        host: observed.host,
        method: observed.pathClass === null ? null : observed.request.method,
        path: isOfOnePath ? (path ?? observed.pathClass) : observed.pathClass,
        headers: { ...traced, ...first.headers },
        example: observed.request,
        rps: rates.length === 0 ? null : rates.reduce((sum, one) => sum + one, 0),
        before: first.before,
        after: first.after,
        breaks: first.after.failing > first.before.failing + 1e-9,
      });
    }
  }
  return [...rows.values()];
}

function classOf({ observed, headers }: Compared): string {
  return JSON.stringify([observed.from, observed.host, observed.request.method, observed.pathClass, headers]);
}

function fateOf({ before, after }: Compared): string {
  return JSON.stringify([before, after]);
}

function pick(headers: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

/** Most requests that newly fail first, then most requests that go elsewhere; those of unknown rate after the known of their kind. */
function byHarm(left: BehaviourDifference, right: BehaviourDifference): number {
  const harm = (one: BehaviourDifference) => (one.after.failing - one.before.failing) * (one.rps ?? 1e-6);
  const moved = (one: BehaviourDifference) => movedShare(one.before, one.after) * (one.rps ?? 1e-6);
  return Number(right.breaks) - Number(left.breaks) || harm(right) - harm(left) || moved(right) - moved(left) || nameOrder(left, right);
}

function nameOrder(left: BehaviourDifference, right: BehaviourDifference): number {
  const name = (one: BehaviourDifference) => `${one.host} ${one.from} ${one.path}`;
  return name(left) < name(right) ? -1 : 1;
}

/** How much of the requests ends elsewhere (total variation), 0..1. */
function movedShare(before: Outcome, after: Outcome): number {
  const names = new Set([...before.shares, ...after.shares].map((one) => one.destination));
  const share = (outcome: Outcome, name: string) => outcome.shares.find((one) => one.destination === name)?.share ?? 0;
  return [...names].reduce((sum, name) => sum + Math.abs(share(before, name) - share(after, name)), 0) / 2;
}

/** `namespace/name` of a service's full name; any other host as it is. */
export function serviceName(host: string): string {
  const parsed = parseServiceHost(host);
  return parsed === undefined ? host : `${parsed.namespace}/${parsed.name}`;
}
