import type { KubernetesResource, Service } from '@/lib/model';
import {
  buildMeshState,
  compileProxy,
  compileSecret,
  computeStatuses,
  findObject,
  noteObjects,
  requiredKeySets,
  updateMeshState,
  withEffects,
} from '@/lib/pilot';
import type { KeySetSource, Note, ObjectStatus, PilotOptions } from '@/lib/pilot';
import type { MeshCompiler } from './discovery-hub';

const serviceKind = '/Service';
const entryKind = 'networking.istio.io/ServiceEntry';
const virtualServiceKind = 'networking.istio.io/VirtualService';

/** The compiler, and what the debug pages, metrics and writers want to know of the mesh. */
export interface MeshOverview extends MeshCompiler {
  counts(): { services: number; virtualServices: number };
  /** For `/debug/registryz`: what can be called, and which object says so. */
  services(): object[];
  /** What objects say that has no effect here. */
  notes(): readonly Note[];
  /** Statuses as they should be, with what `notes` (of objects and proxies) say of them. */
  statuses(notes: readonly Note[]): readonly ObjectStatus[];
  /** The status an object has now; `undefined` when there is no such object. */
  currentStatus(place: Pick<ObjectStatus, 'apiVersion' | 'kind' | 'namespace' | 'name'>): Record<string, unknown> | undefined;
  keySets(): readonly KeySetSource[];
}

/** The mesh state of `lib/pilot`, kept current. */
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
    secret: (node, name) => compileSecret(state, node, name),
    counts: () => ({
      services: objects(serviceKind).length + objects(entryKind).length,
      virtualServices: objects(virtualServiceKind).length,
    }),
    notes: () => noteObjects(state),
    statuses: (notes) => withEffects(state, computeStatuses(state), notes),
    currentStatus({ apiVersion, kind, namespace, name }) {
      const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
      const object: (KubernetesResource & { status?: Record<string, unknown> }) | undefined = findObject(
        state,
        `${group}/${kind}`,
        `${namespace}/${name}`,
      );
      return object === undefined ? undefined : (object.status ?? {});
    },
    keySets: () => requiredKeySets(state),
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
