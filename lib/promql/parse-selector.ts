import { compileMatcher, type Matcher, type MatchOp } from './label-matcher';
import { METRIC_NAME } from './labels';
import { parseErrorAt, type TextSpan } from './promql-error';
import type { Token } from './scan-tokens';
import type { VectorSelector } from './syntax-tree';
import { TokenReader } from './token-reader';

const matchOps: readonly string[] = ['=', '!=', '=~', '!~'];

/** Parses `name{matchers}`, `name` (given as `nameToken`, already taken) or `{matchers}`. */
export function parseSelector(reader: TokenReader, nameToken: Token | undefined): VectorSelector {
  const start = nameToken?.start ?? reader.peek().start;
  let name = nameToken?.text;
  const matchers: Matcher[] = name === undefined ? [] : [{ name: METRIC_NAME, op: '=', value: name }];
  if (reader.is('{')) {
    reader.next();
    while (!reader.is('}')) {
      const entry = parseMatcher(reader);
      if (typeof entry === 'string') {
        if (name !== undefined) {
          throw parseErrorAt(
            reader.query,
            { start, end: reader.previousEnd() },
            `metric name must not be set twice: ${JSON.stringify(name)} or ${JSON.stringify(entry)}`,
          );
        }
        name = entry;
        matchers.unshift({ name: METRIC_NAME, op: '=', value: entry });
      } else matchers.push(entry);
      if (!reader.is('}')) reader.expect(',', 'label matching');
    }
    reader.next();
  }
  const span: TextSpan = { start, end: reader.previousEnd() };
  checkMatchers(reader.query, nameToken?.text, matchers, span);
  return { kind: 'selector', name, matchers, offsetMs: 0, ...span };
}

/** One entry between the braces: a matcher, or a quoted metric name. */
function parseMatcher(reader: TokenReader): Matcher | string {
  const label = reader.next();
  if (label.kind !== 'string' && (label.kind !== 'identifier' || label.text.includes(':'))) {
    throw reader.unexpectedToken(label, 'label matching', 'identifier or "}"');
  }
  if (label.kind === 'string' && (reader.is(',') || reader.is('}'))) return label.text;
  const op = reader.next();
  if (op.kind !== 'operator' || !matchOps.includes(op.text)) throw reader.unexpectedToken(op, 'label matching', 'label matching operator');
  const value = reader.next();
  if (value.kind !== 'string') throw reader.unexpectedToken(value, 'label matching', 'string');
  const matcher: Matcher = { name: label.text, op: op.text as MatchOp, value: value.text };
  try {
    compileMatcher(matcher);
  } catch (error) {
    throw parseErrorAt(reader.query, value, error instanceof Error ? error.message : String(error));
  }
  return matcher;
}

function checkMatchers(query: string, name: string | undefined, matchers: readonly Matcher[], span: TextSpan): void {
  if (name !== undefined) {
    const other = matchers.slice(1).find((matcher) => matcher.name === METRIC_NAME);
    if (other !== undefined) {
      throw parseErrorAt(query, span, `metric name must not be set twice: ${JSON.stringify(name)} or ${JSON.stringify(other.value)}`);
    }
  }
  // A selector that every series passes would read the whole store.
  if (matchers.every((matcher) => compileMatcher(matcher).matchesEmpty)) {
    throw parseErrorAt(query, span, 'vector selector must contain at least one non-empty matcher');
  }
}

/**
 * Parses the text of a series selector, as `match[]` carries it.
 * @throws PromqlError (bad_data)
 */
export function parseMetricSelector(text: string): Matcher[] {
  const reader = new TokenReader(text);
  const token = reader.peek();
  const selector = parseSelector(reader, token.kind === 'identifier' ? reader.next() : undefined);
  if (reader.peek().kind !== 'end') throw reader.unexpected('metric selector');
  return selector.matchers;
}
