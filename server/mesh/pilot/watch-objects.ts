import { gvkKey, meshKinds } from '@/lib/kinds';
import type { KubernetesResource } from '@/lib/model';
import { createInformer, resourceOf, resources } from '@/server/kube';
import type { InformedResource, KubeClient, ObjectChange } from '@/server/kube';
import type { ChangeBatch } from './discovery-hub';

/** Where the control plane gets its objects from: the Kubernetes API, or a list in tests. */
export interface ObjectSource {
  /** Resolves when every kind has been listed and handed to the callback. */
  start(onChange: (batch: ChangeBatch) => void): Promise<void>;
  stop(): void;
}

const rootNamespace = 'istio-system';

/** Everything that decides what a proxy is served. */
const watched: readonly InformedResource[] = [
  resources.namespaces,
  resources.nodes,
  resources.pods,
  resources.services,
  resources.endpointSlices,
  resources.secrets,
  resources.ingresses,
  { ...resources.configMaps, namespace: rootNamespace },
  ...meshKinds.map((kind) => resourceOf(kind)),
];

/** Watches the mesh's objects through the Kubernetes API. */
export function watchObjects(client: KubeClient): ObjectSource {
  const informer = createInformer(client, watched);
  return {
    async start(onChange) {
      informer.onChange((changes) => onChange(batchOf(changes)));
      informer.start();
      await informer.synced;
      // The informer hands out what it listed in the next turn of the loop.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    },
    stop: () => informer.stop(),
  };
}

/** Changes as the compiler takes them. Of several changes of one object only the last counts. */
export function batchOf(changes: readonly ObjectChange[]): ChangeBatch {
  const latest = new Map<string, ObjectChange>();
  const versions = new Map<string, string>();
  for (const change of changes) {
    const { apiVersion, kind, metadata } = change.object;
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    const key = gvkKey({ group, kind });
    latest.set(`${key} ${metadata.namespace ?? ''}/${metadata.name}`, change);
    const version = metadata.resourceVersion;
    if (version !== undefined && isNewer(version, versions.get(key))) versions.set(key, version);
  }
  const applied: KubernetesResource[] = [];
  const deleted: KubernetesResource[] = [];
  for (const change of latest.values()) (change.type === 'deleted' ? deleted : applied).push(change.object);
  return { applied, deleted, versions };
}

/** Versions of one API server are growing whole numbers; longer ones are newer without being parsed. */
function isNewer(version: string, known: string | undefined): boolean {
  if (known === undefined) return true;
  return version.length === known.length ? version > known : version.length > known.length;
}
