import type { Logger } from 'pino';
import { isHeddleError } from '@/lib/errors';
import { meshKinds } from '@/lib/kinds';
import type { ObjectStatus } from '@/lib/pilot';
import { resourceOf, resources } from '@/server/kube';
import type { KubeClient, ResourceRef } from '@/server/kube';
import { completeStatus, sameStatus } from './complete-status';

export interface StatusWriterOptions {
  client: KubeClient;
  logger: Logger;
  /** The status that an object has now, as far as is known; `undefined` when there is no such object. */
  current: (status: ObjectStatus) => Record<string, unknown> | undefined;
  now: () => Date;
}

/** Where objects of a status' kind live: those of the mesh in the version they are written in, and Ingresses. */
function resourceFor({ apiVersion, kind }: ObjectStatus): ResourceRef | undefined {
  const slash = apiVersion.indexOf('/');
  const group = apiVersion.slice(0, slash);
  if (kind === 'Ingress' && group === resources.ingresses.group) return resources.ingresses;
  const definition = meshKinds.find((candidate) => candidate.kind === kind && candidate.group === group);
  return definition === undefined ? undefined : resourceOf(definition, apiVersion.slice(slash + 1));
}

/**
 * Writes statuses back through the Kubernetes API, one at a time and only those that differ. What cannot be written now (the API server is
 * away, the object just went) is tried again with the next push.
 */
export function createStatusWriter({ client, logger, current, now }: StatusWriterOptions) {
  let wanted: readonly ObjectStatus[] | undefined;
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (wanted !== undefined) {
      const statuses = wanted;
      wanted = undefined;
      for (const status of statuses) await write(status);
    }
    running = false;
  }

  async function write(desired: ObjectStatus): Promise<void> {
    const { kind, namespace, name } = desired;
    const resource = resourceFor(desired);
    const existing = current(desired);
    if (resource === undefined || existing === undefined) return;
    const status = completeStatus(
      desired.status,
      existing,
      now()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
    );
    if (sameStatus(status, existing)) return;
    try {
      const place = namespace === '' ? { name } : { name, namespace };
      await client.patch(resource, place, { status }, { subresource: 'status', fieldManager: 'heddle-pilot' });
    } catch (error) {
      if (isHeddleError(error) && error.code === 'not_found') return;
      logger.warn({ err: error, object: `${kind} ${namespace}/${name}` }, 'a status could not be written');
    }
  }

  return {
    /** Takes the statuses as they should be now; returns at once. */
    write(statuses: readonly ObjectStatus[]): void {
      wanted = statuses;
      if (!running) void run();
    },
  };
}
