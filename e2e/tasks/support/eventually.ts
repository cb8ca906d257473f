import { setTimeout as pause } from 'node:timers/promises';

/** Looks again until `look` has a result that is neither `undefined` nor `false`; says what was waited for when time is up. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { seconds = 30, everyMs = 60 }: { seconds?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  let lastError: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${seconds} s in vain for ${what}`, lastError === undefined ? {} : { cause: lastError });
    }
    await pause(everyMs);
  }
}
