import type { Deployment } from './kubernetes';

/** As `kubectl rollout history` counts. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';

/**
 * Whether the pods of a Deployment (or of what is like one) are being replaced by those of a newer template. Being scaled, losing a pod
 * and coming into being are no rollouts.
 */
export function isRollingOut({ metadata, spec, status }: Deployment): boolean {
  const count = (field: string): number => Number(status?.[field] ?? 0);
  if (count('replicas') > count('updatedReplicas')) return true;
  if (Number(metadata.annotations?.[revisionAnnotation] ?? 0) <= 1 || (spec.replicas ?? 1) === 0) return false;
  // Kubernetes tells when the newest template's pods have become available, and leaves it at that until there is another.
  const conditions = (status?.['conditions'] ?? []) as readonly { type: string; reason?: string }[];
  const progress = conditions.find(({ type }) => type === 'Progressing');
  return progress !== undefined && progress.reason !== 'NewReplicaSetAvailable';
}
