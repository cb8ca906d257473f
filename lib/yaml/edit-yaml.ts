import { isCollection, isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { flowText, itemLines, pairLines, scalarText, styleOf } from './render-yaml';
import type { YamlStyle } from './render-yaml';
import { colonEnd, endOf, nodeAt, pairEnd, pairOf, readYaml } from './yaml-source';
import type { YamlPath } from './yaml-source';

/** What an edit may be told. */
export interface EditOptions {
  /** Which document of the text; the first when left out. */
  document?: number;
  /** The order in which the fields of a map are usually written: a new one comes behind those that precede it there. */
  orderOf?: (path: YamlPath) => readonly string[] | undefined;
}

interface Target {
  text: string;
  document: Document | undefined;
  style: YamlStyle;
}

function read(text: string, options: EditOptions): Target {
  const { documents } = readYaml(text);
  const document = documents[options.document ?? 0];
  return { text, document, style: styleOf(text, document) };
}

const splice = (text: string, from: number, to: number, by: string): string => text.slice(0, from) + by + text.slice(to);

/** Start of the line an offset is in. */
function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Start of the line after the one an offset is in; an offset that is at the start of a line because a block ended there stays. */
function lineAfter(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** Inserts whole lines at the start of a line, or at the end of a text that lacks its newline and then goes on lacking it. */
function insertLines(text: string, at: number, lines: string): string {
  const needsBreak = at > 0 && text[at - 1] !== '\n';
  return splice(text, at, at, needsBreak ? `\n${lines}` : `${lines}\n`);
}

/** Takes whole lines out; of a text that lacks its last newline also the one before its last line. */
function cutLines(text: string, start: number, end: number): string {
  const isUnended = end === text.length && end > 0 && text[end - 1] !== '\n';
  return splice(text, isUnended && start > 0 ? start - 1 : start, end, '');
}

/**
 * The text with a value at a path: in place where the path is there, else as a new field or item, with the ancestors it needs.
 * Nothing else in the text changes. `value` is plain data; `undefined` removes.
 */
export function setYaml(text: string, path: YamlPath, value: unknown, options: EditOptions = {}): string {
  if (value === undefined) return removeYaml(text, path, options);
  const target = read(text, options);
  if (path.length === 0) return replaceRoot(target, value);
  const found = nodeAt(target.document, path);
  if (found !== undefined) return replaceNode(target, path, found, value);
  // The deepest ancestor that is there takes the rest as its new field.
  for (let length = path.length - 1; length >= 0; length -= 1) {
    const parent = nodeAt(target.document, path.slice(0, length));
    if (parent === undefined) continue;
    const name = path[length];
    if (name === undefined) break;
    const wrapped = wrap(path.slice(length + 1), value);
    const { node } = parent;
    if (isMap(node) && (node.items.length > 0 || isInFlow(target, path.slice(0, length)))) {
      return insertPair(target, node, String(name), wrapped, options.orderOf?.(path.slice(0, length)));
    }
    if (isSeq(node) && node.items.length > 0) return insertYaml(text, path.slice(0, length), node.items.length, wrapped, options);
    const grown = typeof name === 'number' ? [wrapped] : { [name]: wrapped };
    return length === 0 ? replaceRoot(target, grown) : setYaml(text, path.slice(0, length), grown, options);
  }
  return replaceRoot(target, wrap(path, value));
}

function wrap(path: YamlPath, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, part) => (typeof part === 'number' ? [inner] : { [part]: inner }), value);
}

function isInFlow({ document }: Target, path: YamlPath): boolean {
  for (let length = 0; length < path.length; length += 1) {
    const node = nodeAt(document, path.slice(0, length))?.node;
    if (isCollection(node) && node.flow === true) return true;
  }
  return false;
}

function replaceRoot({ text, document, style }: Target, value: unknown): string {
  const lines = pairLines(value, 0, style);
  const contents = document?.contents;
  if (contents?.range === undefined || contents.range === null || endOf(contents) === contents.range[0]) {
    const at = document === undefined ? text.length : lineAfter(text, Math.min(document.range?.[1] ?? text.length, text.length));
    return insertLines(text, at, lines);
  }
  return splice(text, contents.range[0], endOf(contents) ?? contents.range[1], lines);
}

