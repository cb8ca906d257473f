import type { KubernetesResource } from '@/lib/model';
import { checkWellFormed } from './check-well-formed';
import { refusedByKind } from './findings/hed0106-well-formed';
import { objectKey } from './mesh-index';
import { Validation } from './validation';
import type { ValidationOptions } from './validation';

export interface AdmissionVerdict {
  errors: { path: string; message: string }[];
  warnings: string[];
}

/**
 * What admission says about a write: refused is what Istio's webhook refuses; what depends on other objects is a warning and never
 * refuses (CONTRACTS §6). Keeps its own index of the mesh, brought up to date by comparing objects by identity.
 */
export class AdmissionRules {
  readonly #validation: Validation;
  #known = new Map<string, KubernetesResource>();

  constructor(options: ValidationOptions = {}) {
    this.#validation = new Validation([], { complete: true, ...options });
  }

  /** `existing` are all objects that findings may depend on, as they are stored now. */
  judge(object: KubernetesResource, existing: () => Iterable<KubernetesResource>): AdmissionVerdict {
    const errors = checkWellFormed(object).filter((finding) => finding.code === refusedByKind.code);
    if (errors.length > 0) return { errors: errors.map(({ path, message }) => ({ path, message })), warnings: [] };
    this.#catchUp(existing());
    const warnings = this.#validation
      .judge(object)
      .filter((finding) => finding.severity !== 'info')
      .map(({ code, path, message }) => `${code}${path === '' ? '' : ` ${path}`}: ${message}`);
    return { errors: [], warnings };
  }

  #catchUp(existing: Iterable<KubernetesResource>): void {
    const now = new Map<string, KubernetesResource>();
    const applied: KubernetesResource[] = [];
    for (const object of existing) {
      const key = objectKey(object);
      now.set(key, object);
      if (this.#known.get(key) !== object) applied.push(object);
    }
    const deleted = [...this.#known].filter(([key]) => !now.has(key)).map(([, object]) => object);
    this.#validation.track(applied, deleted);
    this.#known = now;
  }
}
