import type { KubernetesResource } from '@/lib/model';
import { validateDraft } from '@/lib/validate';
import type { DraftFinding } from '@/lib/validate';
import { findingObjects } from './finding-objects';
import { splitApiVersion } from './known-kinds';
import type { Cluster } from './watch-cluster';

/** What a draft does to the findings: all about its own objects, and those of others that are new with it. */
export function judgeDraft(
  cluster: Cluster,
  applied: readonly KubernetesResource[],
  deleted: readonly KubernetesResource[],
): DraftFinding[] {
  const gone = deleted.map(({ apiVersion, kind, metadata }) => ({
    group: splitApiVersion(apiVersion).group,
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  }));
  // What may not be read, or is not read yet, is missing from our copy only.
  const complete = cluster.notices().length === 0;
  return validateDraft(applied, gone, findingObjects(cluster), { complete }).filter((finding) => finding.kind !== 'Pod');
}

/** Warnings of a server that finds the same faults, in the form that the bundled mesh sends them. */
export function saysFinding(warning: string): boolean {
  return /^HED\d{4}\b/.test(warning);
}
