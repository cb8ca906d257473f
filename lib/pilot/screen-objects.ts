import { gvkKey, kubernetesKinds, meshKinds, shapeOf } from '@/lib/kinds';
import type { FieldShape } from '@/lib/kinds';
import type { KubernetesResource } from '@/lib/model';
import { idleKinds } from './idle-kinds';

/** What is wrong with an object whose fields are not of the types their kind says. */
export interface Misfit {
  object: KubernetesResource;
  path: string;
  message: string;
}

interface Fields {
  byName: ReadonlyMap<string, FieldShape>;
  required: readonly string[];
}

/** Of Kubernetes' own kinds those that people write and the compiler reads; pods and endpoints come from the API server. */
const written = new Set(['/Service', 'networking.k8s.io/Ingress']);

const definitions = new Map(
  [...meshKinds, ...kubernetesKinds]
    .map((definition) => [gvkKey(definition), definition] as const)
    .filter(([key, { native }]) => (native ? written.has(key) : idleKinds[key] === undefined)),
);
/** Fields that are ports wherever they stand. A proxy would refuse whole listeners for one that is none. */
const portFields = new Set(['port', 'number', 'targetPort', 'nodePort']);
const fieldsOfShape = new WeakMap<FieldShape, Fields>();
const screened = new WeakMap<KubernetesResource, KubernetesResource | Misfit>();

/** Thrown with the path of what does not fit. */
class DoesNotFit extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * An object as the compiler may take it: every field of the type its kind says, `null` as if it were not there. An API server with the
 * kinds' schemas lets nothing else in; manifests on disk and other API servers may bring anything.
 */
export function screenObject(kind: string, object: KubernetesResource): KubernetesResource | Misfit {
  const definition = definitions.get(kind);
  if (definition?.spec === undefined) return object;
  let known = screened.get(object);
  if (known === undefined) {
    known = screen(object, shapeOf(definition.spec), definition.specOptional);
    screened.set(object, known);
  }
  return known;
}

/** Whether it is one. */
export function isMisfit(found: KubernetesResource | Misfit): found is Misfit {
  return 'object' in found;
}

function screen(object: KubernetesResource, shape: FieldShape, optional: boolean): KubernetesResource | Misfit {
  const { spec } = object as { spec?: unknown };
  try {
    if (spec === undefined || spec === null) {
      if (!optional) throw new DoesNotFit('spec', 'It has no spec');
      return object;
    }
    const clean = fit(shape, spec, 'spec');
    return clean === spec ? object : ({ ...object, spec: clean } as KubernetesResource);
  } catch (error) {
    if (!(error instanceof DoesNotFit)) throw error;
    return { object, path: error.path, message: `Left out: ${error.message}` };
  }
}

/** The value without nulls; the value itself where there are none. Throws `DoesNotFit`. */
function fit(shape: FieldShape, value: unknown, path: string): unknown {
  switch (shape.type) {
    case 'object':
      return fitObject(shape, entriesOf(value, path), value, path);
    case 'map':
      return rebuilt(entriesOf(value, path), value, (_key, item, at) => fit(shape.value, item, at), path);
    case 'list': {
      if (!Array.isArray(value)) throw new DoesNotFit(path, 'It is no list');
      const items = value.map((item: unknown, index) => {
        if (item === null || item === undefined) throw new DoesNotFit(`${path}[${index}]`, 'It is empty');
        return fit(shape.item, item, `${path}[${index}]`);
      });
      return items.every((item, index) => item === value[index]) ? value : items;
    }
    case 'text':
    case 'enum':
      if (typeof value !== 'string') throw new DoesNotFit(path, 'It is no text');
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw new DoesNotFit(path, 'It is neither true nor false');
      return value;
    case 'integer':
      if (!Number.isSafeInteger(value)) throw new DoesNotFit(path, 'It is no whole number');
      return value;
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new DoesNotFit(path, 'It is no number');
      return value;
    default:
      return value;
  }
}

/** 0 is the same as no port. */
function isPort(value: unknown): boolean {
  return value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535);
}

function entriesOf(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DoesNotFit(path, 'It has no fields');
  return Object.entries(value);
}

function fitObject(shape: FieldShape, entries: [string, unknown][], value: unknown, path: string): unknown {
  const { byName, required } = fieldsOf(shape);
  const record = value as Record<string, unknown>;
  for (const name of required) {
    if (record[name] === undefined || record[name] === null) throw new DoesNotFit(`${path}.${name}`, 'It is missing');
  }
  return rebuilt(
    entries,
    value,
    (name, item, at) => {
      const own = byName.get(name);
      if (own === undefined) return item;
      if (own.type === 'integer' && portFields.has(name) && !isPort(item)) throw new DoesNotFit(at, 'It is no port');
      return fit(own, item, at);
    },
    path,
  );
}

/** The object with each field fitted and nulls gone; the same object when nothing changed. */
function rebuilt(
  entries: [string, unknown][],
  value: unknown,
  fitField: (name: string, item: unknown, path: string) => unknown,
  path: string,
): unknown {
  let changed = false;
  const kept: [string, unknown][] = [];
  for (const [name, item] of entries) {
    if (item === null || item === undefined) {
      changed = true;
      continue;
    }
    const fitted = fitField(name, item, `${path}.${name}`);
    if (fitted !== item) changed = true;
    kept.push([name, fitted]);
  }
  return changed ? Object.fromEntries(kept) : value;
}

function fieldsOf(shape: FieldShape): Fields {
  let known = fieldsOfShape.get(shape);
  if (known === undefined) {
    const fields = shape.type === 'object' ? shape.fields : [];
    known = {
      byName: new Map(fields.map((field) => [field.name, field.shape])),
      required: fields.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    };
    fieldsOfShape.set(shape, known);
  }
  return known;
}
