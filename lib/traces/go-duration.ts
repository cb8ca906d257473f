const unitUs: Readonly<Record<string, number>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Microseconds of a duration as Go writes it (`1.2s`, `100ms`, `1h30m`), else `undefined`. */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0;
  let us = 0;
  let read = 0;
  for (const [whole, amount = '', unit = ''] of text.matchAll(part)) {
    us += Number(amount) * (unitUs[unit] ?? 0);
    read += whole.length;
  }
  return read === text.length && read > 0 ? us : undefined;
}
