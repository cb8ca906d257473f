/** The colour of a version: by the order of its label (v1, v2, v3 …), so that it is the same on every page and at every time. What reached no version is neutral. */
export function versionColor(version: string, all: readonly string[]): string {
  if (version === 'unknown') return 'var(--text-faint)';
  const numbered = /^v?(\d+)/.exec(version);
  const index = numbered?.[1] === undefined ? all.toSorted().indexOf(version) : Number(numbered[1]) - 1;
  return `var(--series-${(((Math.max(0, index) % 8) + 8) % 8) + 1})`;
}
