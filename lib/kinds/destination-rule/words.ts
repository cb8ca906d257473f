import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import type { DestinationRuleSpec } from './schema';

/** What a DestinationRule does, in sentences. */
export function describeDestinationRule(spec: DestinationRuleSpec): Words[] {
  const sentences = describePolicy(spec.trafficPolicy);
  for (const subset of spec.subsets ?? []) {
    const labels = Object.entries(subset.labels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(', ');
    sentences.push(sayWords('policy_subset', { subset: subset.name, labels: labels === '' ? 'any labels' : labels }));
    sentences.push(...describePolicy(subset.trafficPolicy));
  }
  return sentences;
}

function describePolicy(policy: DestinationRuleSpec['trafficPolicy']): Words[] {
  if (policy === undefined) return [];
  const sentences: Words[] = [];
  const { loadBalancer, outlierDetection, tls, connectionPool } = policy;
  const algorithm = loadBalancer?.simple ?? (loadBalancer?.consistentHash === undefined ? undefined : 'consistent hash');
  if (algorithm !== undefined) sentences.push(sayWords('policy_load_balancer', { algorithm }));
  if (outlierDetection !== undefined) {
    const errors = outlierDetection.consecutive5xxErrors ?? outlierDetection.consecutiveErrors ?? 5;
    sentences.push(sayWords('policy_outlier', { errors, time: outlierDetection.baseEjectionTime ?? '30s' }));
  }
  if (tls?.mode !== undefined) sentences.push(sayWords('policy_tls', { mode: tls.mode }));
  const limits: [string, number | undefined][] = [
    ['connections', connectionPool?.tcp?.maxConnections],
    ['waiting requests', connectionPool?.http?.http1MaxPendingRequests],
    ['requests at a time', connectionPool?.http?.http2MaxRequests],
  ];
  for (const [what, limit] of limits) if (limit !== undefined) sentences.push(sayWords('policy_connections', { limit, what }));
  return sentences;
}
