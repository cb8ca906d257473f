import type { BehaviourChange, BehaviourCoverage, Words } from '@/lib/contract';
import { formatDuration, formatRate } from '@/lib/format';
import { sayWords } from '@/lib/i18n';
import type { KubernetesResource, Pod } from '@/lib/model';
import { detectProtocol, isHttp, isRunning, serviceHost, workloadOfPod } from '@/lib/model';
import type { ObjectChanges } from '@/lib/pilot';
import { diffBehaviour, groupRequests, headerQuestions, openMesh, readTracedRequest, serviceName } from '@/lib/simulate';
import type { BehaviourDifference, ObservedEdge, Outcome, OutcomeShare } from '@/lib/simulate';
import { resources } from '@/server/kube';
import { configurationKinds, resourceFor } from './known-kinds';
import { sampleWindow } from './sample-traffic';
import type { TrafficSample } from './sample-traffic';
import type { Cluster } from './watch-cluster';

/** The JSON of `heddle diff` without findings. */
export interface Behaviour {
  changes: BehaviourChange[];
  coverage: BehaviourCoverage;
  breaks: number;
}

export const nothingCompared: Behaviour = {
  changes: [],
  coverage: { requests: 0, share: null, total: 0, window: sampleWindow, compared: 0, untracedHeaders: [], unknownCallers: [] },
  breaks: 0,
};

/** Pods that are neither done nor on their way out. */
export function runningPods(cluster: Cluster): Pod[] {
  return cluster.pods().filter((pod) => isRunning(pod));
}

/** Everything of the cluster that decides about requests, as it is now. */
export function liveObjects(cluster: Cluster): KubernetesResource[] {
  const others = [resources.namespaces, resources.services, resources.endpointSlices, resources.nodes, resources.configMaps];
  const objects = [...others, ...configurationKinds.map(resourceFor)].flatMap((resource) => cluster.list(resource));
  return [...runningPods(cluster), ...(objects as KubernetesResource[])];
}

/** Runs the requests of the last hour through the live configuration and through the draft, and says what changes. */
export function compareBehaviour(cluster: Cluster, traffic: TrafficSample, draft: ObjectChanges, nowMs: number): Behaviour {
  const live = liveObjects(cluster);
  const before = openMesh(live, {}, nowMs);
  const after = before.change(draft);
  const questions = headerQuestions([...live, ...(draft.applied ?? [])]);
  const callers = new Map(
    cluster.pods().map((pod) => {
      const { namespace, workload } = workloadOfPod(pod);
      return [`${pod.metadata.name}.${namespace}`, `${namespace}/${workload}`];
    }),
  );
  const names = [...new Set([...questions.names, 'user-agent'])];
  const traced = traffic.spans.flatMap((span) => readTracedRequest(span, names, (pod) => callers.get(pod) ?? null) ?? []);
  // The agent is traced with every request: it tells kinds of requests apart only where a rule asks for it.
  const relevant = questions.names.includes('user-agent') ? traced : traced.map(withoutAgent);
  const ports = httpPorts(cluster);
  const edges = traffic.edges.map((edge): ObservedEdge => ({ ...edge, port: ports.get(edge.host) ?? null }));
  const grouped = groupRequests(
    edges.filter((edge) => edge.from !== 'unknown'),
    relevant,
    questions.names,
  );
  const outside = edges.filter((edge) => edge.from === 'unknown').reduce((sum, edge) => sum + edge.requests, 0);
  const { differences, compared, unknownCallers, untracedHeaders } = diffBehaviour(grouped.requests, before, after, questions);
  const total = grouped.total + outside;
  return {
    changes: differences.map(describeDifference),
    coverage: {
      requests: Math.round(grouped.covered),
      share: total > 0 ? grouped.covered / total : null,
      total: Math.round(total),
      window: sampleWindow,
      compared,
      untracedHeaders: [...untracedHeaders],
      unknownCallers: [...unknownCallers],
    },
    breaks: differences.filter((one) => one.breaks).length,
  };
}

