/** The colour of a service in a trace: by the order of first appearance, so that neighbours differ. */
export function serviceColor(service: string, services: readonly string[]): string {
  const at = services.indexOf(service);
  return `var(--series-${(Math.max(0, at) % 8) + 1})`;
}
