import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayLabels } from '../shared/say-who';
import type { WorkloadEntry } from './schema';

const say = wordsOf({
  workload_entry: 'The machine {address} takes part as {labels}, with the identity {account}.',
});

/** What a WorkloadEntry does, in sentences. */
export function describeWorkloadEntry(object: WorkloadEntry): Words[] {
  const { address, labels, serviceAccount } = object.spec;
  return [say('workload_entry', { address: address ?? '–', labels: sayLabels(labels), account: serviceAccount ?? 'default' })];
}
