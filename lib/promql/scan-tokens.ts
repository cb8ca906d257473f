import { parsePromDuration } from './duration';
import { parseErrorAt, type TextSpan } from './promql-error';

export type TokenKind = 'identifier' | 'number' | 'duration' | 'string' | 'operator' | 'end';

export interface Token extends TextSpan {
  kind: TokenKind;
  /** The text; of a string its decoded content, of an operator its symbol. */
  text: string;
  /** Of a number its value, of a duration its milliseconds. */
  value: number;
}

const operators = [
  '==',
  '!=',
  '<=',
  '>=',
  '=~',
  '!~',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '=',
  '<',
  '>',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '@',
];
const identifier = /[a-zA-Z_][a-zA-Z0-9_]*(?::[a-zA-Z0-9_:]*)?|:[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const bareIdentifier = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const duration = /(?:\d+(?:ms|[ywdhms]))+/y;
const number = /0[xX][0-9a-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const wordAfterNumber = /[a-zA-Z0-9_.]+/y;

/**
 * Splits a query into tokens. Inside brackets a colon separates range and step (`[1h:5m]`), outside it is part of a metric name.
 * @throws PromqlError (bad_data) at the first character that begins no token.
 */
export function scanTokens(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let brackets = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(query)?.[0];
  };
  const push = (kind: TokenKind, length: number, text: string, value = 0): void => {
    tokens.push({ kind, text, value, start: at, end: at + length });
    at += length;
  };
  while (at < query.length) {
    const c = query.charAt(at);
    if (c === '#') {
      const end = query.indexOf('\n', at);
      at = end < 0 ? query.length : end;
      continue;
    }
    if (c === ' ' || c === '\t' || c === '\n' || c === '\r') {
      at++;
      continue;
    }
    if (c === '"' || c === "'" || c === '`') {
      const { text, length } = readString(query, at);
      push('string', length, text);
      continue;
    }
    const word = match(brackets > 0 ? bareIdentifier : identifier);
    if (word !== undefined) {
      push('identifier', word.length, word);
      continue;
    }
    if (/[0-9.]/.test(c)) {
      const text = match(wordAfterNumber) ?? c;
      const span = match(duration);
      if (span !== undefined && span.length === text.length) {
        const ms = parsePromDuration(span);
        if (ms === undefined)
          throw parseErrorAt(query, { start: at, end: at + text.length }, `bad number or duration syntax: ${JSON.stringify(text)}`);
        push('duration', span.length, span, ms);
        continue;
      }
      const digits = match(number);
      const value = digits === undefined ? NaN : Number(digits.replaceAll('_', ''));
      if (digits === undefined || Number.isNaN(value) || /[a-zA-Z0-9_]/.test(query.charAt(at + digits.length))) {
        throw parseErrorAt(query, { start: at, end: at + text.length }, `bad number or duration syntax: ${JSON.stringify(text)}`);
      }
      push('number', digits.length, digits, value);
      continue;
    }
    const operator = operators.find((candidate) => query.startsWith(candidate, at));
    if (operator === undefined) throw parseErrorAt(query, { start: at, end: at + 1 }, `unexpected character: ${JSON.stringify(c)}`);
    if (operator === '[') brackets++;
    if (operator === ']') brackets = Math.max(0, brackets - 1);
    push('operator', operator.length, operator);
  }
  tokens.push({ kind: 'end', text: '', value: 0, start: query.length, end: query.length });
  return tokens;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Reads a quoted string with Go's escapes; back-quoted ones have none. */
function readString(query: string, start: number): { text: string; length: number } {
  const quote = query.charAt(start);
  let text = '';
  let at = start + 1;
  while (at < query.length) {
    const c = query.charAt(at);
    if (c === quote) return { text, length: at + 1 - start };
    if (quote === '`' || c !== '\\') {
      if (c === '\n' && quote !== '`') break;
      text += c;
      at++;
      continue;
    }
    const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/y;
    escape.lastIndex = at;
    const parts = escape.exec(query);
    const code = parts === null ? undefined : (parts[1] ?? parts[2] ?? parts[3]);
    const simple = simpleEscapes[parts?.[5] ?? ''];
    if (code !== undefined && Number.parseInt(code, 16) <= 0x10ffff) text += String.fromCodePoint(Number.parseInt(code, 16));
    else if (parts?.[4] !== undefined) text += String.fromCodePoint(Number.parseInt(parts[4], 8));
    else if (simple !== undefined) text += simple;
    else throw parseErrorAt(query, { start: at, end: at + 2 }, `unknown escape sequence ${JSON.stringify(query.slice(at, at + 2))}`);
    at += parts?.[0].length ?? 2;
  }
  throw parseErrorAt(query, { start, end: query.length }, 'unterminated quoted string');
}
