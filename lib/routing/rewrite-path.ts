import type { RegexMatchAndSubstitute } from '@/lib/xds';
import { compileReplacement } from './compile-regex';
import { findPathEnd } from './match-path';
import type { PathTest } from './match-path';

/** How a route changes the path. */
export type PathRewrite =
  | { readonly kind: 'prefix'; readonly matchedLength: number; readonly replacement: string }
  | { readonly kind: 'whole'; readonly replacement: string }
  | { readonly kind: 'regex'; readonly replace: (path: string) => string };

/**
 * Compiles a rewrite. A prefix rewrite replaces what matched: the prefix of a prefix route, the whole path of an exact or regex route.
 */
export function compilePathRewrite(
  match: PathTest,
  prefixRewrite: string | undefined,
  regexRewrite: RegexMatchAndSubstitute | undefined,
): PathRewrite | null {
  if (regexRewrite !== undefined) {
    return { kind: 'regex', replace: compileReplacement(regexRewrite.pattern.regex, regexRewrite.substitution ?? '') };
  }
  if (prefixRewrite === undefined || prefixRewrite === '') return null;
  if (match.kind === 'prefix' || match.kind === 'segments') {
    return { kind: 'prefix', matchedLength: match.length, replacement: prefixRewrite };
  }
  return { kind: 'whole', replacement: prefixRewrite };
}

/** The path (with its query, which stays) after the rewrite. */
export function rewritePath(rewrite: PathRewrite | null, path: string): string {
  if (rewrite === null || path === '') return path;
  if (rewrite.kind === 'prefix') return rewrite.replacement + path.slice(rewrite.matchedLength);
  const end = findPathEnd(path, false);
  return (rewrite.kind === 'whole' ? rewrite.replacement : rewrite.replace(path.slice(0, end))) + path.slice(end);
}
