import type { Notice } from '@/lib/contract';
import type { KubernetesResource } from '@/lib/model';
import { ofRemoteCluster } from '@/lib/validate';
import { createInformer, createKubeClient, loadKubeConfig, resources } from '@/server/kube';
import type { AnyKubeObject, InformedResource, Informer, KubeClient } from '@/server/kube';

/** Services and accounts of other Kubernetes clusters of the mesh, which findings about several clusters read. */
export interface Remotes {
  /** As they stand there now, each marked with its cluster; an object keeps its identity while it stays the same. */
  objects(): KubernetesResource[];
  notices(): Notice[];
  onChange(listener: () => void): void;
  stop(): void;
}

interface Remote {
  name: string;
  client: KubeClient;
  informer: Informer;
}

const watched: readonly InformedResource[] = [resources.services, { ...resources.serviceAccounts, namesOf: 'ServiceAccount' }];

/** Watches other clusters, named with a kubeconfig each. One that cannot be reached is missing, and said so. */
export function watchRemotes(named: readonly { name: string; kubeconfig: string }[]): Remotes {
  const remotes: Remote[] = [];
  const broken = new Map<string, string>();
  const listeners = new Set<() => void>();
  const marked = new WeakMap<object, KubernetesResource>();
  let stopped = false;
  const open = async ({ name, kubeconfig }: { name: string; kubeconfig: string }): Promise<void> => {
    try {
      const client = createKubeClient(await loadKubeConfig({ file: kubeconfig }));
      if (stopped) {
        client.close();
        return;
      }
      const informer = createInformer(client, watched);
      informer.onChange(() => {
        for (const listener of listeners) listener();
      });
      informer.start();
      remotes.push({ name, client, informer });
    } catch (error) {
      broken.set(name, error instanceof Error ? error.message : String(error));
    }
  };
  for (const one of named) void open(one);
  return {
    objects: () =>
      remotes.flatMap(({ name, informer }) =>
        watched
          .flatMap((resource) => informer.list<AnyKubeObject & KubernetesResource>(resource))
          .map((object) => {
            let known = marked.get(object);
            if (known === undefined) {
              known = ofRemoteCluster(object, name);
              marked.set(object, known);
            }
            return known;
          }),
      ),
    notices: () => [
      ...[...broken].map(([name, why]): Notice => ({ source: `cluster ${name}`, code: 'source_unavailable', message: why })),
      ...remotes.flatMap(({ name, informer }) =>
        watched.flatMap((resource): Notice[] => {
          const { state, error } = informer.state(resource);
          return error === undefined || state === 'live' || state === 'absent'
            ? []
            : [
                {
                  source: `cluster ${name}`,
                  code: error.code,
                  message: `${resource.plural} may not be read or are out of date: ${error.message}`,
                },
              ];
        }),
      ),
    ],
    onChange: (listener) => void listeners.add(listener),
    stop() {
      stopped = true;
      for (const { informer, client } of remotes) {
        informer.stop();
        client.close();
      }
    },
  };
}
