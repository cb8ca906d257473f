import type { Logger } from 'pino';
import { isHeddleError } from '@/lib/errors';
import type { ConfigMap } from '@/lib/model';
import { createInformer, resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';

const name = 'istio-ca-root-cert';
const retryMs = 1000;

/** Keeps the ConfigMap `istio-ca-root-cert` in every namespace, also after somebody changed or deleted it. */
export function publishRoot(client: KubeClient, rootPem: string, logger: Logger): { stop(): void } {
  const informer = createInformer(client, [resources.namespaces, { ...resources.configMaps, fieldSelector: `metadata.name=${name}` }]);
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;
  let running = false;
  let again = false;

  async function reconcile(): Promise<void> {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      if (stopped) break;
      for (const namespace of informer.list(resources.namespaces)) {
        if (namespace.metadata.deletionTimestamp === undefined) await publish(namespace.metadata.name);
      }
    }
    running = false;
  }

  async function publish(namespace: string): Promise<void> {
    const known = informer.get<ConfigMap>(resources.configMaps, name, namespace);
    if (known?.data?.['root-cert.pem'] === rootPem) return;
    const configMap: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels: { 'istio.io/config': 'true' } },
      data: { 'root-cert.pem': rootPem },
    };
    try {
      await client.apply(resources.configMaps, configMap, { fieldManager: 'heddle-citadel', force: true });
    } catch (error) {
      // The namespace went away in the meantime: nothing to do.
      if (stopped || (isHeddleError(error) && (error.code === 'not_found' || error.code === 'forbidden'))) return;
      logger.warn({ err: error, namespace }, 'the mesh root could not be published; it is tried again');
      clearTimeout(retry);
      retry = setTimeout(() => void reconcile(), retryMs);
    }
  }

  informer.onChange(() => void reconcile());
  informer.start();
  void informer.synced.then(reconcile);
  return {
    stop() {
      stopped = true;
      clearTimeout(retry);
      informer.stop();
    },
  };
}
