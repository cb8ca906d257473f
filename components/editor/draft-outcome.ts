import type { ChangeDraft } from '@/components/change/change-flow';
import type { AnyObject } from '@/lib/contract';
import type { TextFinding } from '@/lib/validate';
import type { DraftEntry, ReadEntry } from './draft-entries';

/** What a draft has come to: what it would write, and whether it may be. */
export interface DraftOutcome {
  /** What to preview and apply; `undefined` while nothing is changed or a text cannot be read. */
  draft: ChangeDraft | undefined;
  isChanged: boolean;
  /** Whether a text is no object (yet). */
  isBroken: boolean;
  errors: number;
  warnings: number;
  /** The texts as they are now: what "as YAML" copies. */
  texts: readonly string[];
}

/** Fields that are written nowhere: the server's own. */
function sameSpec(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Makes the outcome of a draft. An object that says what it said is not written. */
export function outcomeOf(
  entries: readonly DraftEntry[],
  read: readonly ReadEntry[],
  findings: readonly (readonly TextFinding[])[] | undefined,
  begun: readonly (Record<string, unknown> | undefined)[],
): DraftOutcome {
  const objects: AnyObject[] = [];
  const bases: AnyObject[] = [];
  let isBroken = false;
  for (const [index, entry] of entries.entries()) {
    const one = read[index];
    const isEmpty = entry.text.trim() === '';
    if (isEmpty) continue;
    if (one?.value === undefined || one.source.problems.length > 0 || one.name === '') {
      isBroken = true;
      continue;
    }
    if (entry.base !== null && sameSpec(one.value, begun[index])) continue;
    objects.push(one.value as AnyObject);
    const isSame = entry.base?.metadata.name === one.name && (entry.base.metadata.namespace ?? '') === one.namespace;
    if (entry.base !== null && isSame) bases.push(entry.base);
  }
  const all = findings?.flat() ?? [];
  const isChanged = entries.some((entry) => entry.text !== entry.begun);
  return {
    draft: isBroken || objects.length === 0 ? undefined : { objects, bases },
    isChanged,
    isBroken,
    errors: all.filter((finding) => finding.severity === 'error').length,
    warnings: all.filter((finding) => finding.severity === 'warning').length,
    texts: entries.map((entry) => entry.text),
  };
}
