import { Scalar, isMap, isSeq, stringify, visit } from 'yaml';
import type { Document, Node, Pair, ToStringOptions } from 'yaml';

/** How a text is written: what is added is written alike. */
export interface YamlStyle {
  /** Blanks per level. */
  indent: number;
  /** Whether the dashes of a list stand further in than the name of the list. */
  indentSeq: boolean;
}

/** The habits of a text, from the first places that show them; Kubernetes' habits where none does. */
export function styleOf(text: string, document: Document | undefined): YamlStyle {
  const style: YamlStyle = { indent: 2, indentSeq: false };
  if (document === undefined) return style;
  const column = (node: Node | null): number => {
    const offset = node?.range?.[0] ?? 0;
    return offset - (text.lastIndexOf('\n', offset - 1) + 1);
  };
  let knowsIndent = false;
  let knowsSeq = false;
  visit(document, {
    Pair(_, pair: Pair) {
      const value = pair.value as Node | null;
      if (isMap(value) && value.flow !== true && !knowsIndent && value.items.length > 0) {
        const step = column(value) - column(pair.key as Node);
        if (step > 0) {
          style.indent = step;
          knowsIndent = true;
        }
      }
      if (isSeq(value) && value.flow !== true && !knowsSeq && value.items.length > 0) {
        style.indentSeq = column(value) > column(pair.key as Node);
        knowsSeq = true;
      }
      return knowsIndent && knowsSeq ? visit.BREAK : undefined;
    },
  });
  return style;
}

const plain: ToStringOptions = { lineWidth: 0 };

/** Block lines of a value whose first line starts at a column that is already written; no newline at the end. */
export function pairLines(value: unknown, column: number, style: YamlStyle): string {
  const lines = stringify(value, { ...plain, indent: style.indent, indentSeq: style.indentSeq, aliasDuplicateObjects: false }).replace(
    /\n$/,
    '',
  );
  return lines.replaceAll(/\n(?=[^\n])/g, `\n${' '.repeat(column)}`);
}

/** An item of a block list with its dash and indentation, no newline at the end. */
export function itemLines(value: unknown, column: number, style: YamlStyle): string {
  return ' '.repeat(column) + pairLines([value], column, style);
}

/** A value on one line, for a place inside braces or brackets. */
export function flowText(value: unknown): string {
  return stringify(value, { ...plain, collectionStyle: 'flow', aliasDuplicateObjects: false })
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
}

/** A scalar as the one before it was written: in the same quotes. */
export function scalarText(value: unknown, before: Scalar | undefined): string {
  const quotes = before?.type === Scalar.QUOTE_DOUBLE || before?.type === Scalar.QUOTE_SINGLE ? before.type : undefined;
  if (typeof value === 'string' && quotes !== undefined && !value.includes('\n')) {
    const scalar = new Scalar(value);
    scalar.type = quotes;
    return stringify(scalar, plain).trimEnd();
  }
  return stringify(value, plain).trimEnd();
}
