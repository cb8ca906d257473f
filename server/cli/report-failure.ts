import { isHeddleError } from '@/lib/errors';

/** Says on stderr why a command failed: the sentence and the hint of a known error, the stack of an unknown one. */
export function reportFailure(error: unknown): void {
  if (isHeddleError(error)) {
    process.stderr.write(`heddle: ${error.message}${error.path === undefined ? '' : ` (${error.path})`}\n`);
    if (error.hint !== undefined) process.stderr.write(`  ${error.hint}\n`);
    return;
  }
  process.stderr.write(`heddle: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
