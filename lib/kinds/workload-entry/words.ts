import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayLabels } from '../shared/say-who';
import type { WorkloadEntry } from './schema';

/** What a WorkloadEntry does, in sentences. */
export function describeWorkloadEntry(object: WorkloadEntry): Words[] {
  const { address, labels, serviceAccount } = object.spec;
  return [sayWords('workload_entry', { address: address ?? '–', labels: sayLabels(labels), account: serviceAccount ?? 'default' })];
}
