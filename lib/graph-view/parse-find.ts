import { operandOf } from './find-operands';
import type { FindOperand } from './find-operands';

/** A place in the text, as offsets. */
export interface Span {
  from: number;
  to: number;
}

export type Comparison = '=' | '!=' | '>' | '<' | '>=' | '<=' | '*=' | '!*=' | '^=' | '!^=' | '$=' | '!$=' | '~' | '!~';

/** A parsed expression. `about` says whether it speaks of nodes, of edges, or of both. */
export type FindExpression = { about: 'nodes' | 'edges' | 'both'; span: Span } & (
  | { kind: 'and' | 'or'; parts: FindExpression[] }
  | { kind: 'not'; part: FindExpression }
  | { kind: 'flag'; operand: FindOperand; key: string }
  | { kind: 'compare'; operand: FindOperand; key: string; comparison: Comparison; value: FindValue }
  | { kind: 'reach'; direction: 'reaches' | 'reachedby'; value: FindValue }
);

/** What is compared with: `text` as written; `number` in the operand's unit (%, ms, per second), `nothing` for NaN; `pattern` for `~`. */
export interface FindValue {
  text: string;
  number: number | undefined;
  nothing: boolean;
  pattern: RegExp | undefined;
}

/** What is wrong, and where. `code` names a text of the catalogue (`graph.find.error`). */
export interface FindError extends Span {
  code:
    | 'unknown_operand'
    | 'not_a_flag'
    | 'needs_value'
    | 'needs_operator'
    | 'not_a_number'
    | 'not_a_pattern'
    | 'not_comparable'
    | 'needs_join'
    | 'needs_operand'
    | 'not_closed'
    | 'not_opened'
    | 'too_long';
  word: string;
}

export type FindResult = { expression: FindExpression; error?: undefined } | { expression?: undefined; error: FindError };

export interface FindToken extends Span {
  kind: 'word' | 'text' | 'operator' | 'open' | 'close' | 'not';
  text: string;
}

class Stop extends Error {
  readonly error: FindError;
  constructor(error: FindError) {
    super(error.code);
    this.error = error;
  }
}

const signs = ['!*=', '!^=', '!$=', '>=', '<=', '!=', '*=', '^=', '$=', '!~', '=', '>', '<', '~'] as const;
const words: Record<string, Comparison> = { contains: '*=', startswith: '^=', endswith: '$=', matches: '~' };
const opposite: Record<string, Comparison> = { '*=': '!*=', '^=': '!^=', '$=': '!$=', '~': '!~', '=': '!=' };
const longest = 2000;

/** Splits the text. Never fails: an open quote runs to the end. */
export function tokensOf(text: string): FindToken[] {
  const tokens: FindToken[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (/\s/.test(char)) {
      at += 1;
      continue;
    }
    const from = at;
    const sign = signs.find((one) => text.startsWith(one, at));
    if (char === '(' || char === ')') {
      at += 1;
      tokens.push({ kind: char === '(' ? 'open' : 'close', text: char, from, to: at });
    } else if (sign !== undefined) {
      at += sign.length;
      tokens.push({ kind: 'operator', text: sign, from, to: at });
    } else if (char === '!') {
      at += 1;
      tokens.push({ kind: 'not', text: char, from, to: at });
    } else if (char === '"' || char === "'") {
      const end = text.indexOf(char, at + 1);
      at = end === -1 ? text.length : end + 1;
      tokens.push({ kind: 'text', text: text.slice(from + 1, end === -1 ? text.length : end), from, to: at });
    } else {
      // After an operator a word may hold anything but blanks and the end of a group; `(` only inside a pattern.
      const afterOperator = tokens.at(-1)?.kind === 'operator';
      const stops = afterOperator ? /[\s)]/ : /[\s()=<>~^$*!"']/;
      let depth = 0;
      while (at < text.length) {
        const next = text[at] ?? '';
        if (afterOperator && next === '(') depth += 1;
        if (stops.test(next) && !(next === ')' && depth > 0)) break;
        if (afterOperator && next === ')') depth -= 1;
        at += 1;
      }
      if (at === from) at += 1;
      tokens.push({ kind: 'word', text: text.slice(from, at), from, to: at });
    }
  }
  return tokens;
}

