import type { KindDefinition } from '@/lib/kinds';
import type { StoredObject } from '../storage/stored-object';

export interface AdmissionContext {
  operation: 'CREATE' | 'UPDATE';
  kind: KindDefinition;
  /** Labels of the object's namespace; empty for kinds without namespaces. */
  namespaceLabels: Record<string, string>;
  /** Labels and annotations and all: the object before the change. */
  oldObject: StoredObject | undefined;
  dryRun: boolean;
}

/**
 * Changes an object before it is validated and stored (sidecar injection). Runs synchronously and returns a new object, or the same one.
 * Called for every write of every kind; a mutator picks by `context.kind`.
 */
export type Mutator = (object: StoredObject, context: AdmissionContext) => StoredObject;

export interface FieldProblem {
  /** `spec.http[0].route[1].weight` */
  path: string;
  message: string;
}

/** What a validator may look at besides the object. */
export interface ValidationContext extends AdmissionContext {
  /** The newest state of all objects of a kind; read only. */
  list(group: string, plural: string): readonly StoredObject[];
}

/**
 * Judges an object as Istio's webhook would. `errors` refuse the write (422); `warnings` go back as `Warning:` headers and never refuse.
 * Only what the object itself shows may be an error: what depends on others is a warning.
 */
export type Validator = (
  object: StoredObject,
  context: ValidationContext,
) => { errors?: readonly FieldProblem[]; warnings?: readonly string[] };
