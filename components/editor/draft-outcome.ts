import type { ChangeDraft } from '@/components/change/change-flow';
import type { AnyObject } from '@/lib/contract';
import type { TextFinding } from '@/lib/validate';
import { isMoved, readEntry } from './draft-entries';
import type { DraftEntry } from './draft-entries';

/** What a draft has come to: what it would write, and whether it may be. */
export interface DraftOutcome {
  /** What to preview and apply; `undefined` while nothing is changed or a text cannot be read. */
  draft: ChangeDraft | undefined;
  isChanged: boolean;
  /** Whether a text is no object (yet), or no longer the stored object it was. */
  isBroken: boolean;
  errors: number;
  warnings: number;
  /** The texts as they are now: what "as YAML" copies. */
  texts: readonly string[];
}

function sameValue(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** What the entries of a draft would write. An object that says what it said is not written. */
export function writtenBy(entries: readonly DraftEntry[]): Pick<DraftOutcome, 'draft' | 'isBroken'> {
  const objects: AnyObject[] = [];
  const bases: AnyObject[] = [];
  let isBroken = false;
  for (const entry of entries) {
    const { text, base, begun, reading } = entry;
    if (text.trim() === '') continue;
    if (reading.value === undefined || reading.source.problems.length > 0 || reading.name === '' || isMoved(entry)) {
      isBroken = true;
      continue;
    }
    if (base !== null && sameValue(reading.value, readEntry(begun).value)) continue;
    const object = reading.value as AnyObject;
    if (base === null) {
      objects.push(object);
      continue;
    }
    // The version the draft stands on: a write over another one is a conflict.
    const { resourceVersion } = base.metadata;
    objects.push(resourceVersion === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion } });
    bases.push(base);
  }
  return { draft: isBroken || objects.length === 0 ? undefined : { objects, bases }, isBroken };
}

/** Makes the outcome of a draft. `written` keeps its identity while only findings change. */
export function outcomeOf(
  entries: readonly DraftEntry[],
  written: Pick<DraftOutcome, 'draft' | 'isBroken'>,
  findings: readonly (readonly TextFinding[])[] | undefined,
): DraftOutcome {
  const all = findings?.flat() ?? [];
  return {
    ...written,
    isChanged: entries.some((entry) => entry.text !== entry.begun),
    errors: all.filter((finding) => finding.severity === 'error').length,
    warnings: all.filter((finding) => finding.severity === 'warning').length,
    texts: entries.map((entry) => entry.text),
  };
}