/** Parses a find or hide expression. AND binds tighter than OR, parentheses group, NOT or `!` turns around. Empty text is no expression. */
export function parseFind(text: string): FindResult | undefined {
  if (text.trim() === '') return undefined;
  if (text.length > longest) return { error: { code: 'too_long', word: '', from: longest, to: text.length } };
  const tokens = tokensOf(text);
  let at = 0;
  const end: Span = { from: text.length, to: text.length };
  const is = (word: string): boolean => tokens[at]?.kind === 'word' && tokens[at]?.text.toLowerCase() === word;

  const list = (kind: 'and' | 'or', next: () => FindExpression): FindExpression => {
    const first = next();
    const parts = [first];
    while (is(kind)) {
      at += 1;
      parts.push(next());
    }
    const last = parts.at(-1) ?? first;
    return parts.length === 1 ? first : { kind, parts, about: together(parts), span: { from: first.span.from, to: last.span.to } };
  };
  const any = (): FindExpression => list('or', every);
  const every = (): FindExpression => list('and', single);
  const single = (): FindExpression => {
    const token = tokens[at];
    if (token === undefined) throw stop('needs_operand', end, '');
    if (token.kind === 'not' || is('not')) {
      at += 1;
      const part = single();
      return { kind: 'not', part, about: part.about, span: { from: token.from, to: part.span.to } };
    }
    if (token.kind === 'open') {
      at += 1;
      const inner = any();
      const close = tokens[at];
      if (close?.kind !== 'close') {
        if (close === undefined) throw stop('not_closed', token, token.text);
        throw stop('needs_join', close, close.text);
      }
      at += 1;
      return { ...inner, span: { from: token.from, to: close.to } };
    }
    if (token.kind === 'close') throw stop('not_opened', token, token.text);
    if (token.kind !== 'word') throw stop('needs_operand', token, token.text);
    return clause();
  };
  const clause = (): FindExpression => {
    if (is('is') || is('has')) {
      at += 1;
      if (is('not')) {
        const not = tokens[at];
        at += 1;
        const part = clause();
        return { kind: 'not', part, about: part.about, span: { from: not?.from ?? part.span.from, to: part.span.to } };
      }
    }
    const token = tokens[at];
    if (token === undefined) throw stop('needs_operand', end, '');
    at += 1;
    const colon = /^(reaches|reachedby):(.*)$/i.exec(token.text);
    if (colon !== null) {
      const rest = colon[2] ?? '';
      const value: FindToken | undefined = rest === '' ? tokens[at] : { ...token, text: rest };
      if (value === undefined || (value.kind !== 'word' && value.kind !== 'text')) throw stop('needs_value', token, token.text);
      if (rest === '') at += 1;
      return {
        kind: 'reach',
        direction: colon[1]?.toLowerCase() === 'reaches' ? 'reaches' : 'reachedby',
        value: { text: value.text, number: undefined, nothing: false, pattern: undefined },
        about: 'nodes',
        span: { from: token.from, to: value.to },
      };
    }
    const found = operandOf(token.text);
    if (found === undefined) throw stop('unknown_operand', token, token.text);
    const { operand, key } = found;
    const about = operand.of;
    const comparison = readComparison();
    if (comparison === undefined) {
      if (operand.type === 'flag' || operand.alone) return { kind: 'flag', operand, key, about, span: { from: token.from, to: token.to } };
      throw stop('needs_operator', token, token.text);
    }
    if (operand.type === 'flag') throw stop('not_comparable', token, token.text);
    const value = tokens[at];
    if (value === undefined || (value.kind !== 'word' && value.kind !== 'text')) throw stop('needs_value', value ?? end, token.text);
    at += 1;
    return {
      kind: 'compare',
      operand,
      key,
      comparison,
      value: readValue(operand, comparison, value),
      about,
      span: { from: token.from, to: value.to },
    };
  };
  const readComparison = (): Comparison | undefined => {
    const token = tokens[at];
    if (token === undefined) return undefined;
    if (token.kind === 'operator') {
      at += 1;
      return token.text as Comparison;
    }
    const turned = token.kind === 'not' || is('not') ? 1 : 0;
    const word = words[tokens[at + turned]?.text.toLowerCase() ?? ''];
    if (word === undefined || tokens[at + turned]?.kind !== 'word') return undefined;
    at += 1 + turned;
    return turned === 1 ? opposite[word] : word;
  };
  try {
    const expression = any();
    const left = tokens[at];
    if (left !== undefined) throw stop(left.kind === 'close' ? 'not_opened' : 'needs_join', left, left.text);
    return { expression };
  } catch (error) {
    if (error instanceof Stop) return { error: error.error };
    throw error;
  }
}

function stop(code: FindError['code'], at: Span, word: string): Stop {
  return new Stop({ code, word, from: at.from, to: at.to });
}

function together(parts: readonly FindExpression[]): FindExpression['about'] {
  const [first] = parts;
  return first !== undefined && parts.every((part) => part.about === first.about) ? first.about : 'both';
}

const units: Record<string, Record<string, number>> = {
  time: { ms: 1, s: 1000 },
  percent: { '%': 1 },
  rate: { '/s': 1, rps: 1 },
  bytes: { '/s': 1, b: 1, 'b/s': 1, kb: 1e3, 'kb/s': 1e3, mb: 1e6, 'mb/s': 1e6 },
  count: {},
};

function readValue(operand: FindOperand, comparison: Comparison, token: FindToken): FindValue {
  const value: FindValue = { text: token.text, number: undefined, nothing: token.text.toLowerCase() === 'nan', pattern: undefined };
  if (comparison === '~' || comparison === '!~') {
    if (operand.type !== 'text') throw stop('not_comparable', token, operand.name);
    try {
      value.pattern = new RegExp(token.text, 'i');
    } catch {
      throw stop('not_a_pattern', token, token.text);
    }
    return value;
  }
  if (operand.type === 'text') {
    if (['>', '<', '>=', '<='].includes(comparison) && operand.name !== 'code') throw stop('not_comparable', token, operand.name);
    return value;
  }
  if (!['=', '!=', '>', '<', '>=', '<='].includes(comparison)) throw stop('not_comparable', token, operand.name);
  if (value.nothing) {
    if (comparison !== '=' && comparison !== '!=') throw stop('not_a_number', token, token.text);
    return value;
  }
  const parts = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(.*)$/i.exec(token.text);
  const unit = (parts?.[2] ?? '').toLowerCase();
  const factor = unit === '' ? 1 : units[operand.type]?.[unit];
  if (parts === null || factor === undefined) throw stop('not_a_number', token, token.text);
  value.number = Number(parts[1]) * factor;
  return value;
}
