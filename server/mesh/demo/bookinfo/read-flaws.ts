/** What is wrong with a build, so that a demo has one that a guarded shift must stop. */
export interface Flaws {
  /** Share of the requests that fail, in per cent, evenly spread. */
  failPercent: number;
  delayMs: number;
}

/** `FAIL_PERCENT` and `DELAY_MS`; what is no number between its bounds is 0. */
export function readFlaws(env: Readonly<Record<string, string | undefined>>): Flaws {
  const read = (name: string, most: number) => {
    const value = Number(env[name] ?? 0);
    return Number.isFinite(value) && value > 0 ? Math.min(value, most) : 0;
  };
  return { failPercent: read('FAIL_PERCENT', 100), delayMs: read('DELAY_MS', 60_000) };
}

/** Whether the `count`th request (from 1) is one of those that fail. */
export function fails({ failPercent }: Flaws, count: number): boolean {
  return Math.floor((count * failPercent) / 100) > Math.floor(((count - 1) * failPercent) / 100);
}
