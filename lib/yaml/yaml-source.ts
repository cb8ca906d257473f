import { LineCounter, isAlias, isCollection, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';

/** Steps from the root of a document: names of fields, positions in lists. */
export type YamlPath = readonly (string | number)[];

/** A place in a text; line and column are counted from 1. */
export interface YamlPosition {
  offset: number;
  line: number;
  column: number;
}

/** Why a text is no YAML. Offsets count UTF-16 units from the start of the text. */
export interface YamlProblem {
  message: string;
  from: number;
  to: number;
}

/** Where a field is: `key` spans its name (`undefined` for an item of a list), `value` what is written as its value. */
export interface YamlPlace {
  key: { from: number; to: number } | undefined;
  value: { from: number; to: number };
}

/** A text that was read as YAML, with the place of everything in it. */
export interface YamlSource {
  text: string;
  documents: readonly Document[];
  problems: readonly YamlProblem[];
  /** The value of a document; `undefined` when it is unreadable or is not there. */
  value(document?: number): unknown;
  /** Where a path is; `undefined` when the text does not have it. */
  placeOf(path: YamlPath, document?: number): YamlPlace | undefined;
  /** The start of a path, or of its nearest ancestor that the text has. */
  positionOf(path: YamlPath, document?: number): YamlPosition;
  /** The path at an offset, and in which document: the field whose name or value is there. */
  pathAt(offset: number): { document: number; path: (string | number)[]; inKey: boolean };
}

/** Reads a text of one or more documents. Never throws. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const read = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, keepSourceTokens: true });
  const documents: Document[] = Array.isArray(read) ? read : [];
  const problems = documents.flatMap(({ errors }) =>
    errors.map((error) => ({ message: error.message.split('\n')[0] ?? 'not YAML', from: error.pos[0], to: error.pos[1] })),
  );
  const values = new Map<number, unknown>();
  const source: YamlSource = {
    text,
    documents,
    problems,
    value(at = 0) {
      if (!values.has(at)) values.set(at, valueOf(documents[at]));
      return values.get(at);
    },
    placeOf: (path, at = 0) => placeOf(documents[at], path),
    positionOf(path, at = 0) {
      const document = documents[at];
      let offset = document?.contents?.range?.[0] ?? document?.range?.[0] ?? 0;
      for (let length = 1; length <= path.length; length += 1) {
        const place = placeOf(document, path.slice(0, length));
        if (place === undefined) break;
        offset = place.key?.from ?? place.value.from;
      }
      const { line, col } = lines.linePos(offset);
      return { offset, line: Math.max(line, 1), column: Math.max(col, 1) };
    },
    pathAt: (offset) => pathAt(documents, offset),
  };
  return source;
}

function valueOf(document: Document | undefined): unknown {
  if (document === undefined || document.errors.length > 0) return undefined;
  try {
    return document.toJS() as unknown;
  } catch {
    return undefined;
  }
}

/** The pair of a key of a map. */
export function pairOf(map: YAMLMap, key: string | number): Pair<Node | null, Node | null> | undefined {
  const wanted = String(key);
  return (map.items as Pair<Node | null, Node | null>[]).find((one) => isScalar(one.key) && String(one.key.value) === wanted);
}

/** The node at a path, and its pair where it is a field. Aliases are not followed. */
export function nodeAt(document: Document | undefined, path: YamlPath): { node: Node | null; pair: Pair | undefined } | undefined {
  let node: Node | null = document?.contents ?? null;
  let pair: Pair | undefined;
  for (const part of path) {
    if (isMap(node)) {
      const found = pairOf(node, part);
      if (found === undefined) return undefined;
      pair = found;
      node = found.value;
    } else if (isSeq(node) && typeof part === 'number') {
      const items = node.items as (Node | null)[];
      if (part < 0 || part >= items.length) return undefined;
      pair = undefined;
      node = items[part] ?? null;
    } else return undefined;
  }
  return { node, pair };
}

function placeOf(document: Document | undefined, path: YamlPath): YamlPlace | undefined {
  const found = nodeAt(document, path);
  if (found === undefined) return undefined;
  const { node, pair } = found;
  const key = pair === undefined ? undefined : (pair.key as Node).range;
  const start = node?.range?.[0] ?? key?.[1] ?? 0;
  return {
    key: key === undefined || key === null ? undefined : { from: key[0], to: key[1] },
    value: { from: start, to: Math.max(start, endOf(node) ?? start) },
  };
}

/** Where what is written of a node ends; comments after it do not count. */
export function endOf(node: Node | null | undefined): number | undefined {
  if (node === null || node === undefined) return undefined;
  if (isCollection(node) && node.flow !== true) {
    const last: unknown = node.items.at(-1);
    if (last === undefined) return node.range?.[1];
    return isNode(last) ? (endOf(last) ?? node.range?.[1]) : pairEnd(last as Pair);
  }
  return node.range?.[1];
}

/** Where a field ends: after its value, or after its colon when it has none. */
export function pairEnd(pair: Pair): number {
  return Math.max(colonEnd(pair), endOf(pair.value as Node | null) ?? 0);
}

/** The place behind a field's colon. */
export function colonEnd(pair: Pair): number {
  const separators = pair.srcToken?.sep ?? [];
  const colon = separators.find((token) => token.type === 'map-value-ind');
  return colon === undefined ? ((pair.key as Node).range?.[1] ?? 0) : colon.offset + 1;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isCollection(value) || isAlias(value);
}

function pathAt(documents: readonly Document[], offset: number): { document: number; path: (string | number)[]; inKey: boolean } {
  let at = 0;
  for (const [index, document] of documents.entries()) if ((document.range?.[0] ?? 0) <= offset) at = index;
  const path: (string | number)[] = [];
  let node: Node | null = documents[at]?.contents ?? null;
  for (;;) {
    if (isMap(node)) {
      const before: Pair<Node | null, Node | null>[] = (node.items as Pair<Node | null, Node | null>[]).filter(
        (one) => isScalar(one.key) && (one.key.range?.[0] ?? 0) <= offset,
      );
      const pair = before.at(-1);
      if (pair === undefined) return { document: at, path, inKey: false };
      path.push(String((pair.key as unknown as { value: unknown }).value));
      if (offset <= (pair.key?.range?.[1] ?? 0)) return { document: at, path, inKey: true };
      node = pair.value;
    } else if (isSeq(node)) {
      const items = node.items as (Node | null)[];
      const index = items.findLastIndex((one) => (one?.range?.[0] ?? Number.POSITIVE_INFINITY) <= offset);
      if (index < 0) return { document: at, path, inKey: false };
      path.push(index);
      node = items[index] ?? null;
    } else return { document: at, path, inKey: false };
  }
}
