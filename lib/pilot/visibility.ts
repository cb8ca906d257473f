/**
 * Whether an object of `owner` that is exported to `exportTo` may be seen from `viewer` (istio.md §1.1: `.` own namespace, `*` all,
 * `~` none, else names of namespaces).
 */
export function isVisible(exportTo: readonly string[], owner: string, viewer: string): boolean {
  return exportTo.some((target) => target === '*' || (target === '.' ? owner === viewer : target === viewer));
}

/** Whether an object is exported to everyone. */
export function isPublic(exportTo: readonly string[]): boolean {
  return exportTo.includes('*');
}
