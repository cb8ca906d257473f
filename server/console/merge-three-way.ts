type Json = unknown;

export interface Merge {
  /** Both sides' changes put together; where they conflict, `mine`. */
  merged: Json;
  /** Paths both sides changed differently, as `spec.http`. */
  conflicts: string[];
  /** The same, step by step: names of fields, positions in lists. */
  paths: (string | number)[][];
}

/** Lists of things that stand on their own: while nothing is added or taken away, each is merged by itself. Their order matters. */
const mergedLists = new Set<string | number>(['http', 'tcp', 'tls', 'subsets', 'servers', 'rules']);

/**
 * Three-way merge of JSON values. Lists are taken whole, as server-side apply takes `spec.http` (an atomic list); only lists of rules,
 * subsets and servers that all three sides have at the same length are merged item by item.
 */
export function mergeThreeWay(base: Json, mine: Json, theirs: Json, path: (string | number)[] = []): Merge {
  if (same(mine, theirs) || same(base, theirs)) return { merged: mine, conflicts: [], paths: [] };
  if (same(base, mine)) return { merged: theirs, conflicts: [], paths: [] };
  if (mergedLists.has(path.at(-1) ?? '') && isSameLength(mine, base) && isSameLength(mine, theirs)) {
    const parts = mine.map((item, at) => mergeThreeWay((base as Json[])[at], item, (theirs as Json[])[at], [...path, at]));
    return {
      merged: parts.map((one) => one.merged),
      conflicts: parts.flatMap((one) => one.conflicts),
      paths: parts.flatMap((one) => one.paths),
    };
  }
  if (!isRecord(mine) || !isRecord(theirs)) return { merged: mine, conflicts: [pathText(path)], paths: [path] };
  const from = isRecord(base) ? base : {};
  const merged: Record<string, Json> = {};
  const conflicts: string[] = [];
  const paths: Merge['paths'] = [];
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const part = mergeThreeWay(from[key], mine[key], theirs[key], [...path, key]);
    if (part.merged !== undefined) merged[key] = part.merged;
    conflicts.push(...part.conflicts);
    paths.push(...part.paths);
  }
  return { merged, conflicts, paths };
}

function isSameLength(left: Json, right: Json): left is Json[] {
  return Array.isArray(left) && Array.isArray(right) && left.length === right.length && [...left, ...right].every(isRecord);
}

function pathText(path: readonly (string | number)[]): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`)).join('');
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
