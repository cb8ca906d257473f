type Json = unknown;

export interface Merge {
  /** Both sides' changes put together; where they conflict, `mine`. */
  merged: Json;
  /** Paths both sides changed differently, as `spec.http`. */
  conflicts: string[];
}

/** Three-way merge of JSON values. Lists are taken whole, as server-side apply takes `spec.http` (an atomic list). */
export function mergeThreeWay(base: Json, mine: Json, theirs: Json, path = ''): Merge {
  if (same(mine, theirs) || same(base, theirs)) return { merged: mine, conflicts: [] };
  if (same(base, mine)) return { merged: theirs, conflicts: [] };
  if (!isRecord(mine) || !isRecord(theirs)) return { merged: mine, conflicts: [path] };
  const from = isRecord(base) ? base : {};
  const merged: Record<string, Json> = {};
  const conflicts: string[] = [];
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const part = mergeThreeWay(from[key], mine[key], theirs[key], path === '' ? key : `${path}.${key}`);
    if (part.merged !== undefined) merged[key] = part.merged;
    conflicts.push(...part.conflicts);
  }
  return { merged, conflicts };
}

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equality of JSON values, whatever the order of keys. */
export function same(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) && Array.isArray(right) && left.length === right.length && left.every((one, index) => same(one, right[index]))
    );
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => same(left[key], right[key]));
}

/** Paths at which two values differ; lists count as one. */
export function changedPaths(before: Json, after: Json, path: string[] = []): string[][] {
  if (same(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [path];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    changedPaths(before[key], after[key], [...path, key]),
  );
}
