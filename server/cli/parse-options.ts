import { InvalidArgumentError } from 'commander';
import { z } from 'zod';

/** Makes a commander argument parser of a schema; the schema's message is what the user reads. */
export function parsedBy<T>(schema: z.ZodType<T>): (text: string) => T {
  return (text) => {
    const parsed = schema.safeParse(text);
    if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues.map((issue) => issue.message).join('; '));
    return parsed.data;
  };
}

/** A TCP port; 0 is any free one. */
export const port = z.coerce.number('a port is a number').int('a port is a whole number').min(0).max(65_535, 'a port is at most 65535');

/** A rate above zero. */
export const rate = z.coerce.number('a rate is a number').positive('a rate is above 0').max(100_000);

export const url = z.url('not a URL').refine((text) => /^https?:/.test(text), 'only http and https URLs');
