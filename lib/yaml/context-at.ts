/** Where the hand is while it types: what could be written here. Works on texts that are no YAML yet. */
export interface YamlContext {
  /** Of `key` the map (or item) that gets the field; of `value` the field itself. */
  path: (string | number)[];
  kind: 'key' | 'value';
  /** Where the word that is being written starts. */
  from: number;
  /** The word as far as it is written. */
  word: string;
  /** Names of fields that the same map has already, before and after. */
  siblings: string[];
}

interface Line {
  indent: number;
  /** Columns of the dashes the line begins with. */
  dashes: number[];
  /** Column of what follows the dashes. */
  column: number;
  key: string | undefined;
  /** What follows the colon. */
  rest: string;
}

type Level = { column: number; key: string; siblings: string[] } | { column: number; index: number };

function readLine(text: string): Line | undefined {
  if (text.trim() === '' || /^\s*#/.test(text)) return undefined;
  const indent = text.length - text.trimStart().length;
  const dashes: number[] = [];
  let column = indent;
  for (;;) {
    const dash = /^-(?:\s+|$)/.exec(text.slice(column));
    if (dash === null) break;
    dashes.push(column);
    column += dash[0].length;
  }
  const key = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s:#{[][^:#]*?)\s*:(?:\s+(.*)|$)/.exec(text.slice(column));
  return { indent, dashes, column, key: key?.[1]?.replaceAll(/^["']|["']$/g, ''), rest: key?.[2] ?? '' };
}

/** Leaves the levels that a dash at a column ends, and counts it. */
function enterItem(levels: Level[], column: number): void {
  while ((levels.at(-1)?.column ?? -1) > column) levels.pop();
  const top = levels.at(-1);
  if (top !== undefined && 'index' in top && top.column === column) top.index += 1;
  else levels.push({ column, index: 0 });
}

/** Leaves the levels that a field at a column ends: a list may stand at the column of its own name. */
function leaveFor(levels: Level[], column: number): void {
  for (let top = levels.at(-1); top !== undefined; top = levels.at(-1)) {
    if (top.column < column || (top.column === column && 'key' in top)) return;
    levels.pop();
  }
}

function enterField(levels: Level[], column: number, key: string): void {
  leaveFor(levels, column);
  const top = levels.at(-1);
  if (top !== undefined && 'key' in top && top.column === column) {
    top.key = key;
    top.siblings.push(key);
  } else levels.push({ column, key, siblings: [key] });
}

/** What is being written at an offset, by indentation. Inside braces and brackets on one line: the field they belong to. */
export function contextAt(text: string, offset: number): YamlContext {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const levels: Level[] = [];
  for (const raw of text.slice(0, start).split('\n').slice(0, -1)) {
    if (/^(?:---|\.\.\.)/.test(raw)) levels.length = 0;
    const line = readLine(raw);
    if (line === undefined) continue;
    for (const dash of line.dashes) enterItem(levels, dash);
    if (line.key !== undefined) enterField(levels, line.column, line.key);
  }
  const written = text.slice(start, offset);
  const line = readLine(written);
  for (const dash of line?.dashes ?? []) enterItem(levels, dash);
  const pathOf = (from: readonly Level[]) => from.map((one) => ('key' in one ? one.key : one.index));
  if (line?.key !== undefined) {
    enterField(levels, line.column, line.key);
    return { path: pathOf(levels), kind: 'value', from: offset - line.rest.length, word: line.rest, siblings: [] };
  }
  const column = line?.column ?? written.length;
  const word = written.slice(column);
  leaveFor(levels, column);
  const top = levels.at(-1);
  const same = top !== undefined && 'key' in top && top.column === column ? top : undefined;
  const below = text.slice(start).indexOf('\n');
  return {
    path: pathOf(same === undefined ? levels : levels.slice(0, -1)),
    kind: 'key',
    from: offset - word.length,
    word,
    siblings: [...(same?.siblings ?? []), ...(below < 0 ? [] : siblingsBelow(text.slice(start + below + 1), column))],
  };
}

function siblingsBelow(text: string, column: number): string[] {
  const found: string[] = [];
  for (const one of text.split('\n')) {
    const line = readLine(one);
    if (line === undefined) continue;
    if (line.indent < column || line.dashes.some((dash) => dash <= column)) break;
    if (line.column === column && line.key !== undefined) found.push(line.key);
  }
  return found;
}