function replaceNode(target: Target, path: YamlPath, found: { node: Node | null; pair: Pair | undefined }, value: unknown): string {
  const { text, style } = target;
  const { node, pair } = found;
  const isPlainValue = typeof value !== 'object' || value === null;
  const flow = isInFlow(target, path);
  const range = node?.range;
  const isBlockScalar = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
  const single = flow ? flowText(value) : isPlainValue ? scalarText(value, isScalar(node) ? node : undefined) : undefined;
  if (single !== undefined && !single.includes('\n')) {
    if (range !== undefined && range !== null && range[1] > range[0] && !(isCollection(node) && node.flow !== true)) {
      return splice(text, range[0], range[1], isBlockScalar && text[range[1] - 1] === '\n' ? `${single}\n` : single);
    }
    if (pair !== undefined) return splice(text, colonEnd(pair), pairEnd(pair), ` ${single}`);
  }
  if (pair !== undefined) {
    const key = (pair.key as Node).range?.[0] ?? 0;
    const name = String((pair.key as { value: unknown }).value);
    const lines = pairLines({ [name]: value }, columnOf(text, key), style);
    const tail = lines.slice(tailStart(lines, name));
    const end = pairEnd(pair);
    return splice(text, colonEnd(pair), end, text[end - 1] === '\n' ? `${tail}\n` : tail);
  }
  const last = path.at(-1);
  const parent = nodeAt(target.document, path.slice(0, -1))?.node;
  if (!isSeq(parent) || typeof last !== 'number') return text;
  const { dash, end } = itemRange(text, parent, last);
  const lines = itemLines(value, columnOf(text, dash), style);
  return splice(text, dash, end, text[end - 1] === '\n' ? `${lines.trimStart()}\n` : lines.trimStart());
}

/** What follows `name:` in the lines of a pair; the name may be quoted. */
function tailStart(lines: string, name: string): number {
  const quoted = lines.startsWith('"') || lines.startsWith("'");
  return quoted ? lines.indexOf(':', name.length + 1) + 1 : name.length + 1;
}

function insertPair({ text, style }: Target, map: YAMLMap, key: string, value: unknown, order: readonly string[] | undefined): string {
  const pairs = map.items as Pair<Node | null, Node | null>[];
  const names = pairs.map((one) => (isScalar(one.key) ? String(one.key.value) : ''));
  const at = placeInOrder(names, key, order);
  if (map.flow === true) {
    const item = flowText({ [key]: value }).replace(/^\{\s*|\s*\}$/g, '');
    const last = pairs.at(-1);
    const start = map.range?.[0] ?? 0;
    if (last === undefined) return splice(text, start, map.range?.[1] ?? start, `{ ${item} }`);
    const next = pairs[at];
    if (next === undefined) return splice(text, pairEnd(last), pairEnd(last), `, ${item}`);
    const from = next.key?.range?.[0] ?? 0;
    return splice(text, from, from, `${item}, `);
  }
  const first = pairs[0]?.key?.range?.[0] ?? 0;
  const column = columnOf(text, first);
  const lines = pairLines({ [key]: value }, column, style);
  const previous = pairs[at - 1];
  if (previous === undefined) return splice(text, first, first, `${lines}\n${' '.repeat(column)}`);
  return insertLines(text, lineAfter(text, pairEnd(previous)), ' '.repeat(column) + lines);
}

/** Position among the names: behind the last one that comes before it in the usual order; at the end when the order says nothing. */
function placeInOrder(names: readonly string[], key: string, order: readonly string[] | undefined): number {
  const rank = order?.indexOf(key) ?? -1;
  if (order === undefined || rank < 0) return names.length;
  const behind = names.findLastIndex((name) => {
    const other = order.indexOf(name);
    return other >= 0 && other < rank;
  });
  if (behind >= 0) return behind + 1;
  const before = names.findIndex((name) => order.indexOf(name) > rank);
  return before < 0 ? names.length : before;
}

/** Where an item of a block list is: its dash, its end, the start of its lines with the comment lines above that belong to it. */
function itemRange(text: string, list: YAMLSeq, index: number): { dash: number; end: number; start: number; isOwnLine: boolean } {
  const token = list.srcToken;
  const item = token?.type === 'block-seq' ? token.items[index] : undefined;
  const dash = item?.start.find((one) => one.type === 'seq-item-ind')?.offset ?? 0;
  const node = (list.items as (Node | null)[])[index];
  const end = Math.max(dash + 1, endOf(node) ?? 0);
  const line = lineStart(text, dash);
  const isOwnLine = text.slice(line, dash).trim() === '';
  return { dash, end, isOwnLine, start: isOwnLine ? withComments(text, line, dash - line) : dash };
}

/** The start of the comment lines right above a line that are indented like it; blank lines end them. */
function withComments(text: string, line: number, column: number): number {
  let start = line;
  while (start > 0) {
    const above = lineStart(text, start - 1);
    const content = text.slice(above, start);
    if (!content.trimStart().startsWith('#') || content.length - content.trimStart().length !== column) break;
    start = above;
  }
  return start;
}