function withoutAgent<Traced extends { headers: Readonly<Record<string, string>> }>(traced: Traced): Traced {
  const { 'user-agent': _agent, ...headers } = traced.headers;
  return { ...traced, headers };
}

/** The first HTTP port of each service, by its full name. */
function httpPorts(cluster: Cluster): Map<string, number> {
  return new Map(
    cluster.services().flatMap((service) => {
      const port = (service.spec.ports ?? []).find((one) => isHttp(detectProtocol(one)));
      return port === undefined ? [] : [[serviceHost(service.metadata.name, service.metadata.namespace ?? 'default'), port.port] as const];
    }),
  );
}

function describeDifference(one: BehaviourDifference): BehaviourChange {
  const effects = effectsOf(one.before, one.after);
  return {
    from: one.from,
    to: serviceName(one.host),
    host: one.host,
    method: one.method,
    path: one.path,
    headers: one.headers,
    example: urlOf(one.example),
    rps: one.rps,
    before: one.before.shares.map((share) => ({ ...share })),
    after: one.after.shares.map((share) => ({ ...share })),
    breaks: one.breaks,
    object: one.after.object,
    objectPath: one.after.path,
    sentence: sentenceOf(one),
    effects,
  };
}

function urlOf({ scheme, host, port, path, headers }: BehaviourDifference['example']): string {
  const authority = headers['host'] ?? (port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`);
  return `${scheme}://${authority}${path}`;
}

function sentenceOf({ from, host, method, path, headers, rps, before, after }: BehaviourDifference): Words {
  const carrying = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const request = method === null ? serviceName(host) : `${method} ${path ?? '*'}`;
  return sayWords('behaviour', {
    what: carrying.length === 0 ? request : `${request} (${carrying.join(', ')})`,
    from: from.slice(from.indexOf('/') + 1),
    before: sharesText(before.shares),
    after: sharesText(after.shares),
    rate: rps === null ? '' : ` (${formatRate(rps)})`,
  });
}

function sharesText(shares: readonly OutcomeShare[]): string {
  return shares.map((one) => `${one.destination} ${Number((one.share * 100).toFixed(1))} %`).join(', ');
}

function effectsOf(before: Outcome, after: Outcome): Words[] {
  const effects: Words[] = [];
  if (before.timeoutMs !== after.timeoutMs) {
    const [old, fresh] = [before.timeoutMs, after.timeoutMs].map((ms) => formatDuration(ms));
    if (after.timeoutMs === 0) effects.push(sayWords('effect_timeout_removed', { before: old ?? '' }));
    else if (before.timeoutMs === 0) effects.push(sayWords('effect_timeout_set', { after: fresh ?? '' }));
    else effects.push(sayWords('effect_timeout', { before: old ?? '', after: fresh ?? '' }));
  }
  if (before.retries !== after.retries) effects.push(sayWords('effect_retries', { before: before.retries, after: after.retries }));
  if (JSON.stringify(before.delay) !== JSON.stringify(after.delay)) {
    if (after.delay === null) effects.push(sayWords('effect_delay_removed'));
    else effects.push(sayWords('effect_delay_set', { percent: after.delay.percent, delay: formatDuration(after.delay.ms) }));
  }
  if (JSON.stringify(before.mirror) !== JSON.stringify(after.mirror)) {
    if (after.mirror.length > 0) effects.push(sayWords('effect_mirror_set', { names: after.mirror.join(', ') }));
    else effects.push(sayWords('effect_mirror_removed', { names: before.mirror.join(', ') }));
  }
  if (before.mtls !== after.mtls && after.failing < 1 && before.failing < 1)
    effects.push(sayWords(after.mtls ? 'effect_mtls_on' : 'effect_mtls_off'));
  if (before.rewritten !== after.rewritten) {
    if (after.rewritten === '') effects.push(sayWords('effect_rewrite_removed'));
    else effects.push(sayWords('effect_rewritten', { after: after.rewritten }));
  }
  return effects;
}
