import { kubernetesKinds, meshKinds } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';

/** A kind whose objects findings depend on, and how much of them is read. */
export interface ContextKind {
  kind: KindDefinition;
  /** `names`: that an object is there is all that is asked. */
  part: 'all' | 'names';
  /** Only these objects, of the mesh's root namespace. */
  only?: readonly string[];
}

/** Where the control plane and settings of the whole mesh are, unless said otherwise. */
export const defaultRootNamespace = 'istio-system';

/** Kubernetes' own kinds that findings read; Secrets by name alone. */
const read: Readonly<Record<string, Omit<ContextKind, 'kind'>>> = {
  Namespace: { part: 'all' },
  Service: { part: 'all' },
  Pod: { part: 'all' },
  Deployment: { part: 'all' },
  StatefulSet: { part: 'all' },
  DaemonSet: { part: 'all' },
  ServiceAccount: { part: 'names' },
  Secret: { part: 'names' },
  ConfigMap: { part: 'all', only: ['istio', 'istio-sidecar-injector'] },
};

/**
 * Everything of a cluster that findings depend on. Who judges a whole cluster (the console, `heddle validate --kubeconfig`) reads this,
 * so that all say the same.
 */
export const contextKinds: readonly ContextKind[] = [
  ...meshKinds.map((kind): ContextKind => ({ kind, part: 'all' })),
  ...kubernetesKinds.flatMap((kind): ContextKind[] => {
    const how = read[kind.kind];
    return how === undefined ? [] : [{ kind, ...how }];
  }),
];
