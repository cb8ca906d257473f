import type { ContainerStatus, Pod } from '@/lib/kinds';
import type { StoredObject } from '../storage/stored-object';
import { formatAge, formatShortDuration } from './format-age';
import type { Column } from './make-table';

const column = (title: string, cell: (pod: Pod, now: Date) => unknown, more: Partial<Column> = {}): Column => ({
  name: title,
  cell: (object: StoredObject, now) => cell(object as unknown as Pod, now),
  ...more,
});

/** What `kubectl get pods` shows. */
export const podColumns: readonly Column[] = [
  column('Name', (pod) => pod.metadata.name, { description: 'Name must be unique within a namespace.' }),
  column('Ready', (pod) => `${statuses(pod).filter((one) => one.ready).length}/${pod.spec.containers.length}`),
  column('Status', podReason),
  column('Restarts', restarts),
  column('Age', (pod, now) => formatAge(pod.metadata.creationTimestamp, now)),
  column('IP', (pod) => pod.status?.podIP ?? '<none>', { priority: 1 }),
  column('Node', (pod) => pod.spec.nodeName ?? '<none>', { priority: 1 }),
  column('Nominated Node', () => '<none>', { priority: 1 }),
  column('Readiness Gates', () => '<none>', { priority: 1 }),
];

const statuses = (pod: Pod): ContainerStatus[] => pod.status?.containerStatuses ?? [];

/** The phase, or the reason of the container that matters most. */
function podReason(pod: Pod): string {
  let reason: string = pod.status?.reason ?? pod.status?.phase ?? 'Unknown';
  let running = false;
  for (const { state, ready } of statuses(pod).toReversed()) {
    if (state?.waiting?.reason !== undefined && state.waiting.reason !== '') reason = state.waiting.reason;
    else if (state?.terminated !== undefined) {
      const { reason: ended, exitCode, signal } = state.terminated;
      reason =
        ended !== undefined && ended !== '' ? ended : signal !== undefined && signal !== 0 ? `Signal:${signal}` : `ExitCode:${exitCode}`;
    } else if (ready && state?.running !== undefined) running = true;
  }
  if (reason === 'Completed' && running) reason = 'Running';
  return pod.metadata.deletionTimestamp === undefined ? reason : 'Terminating';
}

function restarts(pod: Pod, now: Date): string {
  const count = statuses(pod).reduce((sum, one) => sum + one.restartCount, 0);
  const last = statuses(pod)
    .map((one) => one.lastState?.terminated?.finishedAt)
    .filter((time) => time !== undefined)
    .reduce<string | undefined>((latest, time) => (latest === undefined || time > latest ? time : latest), undefined);
  if (count === 0 || last === undefined) return String(count);
  return `${count} (${formatShortDuration((now.getTime() - Date.parse(last)) / 1000)} ago)`;
}
