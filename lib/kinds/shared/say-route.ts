import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';

interface RouteSpec {
  parentRefs?: readonly { kind?: string | undefined; name: string; namespace?: string | undefined }[] | undefined;
  hostnames?: readonly string[] | undefined;
}

interface Backend {
  name: string;
  port?: number | undefined;
  weight?: number | undefined;
}

/** Where a route of the Gateway API attaches. */
export function sayParents(spec: RouteSpec): Words[] {
  const parents = (spec.parentRefs ?? []).map(
    (one) => `${one.kind ?? 'Gateway'} ${one.namespace === undefined ? '' : `${one.namespace}/`}${one.name}`,
  );
  if (parents.length === 0) return [];
  const hosts = spec.hostnames ?? [];
  return [sayWords('route_parents', { parents: parents.join(', '), hosts: hosts.length === 0 ? '' : ` (${hosts.join(', ')})` })];
}

/** Where requests of a rule go; `match` is the phrase for them. */
export function sayBackends(match: string, backends: readonly Backend[]): Words[] {
  const used = backends.filter((one) => backends.length === 1 || one.weight !== 0);
  const name = (one: Backend) => `${one.name}${one.port === undefined ? '' : `:${one.port}`}`;
  const [only] = used;
  if (only === undefined) return [sayWords('route_direct', { match, status: 500 })];
  if (used.length === 1) return [sayWords('route_single', { match, destination: name(only) })];
  const total = used.reduce((sum, one) => sum + (one.weight ?? 1), 0);
  const share = (one: Backend) => Number((((one.weight ?? 1) / total) * 100).toFixed(1));
  return [sayWords('route_split', { match, destinations: used.map((one) => `${share(one)} % ${name(one)}`).join(', ') })];
}

/** The phrase for requests that fulfil one of some conditions. */
export function sayMatch(alternatives: readonly (readonly string[])[]): string {
  if (alternatives.length === 0 || alternatives.some((one) => one.length === 0)) return sayWords('match_all').text;
  return sayWords('match_some', { conditions: alternatives.map((one) => one.join(' and ')).join(', or ') }).text;
}

/** `header x is y`. */
export function sayCondition(what: string, type: string | undefined, value: string): string {
  const how = type === 'RegularExpression' ? 'matches' : type === 'PathPrefix' ? 'starts with' : 'is';
  return `${what} ${how} ${value}`;
}
