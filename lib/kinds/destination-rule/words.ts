import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import type { DestinationRuleSpec } from './schema';

const say = wordsOf({
  policy_subset: 'Subset {subset} is the pods with {labels}.',
  policy_load_balancer: 'Endpoints are chosen by {algorithm}.',
  policy_outlier: 'An endpoint that fails {errors} times in a row is left out for {time}.',
  policy_tls: 'Connections use TLS mode {mode}.',
  policy_connections: 'At most {limit} {what}.',
});

/** What a DestinationRule does, in sentences. */
export function describeDestinationRule(spec: DestinationRuleSpec): Words[] {
  const sentences = describePolicy(spec.trafficPolicy);
  for (const subset of spec.subsets ?? []) {
    const labels = Object.entries(subset.labels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(', ');
    sentences.push(say('policy_subset', { subset: subset.name, labels: labels === '' ? 'any labels' : labels }));
    sentences.push(...describePolicy(subset.trafficPolicy));
  }
  return sentences;
}

function describePolicy(policy: DestinationRuleSpec['trafficPolicy']): Words[] {
  if (policy === undefined) return [];
  const sentences: Words[] = [];
  const { loadBalancer, outlierDetection, tls, connectionPool } = policy;
  const algorithm = loadBalancer?.simple ?? (loadBalancer?.consistentHash === undefined ? undefined : 'consistent hash');
  if (algorithm !== undefined) sentences.push(say('policy_load_balancer', { algorithm }));
  if (outlierDetection !== undefined) {
    const errors = outlierDetection.consecutive5xxErrors ?? outlierDetection.consecutiveErrors ?? 5;
    sentences.push(say('policy_outlier', { errors, time: outlierDetection.baseEjectionTime ?? '30s' }));
  }
  if (tls?.mode !== undefined) sentences.push(say('policy_tls', { mode: tls.mode }));
  const limits: [string, number | undefined][] = [
    ['connections', connectionPool?.tcp?.maxConnections],
    ['waiting requests', connectionPool?.http?.http1MaxPendingRequests],
    ['requests at a time', connectionPool?.http?.http2MaxRequests],
  ];
  for (const [what, limit] of limits) if (limit !== undefined) sentences.push(say('policy_connections', { limit, what }));
  return sentences;
}
