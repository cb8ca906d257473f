/**
 * Time of the event being handled, on the clock of `performance.now()`: read once per event, because reading it costs as much as a lookup.
 * Every entry from outside (bytes, a timer, a finished dial) calls `readClock`.
 */
let current = performance.now();

/** Reads the clock; returns milliseconds. */
export function readClock(): number {
  current = performance.now();
  return current;
}

/** Milliseconds, as of the start of this event. */
export function eventTime(): number {
  return current;
}
