/**
 * Wilson score interval of a proportion (E. B. Wilson 1927): where the true share lies, given `successes` of `trials`.
 * Counts may be fractions, as they come from rates. `z` is the normal quantile: 1.96 for 95 %, 3.891 for 99.99 %.
 * Without trials nothing is known: 0 to 1.
 */
export function wilsonInterval(successes: number, trials: number, z = 1.959964): { low: number; high: number } {
  if (!(trials > 0)) return { low: 0, high: 1 };
  const share = Math.min(1, Math.max(0, successes / trials));
  const square = (z * z) / trials;
  const middle = (share + square / 2) / (1 + square);
  const half = (z / (1 + square)) * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials));
  return { low: share === 0 ? 0 : Math.max(0, middle - half), high: share === 1 ? 1 : Math.min(1, middle + half) };
}
