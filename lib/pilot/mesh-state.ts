import { CompileCache } from './compile-cache';
import { readMeshSettings } from './mesh-settings';
import { isMisfit, screenObject } from './screen-objects';
import type { ConfigMap, KubernetesResource } from '@/lib/model';
import type { MeshSettings } from './mesh-settings';
import type { Misfit } from './screen-objects';
import type { Note, ObjectChanges, PilotOptions } from './types';

export type ObjectTable = ReadonlyMap<string, KubernetesResource>;

/**
 * All objects of the mesh at one moment, by kind. Immutable: a change makes a new state that shares what did not change, and the
 * compile cache with it.
 */
export interface MeshState {
  readonly revision: number;
  readonly rootNamespace: string;
  readonly domain: string;
  readonly clusterId: string;
  readonly externalHosts: NonNullable<PilotOptions['externalHosts']>;
  /** Key sets by jwksUri (or issuer, when the rule names no URI). */
  readonly jwks: Readonly<Record<string, string>>;
  readonly mesh: MeshSettings;
  /** `group/Kind` (core: `/Pod`) → `namespace/name` → object. */
  readonly tables: ReadonlyMap<string, ObjectTable>;
  /** Objects that are left out as a whole, by `group/Kind|namespace/name`. */
  readonly misfits: ReadonlyMap<string, Misfit>;
  /** Newest resourceVersion seen per kind, deletions of the API server not included. */
  readonly resourceVersions: ReadonlyMap<string, string>;
  readonly cache: CompileCache;
}

const noObjects: ObjectTable = new Map();

/** The state of a mesh made of these objects. Objects of kinds that concern no proxy are kept and ignored. */
export function buildMeshState(objects: readonly KubernetesResource[], options: PilotOptions = {}): MeshState {
  const empty: MeshState = {
    revision: 0,
    rootNamespace: options.rootNamespace ?? 'istio-system',
    domain: options.domain ?? 'cluster.local',
    clusterId: options.clusterId ?? 'Kubernetes',
    externalHosts: options.externalHosts ?? {},
    jwks: options.jwks ?? {},
    mesh: readMeshSettings(undefined),
    tables: new Map(),
    misfits: new Map(),
    resourceVersions: new Map(),
    cache: new CompileCache(),
  };
  return updateMeshState(empty, { applied: objects });
}

/** The state after a change. Unchanged kinds keep their tables, and with them everything compiled from them. */
export function updateMeshState(state: MeshState, changes: ObjectChanges): MeshState {
  const tables = new Map(state.tables);
  const versions = new Map(state.resourceVersions);
  const misfits = new Map(state.misfits);
  const copied = new Map<string, Map<string, KubernetesResource>>();
  const tableFor = (kind: string): Map<string, KubernetesResource> => {
    let table = copied.get(kind);
    if (table === undefined) {
      table = new Map(state.tables.get(kind));
      copied.set(kind, table);
      tables.set(kind, table);
    }
    return table;
  };
  for (const object of changes.applied ?? []) {
    const kind = kindKey(object);
    const key = objectKey(object.metadata);
    const found = screenObject(kind, object);
    if (isMisfit(found)) {
      tableFor(kind).delete(key);
      misfits.set(`${kind}|${key}`, found);
    } else {
      tableFor(kind).set(key, found);
      misfits.delete(`${kind}|${key}`);
    }
    const version = object.metadata.resourceVersion;
    if (version !== undefined && isNewer(version, versions.get(kind))) versions.set(kind, version);
  }
  for (const object of changes.deleted ?? []) {
    const kind = kindKey(object);
    const key = objectKey(object.metadata);
    tableFor(kind).delete(key);
    misfits.delete(`${kind}|${key}`);
  }
  state.cache.advance();
  const next = {
    ...state,
    revision: state.revision + 1,
    tables,
    misfits,
    resourceVersions: versions,
    externalHosts: changes.externalHosts ?? state.externalHosts,
    jwks: changes.jwks ?? state.jwks,
  };
  return copied.has('/ConfigMap') ? { ...next, mesh: settingsOf(next) } : next;
}

