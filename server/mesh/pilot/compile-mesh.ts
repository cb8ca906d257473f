import type { KubernetesResource, Service } from '@/lib/model';
import { buildMeshState, compileProxy, updateMeshState } from '@/lib/pilot';
import type { PilotOptions } from '@/lib/pilot';
import type { MeshCompiler } from './discovery-hub';

const serviceKind = '/Service';
const entryKind = 'networking.istio.io/ServiceEntry';
const virtualServiceKind = 'networking.istio.io/VirtualService';

export interface MeshOverview extends MeshCompiler {
  counts(): { services: number; virtualServices: number };
  /** For `/debug/registryz`: what can be called, and which object says so. */
  services(): object[];
}

/** The mesh state of `lib/pilot`, kept current, with what the debug pages and metrics want to know of it. */
export function createMeshCompiler(options: PilotOptions): MeshOverview {
  let state = buildMeshState([], options);

  function objects<T extends KubernetesResource>(kind: string): T[] {
    return [...(state.tables.get(kind)?.values() ?? [])] as T[];
  }

  return {
    update(changes) {
      state = updateMeshState(state, changes);
    },
    compile: (node) => compileProxy(state, node),
    counts: () => ({
      services: objects(serviceKind).length + objects(entryKind).length,
      virtualServices: objects(virtualServiceKind).length,
    }),
    services: () => [
      ...objects<Service>(serviceKind).map(({ metadata, spec }) => ({
        registry: 'Kubernetes',
        hostname: `${metadata.name}.${metadata.namespace ?? 'default'}.svc.${state.domain}`,
        address: spec.clusterIP ?? '',
        ports: (spec.ports ?? []).map(({ name, port, appProtocol }) => ({ name: name ?? '', port, appProtocol: appProtocol ?? '' })),
        selector: spec.selector ?? {},
        resourceVersion: metadata.resourceVersion ?? '',
      })),
      ...objects<KubernetesResource & { spec?: { hosts?: string[]; ports?: object[] } }>(entryKind).map(({ metadata, spec }) => ({
        registry: 'External',
        hosts: spec?.hosts ?? [],
        ports: spec?.ports ?? [],
        serviceEntry: `${metadata.namespace ?? 'default'}/${metadata.name}`,
        resourceVersion: metadata.resourceVersion ?? '',
      })),
    ],
  };
}
