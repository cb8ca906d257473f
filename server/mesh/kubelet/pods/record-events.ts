import type { Pod } from '@/lib/model';
import { resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';
import { contentHash } from '../controllers/workload-objects';

export type RecordEvent = (pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string) => void;

const timestamp = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

/**
 * Writes Events of pods. The same event again raises its count. An event that cannot be written is let go: it must never hold up
 * what it tells of.
 */
export function createEventRecorder(client: KubeClient): RecordEvent {
  const counts = new Map<string, { count: number; first: string }>();
  let chain = Promise.resolve();
  return (pod, type, reason, message) => {
    const namespace = pod.metadata.namespace ?? 'default';
    const name = `${pod.metadata.name}.${contentHash([pod.metadata.uid, type, reason, message], 12)}`;
    const key = `${namespace}/${name}`;
    const seen = counts.get(key);
    const now = timestamp();
    const entry = { count: (seen?.count ?? 0) + 1, first: seen?.first ?? now };
    counts.set(key, entry);
    if (counts.size > 5000) counts.delete(counts.keys().next().value ?? '');
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: pod.metadata.name,
        namespace,
        ...(pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid }),
      },
      type,
      reason,
      message,
      count: entry.count,
      firstTimestamp: entry.first,
      lastTimestamp: now,
      source: { component: 'kubelet', host: pod.spec.nodeName ?? '' },
      reportingComponent: 'kubelet',
      reportingInstance: pod.spec.nodeName ?? '',
    };
    chain = chain
      .then(async () => {
        if (seen === undefined) await client.create(resources.events, event);
        else await client.patch(resources.events, { name, namespace }, { count: entry.count, lastTimestamp: now });
      })
      .catch(() => undefined);
  };
}
