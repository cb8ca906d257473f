import { mergeEqual, type VectorSeries } from './eval-context';
import { labelsKey } from './labels';
import { matchLabels } from './match-vectors';
import type { Matching, SetOp } from './syntax-tree';

/** `and`, `or`, `unless`: whole match groups are kept or left out, step by step. */
export function combineSets(op: SetOp, matching: Matching | undefined, left: VectorSeries[], right: VectorSeries[]): VectorSeries[] {
  const groupOf = matchLabels(matching);
  const keyOf = (series: VectorSeries): string => labelsKey(groupOf(series.labels));
  if (op === 'or') {
    const there = groupPresence(left, keyOf);
    const added = right.map((series) => masked(series, there.get(keyOf(series)), false));
    return mergeEqual([...left, ...added.filter((series) => series !== undefined)]);
  }
  const there = groupPresence(right, keyOf);
  return left.map((series) => masked(series, there.get(keyOf(series)), op === 'and')).filter((series) => series !== undefined);
}

/** At which steps each match group has a series. */
function groupPresence(series: readonly VectorSeries[], keyOf: (series: VectorSeries) => string): Map<string, Uint8Array> {
  const groups = new Map<string, Uint8Array>();
  for (const one of series) {
    const key = keyOf(one);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, one.present.slice());
    else for (let i = 0; i < known.length; i++) if (one.present[i] === 1) known[i] = 1;
  }
  return groups;
}

/** The series at the steps where the group is present (`wanted`) or absent; `undefined` when nothing is left. */
function masked(series: VectorSeries, group: Uint8Array | undefined, wanted: boolean): VectorSeries | undefined {
  if (group === undefined) return wanted ? undefined : series;
  const present = series.present.map((here, i) => (here === 1 && (group[i] === 1) === wanted ? 1 : 0));
  return present.includes(1) ? { ...series, present } : undefined;
}