function settingsOf(state: MeshState): MeshSettings {
  const configMap = state.tables.get('/ConfigMap')?.get(`${state.rootNamespace}/istio`) as ConfigMap | undefined;
  try {
    return state.cache.memo('mesh-settings', [configMap?.data?.['mesh']], () => readMeshSettings(configMap));
  } catch {
    // Unreadable YAML must not take the mesh down: the last good settings stay, and `noteMeshConfig` says so.
    return state.mesh;
  }
}

/** Why the mesh config cannot be read, if it cannot. */
export function noteMeshConfig(state: MeshState): Note | undefined {
  const configMap = table<ConfigMap>(state, '/ConfigMap').get(`${state.rootNamespace}/istio`);
  try {
    readMeshSettings(configMap);
    return undefined;
  } catch (error) {
    return {
      code: 'not_compiled',
      severity: 'error',
      object: { kind: 'ConfigMap', namespace: state.rootNamespace, name: 'istio' },
      path: 'data.mesh',
      message: `The mesh config is not YAML, the last good one is in use: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** An object as it was given, also one that is left out. */
export function findObject(state: MeshState, kind: string, key: string): KubernetesResource | undefined {
  return state.tables.get(kind)?.get(key) ?? state.misfits.get(`${kind}|${key}`)?.object;
}

/** The objects of a kind, keyed `namespace/name`. */
export function table<T extends KubernetesResource>(state: MeshState, kind: string): ReadonlyMap<string, T> {
  return (state.tables.get(kind) ?? noObjects) as ReadonlyMap<string, T>;
}

/** Kinds that say where requests go, and endpoints: what changes most, and plays no part in what a workload listens for. */
const routeKinds: ReadonlySet<string> = new Set([
  'networking.istio.io/VirtualService',
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/GRPCRoute',
  'gateway.networking.k8s.io/TCPRoute',
  'gateway.networking.k8s.io/TLSRoute',
  'discovery.k8s.io/EndpointSlice',
]);

/** Everything but routes and endpoints, as one object that changes when any of it does. */
export function inputsBesideRoutes(state: MeshState): unknown {
  return state.cache.once(state, 'inputs-beside-routes', () => {
    const tables = [...state.tables].filter(([kind]) => !routeKinds.has(kind)).map(([, objects]) => objects);
    return state.cache.memo('inputs-beside-routes', [...tables, state.mesh, state.jwks, state.externalHosts], () => ({}));
  });
}

/** `group/Kind` of an object; versions of a kind share a table. */
export function kindKey(object: { apiVersion: string; kind: string }): string {
  const slash = object.apiVersion.indexOf('/');
  return `${slash === -1 ? '' : object.apiVersion.slice(0, slash)}/${object.kind}`;
}

/** `namespace/name`; cluster-scoped objects have an empty namespace. */
function objectKey(metadata: { name: string; namespace?: string }): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function isNewer(version: string, known: string | undefined): boolean {
  if (known === undefined) return true;
  return version.length === known.length ? version > known : version.length > known.length;
}

/** Istio's order of age: creationTimestamp, then name, then namespace. */
export function compareAge(left: KubernetesResource, right: KubernetesResource): number {
  const leftTime = left.metadata.creationTimestamp ?? '';
  const rightTime = right.metadata.creationTimestamp ?? '';
  if (leftTime !== rightTime) return leftTime < rightTime ? -1 : 1;
  if (left.metadata.name !== right.metadata.name) return left.metadata.name < right.metadata.name ? -1 : 1;
  const leftNamespace = left.metadata.namespace ?? '';
  const rightNamespace = right.metadata.namespace ?? '';
  return leftNamespace < rightNamespace ? -1 : leftNamespace > rightNamespace ? 1 : 0;
}
