import { insertYaml, removeYaml, setYaml } from './edit-yaml';
import type { EditOptions } from './edit-yaml';
import { readYaml } from './yaml-source';
import type { YamlPath } from './yaml-source';

type Step = (text: string) => string;

/**
 * The text changed as little as possible so that it says `value` at a path (the whole document for `[]`): fields and items that stay the
 * same keep their text, comments and order. What other code made of the object is brought back into the text by this.
 */
export function writeYamlValue(text: string, path: YamlPath, value: unknown, options: EditOptions = {}): string {
  let before: unknown = readYaml(text).value(options.document);
  for (const part of path) before = childOf(before, part);
  const steps: Step[] = [];
  compare(before, value, path, options, steps);
  return steps.reduce((result, step) => step(result), text);
}

function compare(before: unknown, after: unknown, path: YamlPath, options: EditOptions, steps: Step[]): void {
  if (isSame(before, after)) return;
  if (isRecord(before) && isRecord(after)) {
    // New fields first: a map whose fields are all exchanged is never empty in between.
    for (const [name, value] of Object.entries(after)) {
      if (value === undefined) continue;
      if (name in before) compare(before[name], value, [...path, name], options, steps);
      else steps.push((text) => setYaml(text, [...path, name], value, options));
    }
    for (const name of Object.keys(before)) {
      if (after[name] === undefined) steps.push((text) => removeYaml(text, [...path, name], options));
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length > 0 && after.length > 0) {
    compareLists(before, after, path, options, steps);
    return;
  }
  steps.push((text) => setYaml(text, path, after, options));
}

/** Items that stay keep their text; between them, items are changed in pairs, and the rest is put in or taken out. Done from the end. */
function compareLists(before: readonly unknown[], after: readonly unknown[], path: YamlPath, options: EditOptions, steps: Step[]): void {
  const kept = alikeItems(before, after);
  let oldEnd = before.length;
  let newEnd = after.length;
  for (const [oldAt, newAt] of [...kept.toReversed(), [-1, -1] as const]) {
    const oldCount = oldEnd - oldAt - 1;
    const newCount = newEnd - newAt - 1;
    const paired = Math.min(oldCount, newCount);
    for (let extra = newCount - 1; extra >= paired; extra -= 1) {
      const value = after[newAt + 1 + extra];
      const index = oldAt + 1 + paired;
      steps.push((text) => insertYaml(text, path, index, value, options));
    }
    for (let extra = oldCount - 1; extra >= paired; extra -= 1) {
      const index = oldAt + 1 + extra;
      steps.push((text) => removeYaml(text, [...path, index], options));
    }
    for (let pair = paired - 1; pair >= 0; pair -= 1) {
      compare(before[oldAt + 1 + pair], after[newAt + 1 + pair], [...path, oldAt + 1 + pair], options, steps);
    }
    if (oldAt >= 0) compare(before[oldAt], after[newAt], [...path, oldAt], options, steps);
    oldEnd = oldAt;
    newEnd = newAt;
  }
}

/** Pairs of positions of two lists, in order, that belong together: the alignment whose pairs are most alike. */
function alikeItems(before: readonly unknown[], after: readonly unknown[]): [number, number][] {
  let start = 0;
  while (start < before.length && start < after.length && isSame(before[start], after[start])) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && isSame(before.at(-1 - end), after.at(-1 - end))) end += 1;
  const rows = before.length - start - end;
  const columns = after.length - start - end;
  const alike = (row: number, column: number) => likeness(before[start + row], after[start + column]);
  const sums = Array.from({ length: rows + 1 }, () => new Float64Array(columns + 1));
  const at = (row: number, column: number): number => sums[row]?.[column] ?? 0;
  for (let row = rows - 1; row >= 0; row -= 1) {
    const line = sums[row];
    if (line === undefined) continue;
    for (let column = columns - 1; column >= 0; column -= 1) {
      const both = alike(row, column);
      line[column] = Math.max(at(row + 1, column), at(row, column + 1), both > 0 ? both + at(row + 1, column + 1) : 0);
    }
  }
  const pairs: [number, number][] = Array.from({ length: start }, (_, index) => [index, index]);
  let row = 0;
  let column = 0;
  while (row < rows && column < columns) {
    if (at(row, column) === at(row + 1, column)) row += 1;
    else if (at(row, column) === at(row, column + 1)) column += 1;
    else {
      pairs.push([start + row, start + column]);
      row += 1;
      column += 1;
    }
  }
  for (let index = end; index > 0; index -= 1) pairs.push([before.length - index, after.length - index]);
  return pairs;
}

/** 1 for the same, 0 for nothing in common, between them the share of fields that are the same. */
function likeness(left: unknown, right: unknown): number {
  if (isSame(left, right)) return 1;
  if (!isRecord(left) || !isRecord(right)) return 0;
  const names = Object.keys(left);
  const same = names.filter((name) => name in right && isSame(left[name], right[name])).length;
  return (same / (names.length + Object.keys(right).length)) * 1.8;
}

function childOf(value: unknown, part: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, index) => isSame(item, right[index]));
  if (!isRecord(left) || !isRecord(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => name in right && isSame(left[name], right[name]));
}
