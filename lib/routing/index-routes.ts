import type { CompiledRoute, RouteIndex } from './route-table';

/** With fewer routes than this, going through them is as quick as looking up which to go through. */
const WORTHWHILE = 8;

/** The index of a virtual host's routes; null when it would not help. */
export function indexRoutes(routes: readonly CompiledRoute[]): RouteIndex | null {
  if (routes.length < WORTHWHILE) return null;
  const codes = new Set(routes.map(secondCode).filter((code) => code !== null && code < 128));
  const byCode: (readonly CompiledRoute[] | undefined)[] = Array.from({ length: 128 }, () => undefined);
  for (const code of codes) {
    if (code !== null) byCode[code] = routes.filter((route) => (secondCode(route) ?? code) === code);
  }
  // Texts with other characters than ASCII stay in, so that the list is right for every path.
  return { byCode, others: routes.filter((route) => (secondCode(route) ?? 128) >= 128) };
}

/** The second character that a path must have; null when the route does not say. */
function secondCode({ path }: CompiledRoute): number | null {
  const says = path.kind === 'prefix' || path.kind === 'exact' || path.kind === 'segments';
  return says && !path.ignoreCase && path.length > 1 ? path.text.charCodeAt(1) : null;
}

/** Routes that may match the path. Whatever is left out cannot. */
export function candidateRoutes(index: RouteIndex, path: string): readonly CompiledRoute[] {
  return (path.length > 1 ? index.byCode[path.charCodeAt(1)] : undefined) ?? index.others;
}
