import { InvalidArgumentError } from 'commander';

// By hand: every command loads this, and a schema library would be most of what a small one has in memory.

/** A number of an option. An empty text is none, whatever Number() makes of it. */
function numberOf(text: string, what: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError(`${what} is a number`);
  return value;
}

/** A TCP port; 0 is any free one. */
export function port(text: string): number {
  const value = numberOf(text, 'a port');
  if (!Number.isInteger(value)) throw new InvalidArgumentError('a port is a whole number');
  if (value < 0) throw new InvalidArgumentError('a port is at least 0');
  if (value > 65_535) throw new InvalidArgumentError('a port is at most 65535');
  return value;
}

/** A rate above zero. */
export function rate(text: string): number {
  const value = numberOf(text, 'a rate');
  if (value <= 0) throw new InvalidArgumentError('a rate is above 0');
  if (value > 100_000) throw new InvalidArgumentError('a rate is at most 100000');
  return value;
}

/** An address of a server. */
export function url(text: string): string {
  if (!URL.canParse(text)) throw new InvalidArgumentError('not a URL');
  if (!/^https?:/.test(text)) throw new InvalidArgumentError('only http and https URLs');
  return text;
}
