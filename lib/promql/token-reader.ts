import { parseErrorAt, type PromqlError } from './promql-error';
import { scanTokens, type Token } from './scan-tokens';

/** A cursor over the tokens of one query, with the words for what was not expected. */
export class TokenReader {
  readonly query: string;
  readonly #tokens: Token[];
  #at = 0;

  constructor(query: string) {
    this.query = query;
    this.#tokens = scanTokens(query);
  }

  /** The token `ahead` places on; past the end it stays at the end. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  previousEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  is(symbol: string): boolean {
    const token = this.peek();
    return token.kind === 'operator' && token.text === symbol;
  }

  expect(symbol: string, context: string): Token {
    if (!this.is(symbol)) throw this.unexpected(context, JSON.stringify(symbol));
    return this.next();
  }

  /** Takes a keyword (any case) when it comes next. */
  takeWord(word: string): boolean {
    const token = this.peek();
    if (token.kind !== 'identifier' || token.text.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  /** Takes an optional sign. */
  takeSign(): 1 | -1 {
    if (this.is('-')) {
      this.#at++;
      return -1;
    }
    if (this.is('+')) this.#at++;
    return 1;
  }

  /** Milliseconds of a duration; a plain number counts seconds. */
  expectDuration(context: string): number {
    const token = this.next();
    if (token.kind === 'duration') return token.value;
    if (token.kind === 'number') return Math.round(token.value * 1000);
    throw this.unexpectedToken(token, context, 'duration');
  }

  fail(message: string): PromqlError {
    return parseErrorAt(this.query, this.peek(), message);
  }

  unexpected(context: string, expected?: string): PromqlError {
    return this.unexpectedToken(this.peek(), context, expected);
  }

  unexpectedToken(token: Token, context: string, expected?: string): PromqlError {
    const what =
      token.kind === 'end' ? 'end of input' : `${token.kind === 'operator' ? '' : `${token.kind} `}${JSON.stringify(token.text)}`;
    const where = context === '' ? '' : ` in ${context}`;
    return parseErrorAt(this.query, token, `unexpected ${what}${where}${expected === undefined ? '' : `, expected ${expected}`}`);
  }
}
