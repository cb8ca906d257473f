import type { Decision } from '@/lib/routing';
import type { Outcome, Prediction } from './prediction';
import type { Answer } from './describe-answer';
import type { Observation } from '../wire';
import { valuesOf } from './foretell-headers';

/** Where two of the three answers differ. */
export interface Difference {
  /** `decide/heddle`, `decide/envoy` or `heddle/envoy`. */
  readonly between: string;
  readonly field: string;
  readonly left: string;
  readonly right: string;
}

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What was foretold against what a wire did: it must be one of the outcomes. The differences to the nearest one are told. */
export function compareWithPrediction(wire: string, prediction: Prediction, observation: Observation, answer: Answer): Difference[] {
  let nearest: Difference[] | null = null;
  for (const outcome of prediction.outcomes) {
    const found = compareOutcome(wire, outcome, observation, answer);
    if (nearest === null || found.length < nearest.length) nearest = found;
  }
  const differences = nearest ?? [];
  const add = (field: string, left: unknown, right: unknown): void =>
    void differences.push({ between: `decide/${wire}`, field, left: show(left), right: show(right) });
  if (prediction.delayMs > 0 && observation.reply.elapsedMs < prediction.delayMs - 15)
    add('delay', prediction.delayMs, observation.reply.elapsedMs);
  if (prediction.mirrors !== null && answer.mirrored.length > prediction.mirrors.length)
    add(
      'copies',
      prediction.mirrors,
      answer.mirrored.map(({ line }) => line),
    );
  if (prediction.refusedBy.length > 0 && answer.servers.some((line) => line.startsWith('403') && line.includes('rbac'))) {
    const all = [answer.client?.details ?? '', ...answer.servers].join(' ');
    const names = prediction.refusedBy.map((object) => object.split('/')[1] ?? '');
    if (!names.some((name) => all.includes(`policy[${name}]`))) add('refused by', prediction.refusedBy.join(' or '), all);
  }
  return differences;
}

function compareOutcome(wire: string, outcome: Outcome, observation: Observation, answer: Answer): Difference[] {
  const differences: Difference[] = [];
  const check = (field: string, left: unknown, right: unknown): void => {
    if (JSON.stringify(left) !== JSON.stringify(right))
      differences.push({ between: `decide/${wire}`, field, left: show(left), right: show(right) });
  };
  check('status', outcome.status, answer.status);
  if (outcome.cluster !== '' && answer.client !== null) check('cluster', outcome.cluster, answer.client.cluster);
  if (outcome.body !== undefined) check('body', outcome.body, answer.body);
  for (const [name, values] of Object.entries(outcome.responseHeaders ?? {})) {
    check(`response header ${name}`, (values ?? []).flatMap(splitValue), valuesOf(observation.reply.headers, name));
  }
  if (outcome.attempts !== undefined) check('attempts', outcome.attempts, answer.seen.length);
  for (const { pod } of answer.seen) if (!outcome.pods.includes(pod)) check('pod', outcome.pods.join(' or '), pod);
  const [last] = observation.seen.slice(-1);
  if (last === undefined) return differences;
  if (outcome.path !== undefined) check('path', outcome.path, last.path);
  if (outcome.host !== undefined) check('host', outcome.host, last.host);
  if (outcome.mtls !== undefined)
    check(
      'mutual TLS',
      outcome.mtls,
      last.headers.some(([name]) => name === 'x-forwarded-client-cert'),
    );
  for (const [name, values] of Object.entries(outcome.requestHeaders ?? {})) {
    check(`request header ${name}`, (values ?? []).flatMap(splitValue), valuesOf(last.headers, name));
  }
  return differences;
}

function splitValue(value: string): string[] {
  return value.split(',').map((part) => part.trim());
}

