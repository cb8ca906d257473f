import type { KubernetesResource } from '@/lib/model';
import type { Finding, ObjectName } from './finding';
import { compareFindings } from './finding';
import { objectKey } from './mesh-index';
import { sameFinding, Validation, withNamespace } from './validation';
import type { DraftFinding, ValidationOptions } from './validation';

type Deleted = ObjectName & { group: string };

/**
 * Judges a draft again and again while it is written, against a mesh that stays: the mesh is checked once, then each call costs what the
 * change since the last call concerns. What `validateDraft` says of the same draft it says too.
 */
export class DraftValidation {
  readonly #validation: Validation;
  /** Findings of every object without the draft, by key. */
  #before: ReadonlyMap<string, readonly Finding[]>;
  /** What the draft covers: the object of the mesh in its place, if there is one. */
  readonly #covered = new Map<string, KubernetesResource | undefined>();
  /** The draft's objects as they were last judged, by key. */
  readonly #drafted = new Map<string, KubernetesResource>();
  readonly #touched = new Set<string>();

  constructor(objects: readonly KubernetesResource[], options: ValidationOptions = {}) {
    this.#validation = new Validation(objects, { complete: true, ...options });
    this.#before = this.#validation.findingsByKey();
  }

  /** The mesh has changed. The draft is judged anew by the next call. */
  updateMesh(applied: readonly KubernetesResource[], deleted: readonly Deleted[]): void {
    this.judge([]);
    this.#validation.update({ applied, deleted });
    this.#touched.clear();
    this.#before = this.#validation.findingsByKey();
  }

  /** All findings of the drafted objects, and those of others that are new with the draft. */
  judge(objects: readonly KubernetesResource[], deletes: readonly Deleted[] = []): DraftFinding[] {
    const wanted = new Map(objects.map(withNamespace).map((object) => [objectKey(object), object]));
    const gone = new Map(deletes.map((one) => [`${one.group}/${one.kind} ${one.namespace}/${one.name}`, one]));
    const applied: KubernetesResource[] = [];
    const deleted: Deleted[] = [];
    for (const [key, original] of this.#covered) {
      if (wanted.has(key) || gone.has(key)) continue;
      if (original === undefined) deleted.push(deletedOf(key));
      else applied.push(original);
      this.#covered.delete(key);
      this.#drafted.delete(key);
    }
    for (const [key, object] of wanted) {
      const last = this.#drafted.get(key);
      if (last !== undefined && JSON.stringify(last) === JSON.stringify(object)) continue;
      if (!this.#covered.has(key)) this.#covered.set(key, this.#validation.objectAt(key));
      this.#drafted.set(key, object);
      applied.push(object);
    }
    for (const [key, one] of gone) {
      if (!this.#covered.has(key)) this.#covered.set(key, this.#validation.objectAt(key));
      this.#drafted.delete(key);
      deleted.push(one);
    }
    for (const key of this.#validation.change({ applied, deleted })) this.#touched.add(key);
    const found: DraftFinding[] = [];
    for (const key of this.#touched) {
      const before = new Set((this.#before.get(key) ?? []).map(sameFinding));
      for (const finding of this.#validation.findingsAt(key)) {
        const isNew = !before.has(sameFinding(finding));
        if (isNew || wanted.has(key)) found.push({ ...finding, isNew });
      }
    }
    return found.sort(compareFindings);
  }
}

function deletedOf(key: string): Deleted {
  const [, group = '', kind = '', namespace = '', name = ''] = /^(.*)\/([^/ ]+) ([^/]*)\/(.*)$/.exec(key) ?? [];
  return { group, kind, namespace, name };
}
