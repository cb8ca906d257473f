/**
 * The one error type. Codes are public and stable: match on `code`, never on the text.
 * A code maps to one HTTP status; the door of a process (route handler, command line) turns the error into words.
 */
const statusByCode = {
  bad_request: 400,
  invalid_config: 400,
  unauthorized: 401,
  forbidden: 403,
  cross_origin: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  unsupported_media_type: 415,
  invalid_object: 422,
  precondition_required: 428,
  too_large: 413,
  internal: 500,
  not_supported: 501,
  source_failed: 502,
  source_unavailable: 503,
  timeout: 504,
} as const;

export type ErrorCode = keyof typeof statusByCode;

/** The wire form of an error (CONTRACTS: `{error: {code, message, path?, hint?}}`). */
export interface ErrorBody {
  error: { code: ErrorCode; message: string; path?: string; hint?: string };
}

/** Marks the error across copies of this module: a bundler may load it more than once, and `instanceof` knows only its own copy. */
const mark = Symbol.for('heddle.error');

export class HeddleError extends Error {
  readonly [mark] = true;
  readonly code: ErrorCode;
  /** The field that is wrong, as `spec.http[0].route[1].weight`. */
  readonly path: string | undefined;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { path?: string; hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HeddleError';
    this.code = code;
    this.path = options.path;
    this.hint = options.hint;
  }
}

export function isHeddleError(error: unknown): error is HeddleError {
  return error instanceof Error && mark in error;
}

/** The HTTP status of a code. */
export function errorStatus(code: ErrorCode): number {
  return statusByCode[code];
}

/** The wire form. Anything that is not a HeddleError is an `internal` one: its text may hold secrets and stays on the server. */
export function toErrorBody(error: unknown): ErrorBody {
  if (!isHeddleError(error)) return { error: { code: 'internal', message: 'Heddle failed to answer. The log of the console says why.' } };
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.path === undefined ? {} : { path: error.path }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
  };
}
