import type { KubernetesResource } from '@/lib/model';
import { checkWellFormed } from './check-well-formed';
import { refusedByKind } from './findings/hed0106-well-formed';
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
  /** Objects by identity, with the round in which they were last there. */
  readonly #known = new Map<KubernetesResource, number>();
  #round = 0;

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
    this.#round += 1;
    const fresh: KubernetesResource[] = [];
    let seen = 0;
    for (const object of existing) {
      if (this.#known.has(object)) seen += 1;
      else fresh.push(object);
      this.#known.set(object, this.#round);
    }
    // A version that was replaced is gone like one that was deleted; its successor is among the fresh ones.
    const gone = seen + fresh.length === this.#known.size ? [] : [...this.#known].filter(([, round]) => round !== this.#round);
    for (const [object] of gone) this.#known.delete(object);
    this.#validation.track(
      fresh,
      gone.map(([object]) => object),
    );
  }
}
