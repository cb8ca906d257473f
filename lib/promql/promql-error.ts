import { HeddleError } from '@/lib/errors';

/** How the Prometheus HTTP API names the class of a failure. */
export type PromqlErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled';

/** Half-open range of characters (UTF-16 units) in the query text. */
export interface TextSpan {
  start: number;
  end: number;
}

/** A query that cannot be parsed, checked or evaluated. `span` says where in the query text, when that is known. */
export class PromqlError extends HeddleError {
  readonly errorType: PromqlErrorType;
  readonly span: TextSpan | undefined;

  constructor(errorType: PromqlErrorType, message: string, span?: TextSpan) {
    super(errorType === 'timeout' ? 'timeout' : errorType === 'bad_data' ? 'bad_request' : 'invalid_object', message);
    this.name = 'PromqlError';
    this.errorType = errorType;
    this.span = span;
  }
}

/** Fails with Prometheus' form of a parse error: `line:column: parse error: message` (both counted from 1). */
export function parseErrorAt(query: string, span: TextSpan, message: string): PromqlError {
  const { line, column } = lineAndColumn(query, span.start);
  return new PromqlError('bad_data', `${line}:${column}: parse error: ${message}`, span);
}

/** Line and column of a character offset, both counted from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: offset - lastBreak };
}
