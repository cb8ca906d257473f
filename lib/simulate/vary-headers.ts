import type { KubernetesResource } from '@/lib/model';
import type { CompiledRegex } from '@/lib/routing';
import { compileRegex } from '@/lib/routing';

/** Headers that make some rule look at a request differently. Names in lower case. */
export type HeaderProbe = Readonly<Record<string, string>>;

/** What configuration asks of headers, and values that would answer it. */
export interface HeaderQuestions {
  readonly names: readonly string[];
  readonly probes: readonly HeaderProbe[];
}

interface StringMatch {
  exact?: string;
  prefix?: string;
  regex?: string;
}

const mostProbes = 24;

/**
 * Headers that routes and policies among the objects look at. Nobody can know which requests carry a header that is not traced,
 * so each way a rule may be met is tried as a kind of request of its own.
 */
export function headerQuestions(objects: readonly KubernetesResource[]): HeaderQuestions {
  const names = new Set<string>();
  const probes = new Map<string, HeaderProbe>();
  const add = (probe: Record<string, string>): void => {
    for (const name of Object.keys(probe)) names.add(name);
    if (Object.keys(probe).length > 0 && probes.size < mostProbes) probes.set(JSON.stringify(probe), probe);
  };
  for (const object of objects) {
    const spec = (object as { spec?: Record<string, unknown> }).spec ?? {};
    if (object.kind === 'VirtualService') for (const match of matchesOf(spec['http'], 'match')) addIstioMatch(match, names, add);
    if (object.kind === 'HTTPRoute' || object.kind === 'GRPCRoute') {
      for (const match of matchesOf(spec['rules'], 'matches')) addGatewayMatch(match, add);
    }
    if (object.kind === 'AuthorizationPolicy') {
      for (const condition of matchesOf(spec['rules'], 'when')) addCondition(condition, names, add);
    }
  }
  return { names: [...names].toSorted(), probes: [...probes.values()] };
}

function matchesOf(rules: unknown, field: string): Record<string, unknown>[] {
  return list(rules).flatMap((rule) => list((rule as Record<string, unknown>)[field])) as Record<string, unknown>[];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function addIstioMatch(match: Record<string, unknown>, names: Set<string>, add: (probe: Record<string, string>) => void): void {
  const probe: Record<string, string> = {};
  for (const [name, condition] of Object.entries((match['headers'] ?? {}) as Record<string, StringMatch>)) {
    if (name.startsWith('@') || name.startsWith(':')) continue;
    names.add(name.toLowerCase());
    const value = valueFor(condition);
    if (value !== null) probe[name.toLowerCase()] = value;
  }
  add(probe);
  for (const [name, condition] of Object.entries((match['withoutHeaders'] ?? {}) as Record<string, StringMatch>)) {
    const value = valueFor(condition);
    if (value !== null) add({ [name.toLowerCase()]: value });
  }
}

function addGatewayMatch(match: Record<string, unknown>, add: (probe: Record<string, string>) => void): void {
  const probe: Record<string, string> = {};
  for (const header of list(match['headers']) as { type?: string; name?: string; value?: string }[]) {
    const value = valueFor(header.type === 'RegularExpression' ? { regex: header.value ?? '' } : { exact: header.value ?? '' });
    if (header.name !== undefined && value !== null) probe[header.name.toLowerCase()] = value;
  }
  add(probe);
}

function addCondition(condition: Record<string, unknown>, names: Set<string>, add: (probe: Record<string, string>) => void): void {
  const name = /^request\.headers\[(.+)\]$/.exec(String(condition['key']))?.[1]?.toLowerCase();
  if (name === undefined) return;
  names.add(name);
  for (const value of [...list(condition['values']), ...list(condition['notValues'])]) add({ [name]: String(value).replaceAll('*', 'x') });
}

/** A value that meets a condition; `null` when none is found. */
function valueFor(match: StringMatch): string | null {
  if (match.exact !== undefined) return match.exact;
  if (match.prefix !== undefined) return match.prefix;
  if (match.regex === undefined) return 'x';
  return valueForRegex(match.regex);
}

/** Tries what is left of an expression when its operators are taken away: that fits what people write for cookies and agents. */
function valueForRegex(regex: string): string | null {
  let compiled: CompiledRegex;
  try {
    compiled = compileRegex(regex);
  } catch {
    // What is no expression matches nothing.
    return null;
  }
  const withoutOptional = regex.replaceAll(/\((?:\?:)?[^()]*\)\?/g, '');
  const plain = withoutOptional.replaceAll(/\.[*+]\??/g, '').replaceAll(/^\^|\$$/g, '');
  const candidates = [plain, plain.replaceAll(/[()]/g, ''), plain.replaceAll(/[()^$]/g, '').replaceAll(/\\(.)/g, '$1')];
  const alternatives = candidates.flatMap((one) => one.replaceAll(/[()]/g, '').split('|'));
  return [...candidates, ...alternatives, 'x', 'x1', '1', 'true'].find((one) => one !== '' && compiled.matches(one)) ?? null;
}
