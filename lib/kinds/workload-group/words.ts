import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayLabels } from '../shared/say-who';
import type { WorkloadGroup } from './schema';

/** What a WorkloadGroup does, in sentences. */
export function describeWorkloadGroup(object: WorkloadGroup): Words[] {
  const { metadata, template } = object.spec;
  const labels = sayLabels({ ...metadata?.labels, ...template.labels });
  return [sayWords('workload_group', { labels, account: template.serviceAccount ?? 'default' })];
}
