import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayLabels } from '../shared/say-who';
import type { WorkloadGroup } from './schema';

const say = wordsOf({
  workload_group: 'Machines that join get the labels {labels} and the identity {account}.',
});

/** What a WorkloadGroup does, in sentences. */
export function describeWorkloadGroup(object: WorkloadGroup): Words[] {
  const { metadata, template } = object.spec;
  const labels = sayLabels({ ...metadata?.labels, ...template.labels });
  return [say('workload_group', { labels, account: template.serviceAccount ?? 'default' })];
}
