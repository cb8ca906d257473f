/** Quantile of the normal distribution for a two-sided 99.99 % interval: a story that fails by chance fails once in ten thousand. */
const z = 3.891;

/** Wilson's interval for a share seen in `total` trials (Wilson 1927). */
export function wilson(hits: number, total: number): { low: number; high: number } {
  if (total === 0) return { low: 0, high: 1 };
  const share = hits / total;
  const centre = (share + (z * z) / (2 * total)) / (1 + (z * z) / total);
  const spread = (z / (1 + (z * z) / total)) * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  return { low: Math.max(0, centre - spread), high: Math.min(1, centre + spread) };
}
