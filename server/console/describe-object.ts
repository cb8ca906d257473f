import type { AnyKubeObject } from '@/server/kube';
import type { KnownKind } from './known-kinds';

/** What is at a path of fields. */
function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((at, field) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[field] : undefined), value);
}

/** A text, a list of texts, or labels, in a line. */
function lineOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string').join(', ');
  return Object.entries((value ?? {}) as Record<string, unknown>)
    .map(([name, one]) => `${name}=${String(one)}`)
    .join(', ');
}

/** What an object is about, in a line: what its kind says, else the labels it selects by. Never anything of a Secret's content. */
export function aboutOf(kind: KnownKind, object: AnyKubeObject): string {
  if (kind.family === 'kubernetes' && kind.kind === 'Secret') return lineOf(object['type']);
  const said = valueAt(object['spec'], kind.about);
  return lineOf(said ?? valueAt(object['spec'], 'selector.matchLabels'));
}

/** Who has written an object's content, newest first; who only writes its status is left out. */
export function ownersOf(object: AnyKubeObject): string[] {
  const entries = (object.metadata.managedFields ?? []).filter((one) => (one.subresource ?? '') === '');
  const newest = entries.toSorted((left, right) => ((left.time ?? '') < (right.time ?? '') ? 1 : -1));
  return [...new Set(newest.map((one) => one.manager ?? 'unknown'))];
}
