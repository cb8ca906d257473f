import type { Logger } from 'pino';
import { isHeddleError } from '@/lib/errors';
import { meshKinds } from '@/lib/kinds';
import type { ObjectStatus } from '@/lib/pilot';
import { resourceOf } from '@/server/kube';
import type { KubeClient } from '@/server/kube';

/**
 * Writes statuses back through the Kubernetes API, one at a time and only those that changed. What cannot be written now (the API server is
 * away, the object just went) is tried again with the next push.
 */
export function createStatusWriter(client: KubeClient, logger: Logger) {
  const written = new Map<string, string>();
  let wanted: readonly ObjectStatus[] | undefined;
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (wanted !== undefined) {
      const statuses = wanted;
      wanted = undefined;
      const present = new Set<string>();
      for (const status of statuses) {
        const key = `${status.kind} ${status.namespace}/${status.name}`;
        present.add(key);
        const text = JSON.stringify(status.status);
        if (written.get(key) === text) continue;
        if (await write(status)) written.set(key, text);
      }
      for (const key of written.keys()) if (!present.has(key)) written.delete(key);
    }
    running = false;
  }

  async function write({ apiVersion, kind, namespace, name, status }: ObjectStatus): Promise<boolean> {
    const slash = apiVersion.indexOf('/');
    const group = apiVersion.slice(0, slash);
    const definition = meshKinds.find((candidate) => candidate.kind === kind && candidate.group === group);
    if (definition === undefined) return false;
    try {
      const place = namespace === '' ? { name } : { name, namespace };
      const resource = resourceOf(definition, apiVersion.slice(slash + 1));
      await client.patch(resource, place, { status }, { subresource: 'status', fieldManager: 'pilot-status' });
      return true;
    } catch (error) {
      if (isHeddleError(error) && error.code === 'not_found') return false;
      logger.warn({ err: error, object: `${kind} ${namespace}/${name}` }, 'a status could not be written');
      return false;
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
