import type { Pod } from '@/lib/model';
import { shouldInject } from './decide-injection';
import { hasTemplate, injectPod } from './inject-pod';
import type { InjectionConfig } from './inject-pod';

/** What admission tells about a write. */
export interface InjectionContext {
  operation: 'CREATE' | 'UPDATE';
  kind: { group: string; kind: string };
  namespaceLabels: Readonly<Record<string, string>>;
}

/** An object as admission hands it over. */
export interface AdmittedObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/**
 * Sidecar injection as a mutation of the API server's admission: pods are injected when they are created, everything else passes unchanged.
 * `config` is asked on every creation, because the mesh config may change.
 */
export function createMutator(config: () => InjectionConfig = () => ({})) {
  return <T extends AdmittedObject>(object: T, context: InjectionContext): T => {
    if (context.operation !== 'CREATE' || context.kind.group !== '' || context.kind.kind !== 'Pod') return object;
    const pod = object as unknown as Pod;
    // A pod without containers is refused by validation, which comes after this.
    if (!Array.isArray(pod.spec?.containers)) return object;
    const namespace = { name: object.metadata.namespace ?? 'default', labels: context.namespaceLabels };
    if (!shouldInject(pod, namespace).inject || !hasTemplate(pod)) return object;
    const injected: AdmittedObject = injectPod(pod, namespace, config());
    return injected as T;
  };
}
