import type { HeddleError } from '@/lib/errors';

/** The code of a command is a bundle of its own with its own copy of the class, so the name decides. */
function isKnown(error: unknown): error is HeddleError {
  return error instanceof Error && error.name === 'HeddleError';
}

/** Says on stderr why a command failed: the sentence and the hint of a known error, the stack of an unknown one. */
export function reportFailure(error: unknown): void {
  if (isKnown(error)) {
    process.stderr.write(`heddle: ${error.message}${error.path === undefined ? '' : ` (${error.path})`}\n`);
    if (error.hint !== undefined) process.stderr.write(`  ${error.hint}\n`);
    return;
  }
  process.stderr.write(`heddle: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
