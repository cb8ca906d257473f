import type { ConfigObject } from './generate';
import type { Verdict } from './judge-batch';

/** Hits per field and branch: how often a pair depended on a field, and how it came out. */
export interface FieldCounts {
  /** `VirtualService http[].match[].uri.exact` → times. */
  readonly fields: ReadonlyMap<string, number>;
  /** `route: redirect` → times. */
  readonly branches: ReadonlyMap<string, number>;
  /** Pairs whose case has two or more objects of the reader's own. */
  readonly interacting: number;
  readonly pairs: number;
}

export const noCounts: FieldCounts = { fields: new Map(), branches: new Map(), interacting: 0, pairs: 0 };

/** Counts of two runs together. */
export function addCounts(left: FieldCounts, right: FieldCounts): FieldCounts {
  return {
    fields: sum(left.fields, right.fields),
    branches: sum(left.branches, right.branches),
    interacting: left.interacting + right.interacting,
    pairs: left.pairs + right.pairs,
  };
}

function sum(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const total = new Map(left);
  for (const [key, times] of right) total.set(key, (total.get(key) ?? 0) + times);
  return total;
}

/** Maps in which the keys are the author's own words. */
const maps = new Set([
  'headers',
  'withoutHeaders',
  'queryParams',
  'set',
  'add',
  'sourceLabels',
  'matchLabels',
  'labels',
  'portLevelMtls',
  'metadata',
]);

/** Collects counts over any number of batches. */
export class FieldCounter {
  private readonly fields = new Map<string, number>();
  private readonly branches = new Map<string, number>();
  private interacting = 0;
  private pairs = 0;

  add({ propertyCase, prediction, request }: Verdict): void {
    this.pairs++;
    if (propertyCase.objects.length > 1) this.interacting++;
    const seen = new Set<string>();
    for (const object of propertyCase.objects)
      for (const field of fieldsAsked(object, prediction.explanation, request.protocol)) seen.add(field);
    for (const field of seen) count(this.fields, field);
    for (const branch of prediction.branches) count(this.branches, branch);
    for (const tried of prediction.explanation?.tried ?? []) count(this.branches, `condition failed: ${tried.failed.split(' ')[0] ?? ''}`);
  }

  get counts(): FieldCounts {
    return { fields: this.fields, branches: this.branches, interacting: this.interacting, pairs: this.pairs };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

type Explanation = Verdict['prediction']['explanation'];

/**
 * Fields a request was decided by. Of the HTTP routes of a VirtualService only those that were tried or taken count, of the ones tried only
 * their conditions; of everything else what is there.
 */
function* fieldsAsked(object: ConfigObject, explanation: Explanation, protocol: string): Generator<string> {
  const { kind, metadata, spec = {} } = object;
  const { http, ...rest } = spec as { http?: readonly Record<string, unknown>[] };
  for (const [key, value] of Object.entries(rest)) yield* walk(`${kind} ${key}`, key, value);
  if (metadata.annotations?.['istio.io/dry-run'] !== undefined) yield `${kind} dry-run`;
  if (http === undefined || protocol !== 'http') return;
  const name = `${kind} ${metadata.namespace}/${metadata.name}`;
  const taken = explanation?.decision.route?.provenance;
  const tried = (explanation?.tried ?? []).flatMap(({ provenance }) => (provenance?.object === name ? [provenance.path ?? ''] : []));
  for (const [index, route] of http.entries()) {
    const path = `spec.http[${index}]`;
    const isTaken = taken?.object === name && startsAt(taken.path ?? '', path);
    if (isTaken || 'delegate' in route) yield* walk(`${kind} http[]`, 'http', route);
    else if (tried.some((one) => startsAt(one, path))) yield* walk(`${kind} http[].match`, 'match', route['match']);
  }
}

function startsAt(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

function* walk(path: string, key: string, value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    yield `${path}[]`;
    for (const item of value) if (typeof item === 'object') yield* walk(`${path}[]`, '', item);
    return;
  }
  if (typeof value !== 'object' || value === null) {
    yield path;
    // Enumerations: each word is a branch of its own.
    if (typeof value === 'string' && /^[A-Z_]{3,}$/.test(value)) yield `${path}=${value}`;
    return;
  }
  if (!/^[^ ]+ http\[\]$/.test(path)) yield path;
  for (const [name, item] of Object.entries(value))
    yield* walk(maps.has(key) ? `${path}.*` : `${path}.${name}`, maps.has(key) ? '' : name, item);
}

/** The counts as a table. */
export function printCounts({ fields, branches, interacting, pairs }: FieldCounts): string {
  const table = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, times]) => `${String(times).padStart(7)}  ${name}`)
      .join('\n');
  return [
    `hits per field (${pairs} pairs, ${interacting} of them with interacting objects)`,
    table(fields),
    'hits per branch',
    table(branches),
  ].join('\n');
}