/** The text with an item put into a list, before the item that is at `index` now. A list that is not there is made. */
export function insertYaml(text: string, path: YamlPath, index: number, value: unknown, options: EditOptions = {}): string {
  const target = read(text, options);
  const list = nodeAt(target.document, path)?.node;
  if (!isSeq(list) || list.items.length === 0) return setYaml(text, path, [value], options);
  const items = list.items as (Node | null)[];
  if (list.flow === true) {
    const item = flowText(value);
    const next = items[index];
    const last = items.at(-1);
    if (next === undefined || next === null) {
      const end = endOf(last) ?? (list.range?.[1] ?? 1) - 1;
      return splice(text, end, end, `, ${item}`);
    }
    const from = next.range?.[0] ?? 0;
    return splice(text, from, from, `${item}, `);
  }
  const column = columnOf(text, itemRange(text, list, 0).dash);
  const lines = itemLines(value, column, target.style);
  if (index >= items.length) return insertLines(text, lineAfter(text, itemRange(text, list, items.length - 1).end), lines);
  const { start, isOwnLine } = itemRange(text, list, index);
  return isOwnLine ? insertLines(text, start, lines) : splice(text, start, start, `${lines.trimStart()}\n${' '.repeat(column)}`);
}

/** The text without what is at a path. A map or list that loses its last part stays, empty. What is not there is not missed. */
export function removeYaml(text: string, path: YamlPath, options: EditOptions = {}): string {
  const target = read(text, options);
  const last = path.at(-1);
  const parent = nodeAt(target.document, path.slice(0, -1))?.node;
  if (last === undefined || nodeAt(target.document, path) === undefined || !isCollection(parent)) return text;
  if (parent.items.length === 1) {
    return path.length === 1 ? replaceRoot(target, {}) : setYaml(text, path.slice(0, -1), isSeq(parent) ? [] : {}, options);
  }
  if (isSeq(parent)) return removeItem(text, parent, Number(last));
  const pair = pairOf(parent, last);
  return pair === undefined ? text : removePair(text, parent, pair);
}

function removePair(text: string, map: YAMLMap, pair: Pair): string {
  const pairs = map.items as Pair<Node | null, Node | null>[];
  const at = pairs.indexOf(pair as Pair<Node | null, Node | null>);
  const from = (pair.key as Node).range?.[0] ?? 0;
  if (map.flow === true) {
    const next = pairs[at + 1];
    const previous = pairs[at - 1];
    if (next !== undefined) return splice(text, from, next.key?.range?.[0] ?? from, '');
    return splice(text, previous === undefined ? from : pairEnd(previous), pairEnd(pair), '');
  }
  const line = lineStart(text, from);
  const end = lineAfter(text, pairEnd(pair));
  if (text.slice(line, from).trim() === '') return cutLines(text, at === 0 ? line : withComments(text, line, from - line), end);
  // Behind a dash: the next field (or its comment) moves up.
  const next = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0);
  return splice(text, from, next, '');
}

function removeItem(text: string, list: YAMLSeq, index: number): string {
  const items = list.items as (Node | null)[];
  if (list.flow === true) {
    const from = items[index]?.range?.[0] ?? 0;
    const next = items[index + 1];
    if (next !== undefined) return splice(text, from, next?.range?.[0] ?? from, '');
    return splice(text, endOf(items[index - 1]) ?? from, endOf(items[index]) ?? from, '');
  }
  const { start, end, isOwnLine } = itemRange(text, list, index);
  const after = lineAfter(text, end);
  if (isOwnLine) return cutLines(text, start, after);
  return splice(text, start, after + (/^\s*/.exec(text.slice(after))?.[0].length ?? 0), '');
}

/** The text with an item of a list moved to another position (as it is counted afterwards), its comments with it. */
export function moveYaml(text: string, path: YamlPath, from: number, to: number, options: EditOptions = {}): string {
  const { document } = read(text, options);
  const list = nodeAt(document, path)?.node;
  if (!isSeq(list) || from === to) return text;
  const items = list.items as (Node | null)[];
  if (from < 0 || to < 0 || from >= items.length || to >= items.length) return text;
  const ranges = items.map((_, index) => itemRange(text, list, index));
  if (list.flow === true || ranges.some((one) => !one.isOwnLine)) {
    // On one line: the texts of the items change places, what is between them stays.
    const spans = items.map((item) => ({ from: item?.range?.[0] ?? 0, to: endOf(item) ?? 0 }));
    const texts = spans.map((span) => text.slice(span.from, span.to));
    texts.splice(to, 0, ...texts.splice(from, 1));
    return spans.reduceRight((result, span, index) => splice(result, span.from, span.to, texts[index] ?? ''), text);
  }
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  const blocks = ranges.map((one) => ({ start: one.start, end: lineAfter(whole, one.end) }));
  const texts = blocks.map((one) => whole.slice(one.start, one.end));
  texts.splice(to, 0, ...texts.splice(from, 1));
  const moved = blocks.reduceRight((result, one, index) => splice(result, one.start, one.end, texts[index] ?? ''), whole);
  return text.endsWith('\n') ? moved : moved.replace(/\n$/, '');
}