/** The two wires against each other. Where chance picked different clusters or pods, only what does not follow from that is compared. */
export function compareWires(
  prediction: Prediction,
  heddle: Answer,
  envoy: Answer,
  { copiesAgree, serversAgree }: { readonly copiesAgree: boolean; readonly serversAgree: boolean },
): Difference[] {
  const differences: Difference[] = [];
  const check = (field: string, left: unknown, right: unknown): void => {
    if (JSON.stringify(left) !== JSON.stringify(right))
      differences.push({ between: 'heddle/envoy', field, left: show(left), right: show(right) });
  };
  const checkHeaders = (field: string, left: readonly string[], right: readonly string[]): void => {
    const names = new Set([...left, ...right].map((line) => line.slice(0, line.indexOf(':'))));
    for (const name of names) {
      const own = (line: string): boolean => line.startsWith(`${name}:`);
      check(`${field} ${name}`, left.filter(own), right.filter(own));
    }
  };
  // What gRPC callers are told is a 200 whatever happened: whether an application was reached tells outcomes apart too.
  const statuses = new Set(prediction.outcomes.map(({ status, attempts }) => `${status} ${attempts === undefined}`));
  const alike = heddle.client?.cluster === envoy.client?.cluster;
  if (!alike && prediction.outcomes.length > 1) return differences;
  if (statuses.size > 1 && (heddle.status !== envoy.status || heddle.seen.length !== envoy.seen.length)) return differences;
  check('status', heddle.status, envoy.status);
  // Two destinations may be the same Envoy cluster, or none that is there, with other headers: which of them it was, chance knows.
  const meant = Map.groupBy(
    (prediction.explanation?.outcomes ?? []).filter(({ weight }) => weight > 0),
    ({ cluster }) => (prediction.outcomes.some((one) => one.cluster === cluster) ? cluster : ''),
  );
  const changesOf = ({ requestMutations, responseMutations, hostRewrite, clusterHost }: Decision): string =>
    JSON.stringify([requestMutations, responseMutations, hostRewrite, clusterHost]);
  if ([...meant.values()].some((same) => new Set(same.map(changesOf)).size > 1)) return differences;
  const samePod = JSON.stringify(heddle.seen.map(({ pod }) => pod)) === JSON.stringify(envoy.seen.map(({ pod }) => pod));
  if (samePod && (heddle.client !== null || prediction.outcomes.length === 1)) check('body', heddle.body, envoy.body);
  checkHeaders('response header', heddle.headers, envoy.headers);
  for (const field of ['status', 'flags', 'details', 'cluster', 'route'] as const)
    check(`log ${field}`, heddle.client?.[field], envoy.client?.[field]);
  // Refusals of different pods name different rules.
  if (prediction.outcomes.length === 1 && copiesAgree && serversAgree) check('log of servers', heddle.servers, envoy.servers);
  if (statuses.size > 1) return differences;
  check(
    'tries',
    heddle.seen.map(({ line }) => line),
    envoy.seen.map(({ line }) => line),
  );
  for (const [index, seen] of heddle.seen.entries())
    if (samePod)
      checkHeaders(
        'request header of a try:',
        timeless(seen.headers, heddle.seen[0]?.headers),
        timeless(envoy.seen[index]?.headers ?? [], envoy.seen[0]?.headers),
      );
  if (!copiesAgree) return differences;
  check(
    'copies',
    heddle.mirrored.map(({ line }) => line),
    envoy.mirrored.map(({ line }) => line),
  );
  return differences;
}

/** A later try is told what is left of the time: how much that is, the clock knows. Two seconds are more than a case takes. */
function timeless(headers: readonly string[], ofFirst: readonly string[] = []): string[] {
  const msOf = (line: string | undefined): number => Number(/^grpc-timeout: (\d+)m$/.exec(line ?? '')?.[1]);
  const first = msOf(ofFirst.find((line) => line.startsWith('grpc-timeout:')));
  return headers.map((line) => (msOf(line) > first - 2000 && msOf(line) <= first ? 'grpc-timeout: what is left' : line));
}
