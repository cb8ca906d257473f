import type { AnyObject, MergeConflict } from '@/lib/contract';

export type FieldPath = readonly (string | number)[];

/** Whose value a field gets: one's own draft's, or what someone else has written. */
export type Side = 'mine' | 'theirs';

/** The value at a path; `undefined` when it is not there. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined), value);
}

/** A copy with another value at a path; `undefined` takes the field away. */
export function withValue(value: unknown, path: FieldPath, next: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return next;
  if (Array.isArray(value)) return value.map((item: unknown, at) => (at === step ? withValue(item, rest, next) : item));
  const copy: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const inner = withValue(copy[String(step)], rest, next);
  if (inner === undefined) delete copy[String(step)];
  else copy[String(step)] = inner;
  return copy;
}

/** The object that choices make of a conflict: `null` where it is deleted, or left to be what it is. */
export function chooseSides(conflict: MergeConflict, choices: readonly Side[]): AnyObject | null {
  const { combined, mine, theirs, paths } = conflict;
  if (combined === null) return (choices[0] ?? 'mine') === 'mine' ? mine : theirs;
  return paths.reduce<AnyObject>(
    (object, path, at) => (choices[at] === 'theirs' ? (withValue(object, path, valueAt(theirs, path)) as AnyObject) : object),
    combined,
  );
}

/** `spec.http[1].route` for people. */
export function fieldText(path: FieldPath): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`)).join('');
}
