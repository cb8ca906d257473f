import { compileRegex } from '@/lib/routing';
import { isCovered as isCoveredBy } from '@/lib/kinds/shared/match-space';
import type { Atom, Region } from '@/lib/kinds/shared/match-space';
import type { VirtualService } from '@/lib/kinds';

type HttpMatch = NonNullable<NonNullable<NonNullable<VirtualService['spec']['http']>[number]['match']>[number]>;
type StringMatch = NonNullable<HttpMatch['uri']>;

/** The conditions of a match; all of them must hold. `null` conditions that hold always are left out. */
export function regionOf(match: HttpMatch): Region {
  const is: Atom[] = [];
  const not: Atom[] = [];
  const add = (list: Atom[], property: string, condition: StringMatch | undefined, ignoreCase = false, presence = false) => {
    const atom = condition === undefined ? undefined : atomOf(property, condition, ignoreCase, presence);
    if (atom !== undefined) list.push(atom);
  };
  for (const field of ['scheme', 'method', 'authority'] as const) add(is, field, match[field]);
  add(is, 'uri', match.uri, match.ignoreUriCase === true);
  const headers = (list: Record<string, StringMatch> | undefined) =>
    Object.entries(list ?? {}).filter(([name]) => !ignoredHeaders.has(name));
  for (const [name, condition] of headers(match.headers)) add(is, `header ${name.toLowerCase()}`, condition, false, true);
  for (const [name, condition] of headers(match.withoutHeaders)) add(not, `header ${name.toLowerCase()}`, condition, false, true);
  for (const [name, condition] of Object.entries(match.queryParams ?? {})) add(is, `query ${name}`, condition, false, true);
  if (match.port !== undefined) is.push(exactly('port', String(match.port)));
  if (match.sourceNamespace !== undefined && match.sourceNamespace !== '') is.push(exactly('source namespace', match.sourceNamespace));
  for (const [key, value] of Object.entries(match.sourceLabels ?? {})) is.push(exactly(`source label ${key}`, value));
  return { is, not };
}

const ignoredHeaders = new Set(['uri', 'scheme', 'method', 'authority']);

function exactly(property: string, value: string): Atom {
  return { property, kind: 'exact', value, ignoreCase: false };
}

function atomOf(property: string, condition: StringMatch, ignoreCase: boolean, presence: boolean): Atom | undefined {
  const { exact, prefix, regex } = condition;
  if (exact !== undefined) return { property, kind: 'exact', value: exact, ignoreCase };
  if (prefix !== undefined)
    return property === 'uri' && prefix === '/' ? undefined : { property, kind: 'prefix', value: prefix, ignoreCase };
  if (regex === undefined || regex === '*') return presence ? { property, kind: 'present', value: '', ignoreCase: false } : undefined;
  if (regex === '.*') return presence ? { property, kind: 'present', value: '', ignoreCase: false } : undefined;
  const literal = /^([\w/-]+)\.\*$/.exec(regex)?.[1];
  if (literal !== undefined) return { property, kind: 'prefix', value: literal, ignoreCase: false };
  return { property, kind: 'regex', value: regex, ignoreCase: false };
}

/** Whether every request of a region is one of some of the others. `false` when that is not known, or would take too long. */
export function isCovered(region: Region, others: readonly Region[]): boolean {
  return isCoveredBy(region, others, matchesRegex);
}

function matchesRegex(pattern: string, text: string): boolean {
  try {
    return compileRegex(pattern).matches(text);
  } catch {
    // What is no pattern matches nothing.
    return false;
  }
}
