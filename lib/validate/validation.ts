import { gvkKey, kubernetesKinds, meshKinds } from '@/lib/kinds';
import type { KubernetesResource } from '@/lib/model';
import { checkObject } from './check-object';
import { defaultRootNamespace } from './context-kinds';
import { kindOf, nameOf } from './define-finding';
import { compareFindings } from './finding';
import type { Finding, ObjectName } from './finding';
import { MeshIndex, objectKey } from './mesh-index';
import { MeshView } from './mesh-view';
import type { MeshSettings } from './mesh-view';
import { findingDefinitions } from './registry';
import { remoteClusterOf } from './remote-cluster';
import type { FindingDefinition } from './define-finding';

export interface ValidationOptions {
  rootNamespace?: string;
  domain?: string;
  /** Whether the objects are all of a cluster's; files are a part. What is missing from a part may be elsewhere. */
  complete?: boolean;
}

export interface MeshChange {
  applied?: readonly KubernetesResource[];
  deleted?: readonly (ObjectName & { group: string })[];
}

interface Entry {
  key: string;
  object: KubernetesResource;
  findings: readonly Finding[];
  asked: Set<string>;
}

/** A finding of a draft; `isNew`: it is not there without the draft. */
export type DraftFinding = Finding & { isNew: boolean };

const definitionsByKind = new Map<string, FindingDefinition[]>();
for (const definition of findingDefinitions) {
  for (const kind of definition.kinds) definitionsByKind.set(kind, [...(definitionsByKind.get(kind) ?? []), definition]);
}

/**
 * The findings of a mesh, kept current: a change re-checks the objects it touches, which are the changed one and those whose questions
 * now have another answer.
 */
export class Validation {
  readonly #settings: MeshSettings;
  readonly #index: MeshIndex;
  readonly #entries = new Map<string, Entry>();
  readonly #readers = new Map<string, Set<Entry>>();

  constructor(objects: readonly KubernetesResource[], options: ValidationOptions = {}) {
    this.#settings = {
      rootNamespace: options.rootNamespace ?? defaultRootNamespace,
      domain: options.domain ?? 'cluster.local',
      complete: options.complete ?? false,
    };
    this.#index = new MeshIndex(this.#settings);
    for (const object of objects) this.#index.put(withNamespace(object));
    for (const object of this.#index.objects()) this.#check(object);
  }

  /** All findings, in order. */
  findings(): Finding[] {
    return [...this.#entries.values()].flatMap((entry) => entry.findings).sort(compareFindings);
  }

  /** The findings about one object. */
  findingsOf(object: KubernetesResource): readonly Finding[] {
    return this.#entries.get(objectKey(withNamespace(object)))?.findings ?? [];
  }

  findingsAt(key: string): readonly Finding[] {
    return this.#entries.get(key)?.findings ?? [];
  }

  /** The findings of every object that has some, by `objectKey`. */
  findingsByKey(): ReadonlyMap<string, readonly Finding[]> {
    return new Map([...this.#entries.values()].flatMap(({ key, findings }) => (findings.length === 0 ? [] : [[key, findings] as const])));
  }

  objectAt(key: string): KubernetesResource | undefined {
    return this.#index.get(key);
  }

  /** Makes the change. Returns the number of objects that were checked again. */
  update(change: MeshChange): number {
    return this.change(change).length;
  }

  /** Makes the change. Returns the keys of the objects that were checked again. */
  change(change: MeshChange): string[] {
    const changed = new Set<string>();
    const own = new Set<string>();
    for (const given of change.applied ?? []) {
      const object = withNamespace(given);
      for (const topic of this.#index.put(object)) changed.add(topic);
      own.add(objectKey(object));
    }
    for (const { group, kind, namespace, name } of change.deleted ?? []) {
      const key = `${group}/${kind} ${namespace}/${name}`;
      for (const topic of this.#index.remove(key)) changed.add(topic);
      this.#forget(key);
    }
    for (const topic of changed) for (const reader of this.#readers.get(topic) ?? []) own.add(reader.key);
    const checked: string[] = [];
    for (const key of own) {
      const object = this.#index.get(key);
      if (object === undefined) continue;
      this.#check(object);
      checked.push(key);
    }
    return checked;
  }

  /** Takes in changes without checking anything: for who only judges drafts. */
  track(applied: readonly KubernetesResource[], deleted: readonly KubernetesResource[]): void {
    for (const object of deleted) this.#index.remove(objectKey(withNamespace(object)));
    for (const object of applied) this.#index.put(withNamespace(object));
  }

  /** The findings an object would have, without keeping it or looking at what it would do to others. */
  judge(given: KubernetesResource): Finding[] {
    const object = withNamespace(given);
    const key = objectKey(object);
    const before = this.#index.get(key);
    this.#index.put(object);
    try {
      return this.#findings(object, new Set());
    } finally {
      if (before === undefined) this.#index.remove(key);
      else this.#index.put(before);
    }
  }

  #check(object: KubernetesResource): void {
    const key = objectKey(object);
    this.#forget(key);
    const asked = new Set<string>();
    const entry: Entry = { key, object, findings: this.#findings(object, asked), asked };
    this.#entries.set(key, entry);
    for (const topic of asked) {
      const readers = this.#readers.get(topic);
      if (readers === undefined) this.#readers.set(topic, new Set([entry]));
      else readers.add(entry);
    }
  }

  #findings(object: KubernetesResource, asked: Set<string>): Finding[] {
    // Another cluster is judged there.
    if (remoteClusterOf(object) !== undefined) return [];
    const definitions = definitionsByKind.get(kindOf(object)) ?? [];
    return checkObject(object, definitions, new MeshView(this.#index, this.#settings, asked));
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    for (const topic of entry.asked) this.#readers.get(topic)?.delete(entry);
  }
}

const clusterKinds = new Set([...meshKinds, ...kubernetesKinds].filter((kind) => !kind.namespaced).map((kind) => gvkKey(kind)));

/** Manifests may leave the namespace out; it is `default` then. */
export function withNamespace(object: KubernetesResource): KubernetesResource {
  if ((object.metadata.namespace ?? '') !== '' || clusterKinds.has(kindOf(object))) return object;
  return { ...object, metadata: { ...object.metadata, namespace: 'default' } };
}

/** The findings of a set of objects. */
export function validateObjects(objects: readonly KubernetesResource[], options: ValidationOptions = {}): Finding[] {
  return new Validation(objects, options).findings();
}

/**
 * What a draft does to the findings: all of the drafted objects' own, and those of other objects that are new with it.
 * `existing` is everything there is (a cluster's objects, by default taken as complete).
 */
export function validateDraft(
  objects: readonly KubernetesResource[],
  deletes: readonly (ObjectName & { group: string })[],
  existing: readonly KubernetesResource[],
  options: ValidationOptions = {},
): DraftFinding[] {
  const validation = new Validation(existing, { complete: true, ...options });
  const drafted = new Set(objects.map((object) => sameObject(nameOf(withNamespace(object)))));
  const before = new Set(validation.findings().map(sameFinding));
  validation.update({ applied: objects, deleted: deletes });
  return validation
    .findings()
    .map((finding) => ({ ...finding, isNew: !before.has(sameFinding(finding)) }))
    .filter((finding) => finding.isNew || drafted.has(sameObject(finding)));
}

function sameObject({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace}/${name}`;
}

/** Tells findings apart, whatever the line. */
export function sameFinding(finding: Finding): string {
  return `${finding.code} ${sameObject(finding)} ${finding.path} ${finding.message}`;
}
