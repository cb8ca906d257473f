import { fullHost } from '@/lib/kinds/virtual-service';
import { toPercentages } from '@/lib/kinds/shared/rule-editor';
import type { JsonRule, RuleDestination } from '@/lib/kinds/shared/rule-editor';
import { serviceHost } from '@/lib/model';
import { ruleEditorOf } from './edit-rules';
import type { RouteObject } from './edit-rules';

/** What a split can be made of. */
export interface SplitContext {
  service: { namespace: string; name: string };
  /** Subsets of the DestinationRule, with the version each chooses. */
  subsets: readonly { name: string; version: string | null }[];
  /** Versions found on the pods behind the service. */
  versions: readonly string[];
  /** Services that stand for one version each: what routes of the Gateway API split over. */
  backends: readonly { namespace: string; name: string; port: number; version: string }[];
}

/** One row of the split: a destination of the rule, or one it could have. */
export interface SplitRow {
  key: string;
  /** The version, else the subset, else the host. */
  label: string;
  version: string | null;
  destination: RuleDestination;
  /** Whether the rule names it. */
  present: boolean;
}

/** The rows of a rule's split. `undivided`: it sends to the service as a whole; the even shares shown are what endpoints come to. */
export function readSplit(object: RouteObject, rule: JsonRule, context: SplitContext): { rows: SplitRow[]; undivided: boolean } {
  const editor = ruleEditorOf(object);
  const destinations = editor.read(rule, 'destinations');
  const namespace = object.metadata.namespace ?? 'default';
  return editor.kind === 'VirtualService'
    ? splitOfSubsets(destinations, namespace, context)
    : splitOfBackends(destinations, namespace, context);
}

function rowOf(destination: RuleDestination, version: string | null, present: boolean): SplitRow {
  const { host, namespace, subset, port } = destination;
  return {
    key: `${host}|${namespace ?? ''}|${subset ?? ''}|${port ?? ''}`,
    label: version ?? subset ?? host,
    version,
    destination,
    present,
  };
}

function splitOfSubsets(
  destinations: readonly RuleDestination[],
  namespace: string,
  context: SplitContext,
): { rows: SplitRow[]; undivided: boolean } {
  const host = serviceHost(context.service.name, context.service.namespace);
  const isOwn = (one: RuleDestination) => fullHost(one.host, namespace) === host;
  const missing = context.versions.filter((version) => !context.subsets.some((one) => one.version === version || one.name === version));
  const known = [...context.subsets, ...missing.map((version) => ({ name: version, version }))];
  const [only, ...others] = destinations;
  if (only !== undefined && others.length === 0 && isOwn(only) && only.subset === null) {
    const live = known.filter(({ version }) => version !== null && context.versions.includes(version));
    if (live.length < 2) return { rows: [rowOf(only, live[0]?.version ?? null, true)], undivided: false };
    const shares = toPercentages(live.map(() => 1));
    const rows = live.map(({ name, version }, index) => rowOf({ ...only, subset: name, weight: shares[index] ?? 0 }, version, false));
    return { rows, undivided: true };
  }
  const versionOf = (one: RuleDestination) => (isOwn(one) ? (known.find(({ name }) => name === one.subset)?.version ?? null) : null);
  const rows = destinations.map((one) => rowOf(one, versionOf(one), true));
  const sibling = destinations.find(isOwn);
  if (sibling === undefined) return { rows, undivided: false };
  const absent = known.filter(({ name }) => !destinations.some((one) => isOwn(one) && one.subset === name));
  return {
    rows: [...rows, ...absent.map(({ name, version }) => rowOf({ ...sibling, subset: name, weight: 0, from: null }, version, false))],
    undivided: false,
  };
}

function splitOfBackends(
  destinations: readonly RuleDestination[],
  namespace: string,
  context: SplitContext,
): { rows: SplitRow[]; undivided: boolean } {
  const { service, backends } = context;
  const isService = (one: RuleDestination) => one.host === service.name && (one.namespace ?? namespace) === service.namespace;
  const backendOf = (one: RuleDestination) =>
    backends.find((other) => other.name === one.host && other.namespace === (one.namespace ?? namespace));
  const asDestination = (backend: SplitContext['backends'][number], weight: number, from: number | null): RuleDestination => ({
    host: backend.name,
    namespace: backend.namespace === namespace ? null : backend.namespace,
    subset: null,
    port: backend.port,
    weight,
    from,
  });
  const [only, ...others] = destinations;
  if (only !== undefined && others.length === 0 && isService(only)) {
    if (backends.length < 2) return { rows: [rowOf(only, null, true)], undivided: false };
    const shares = toPercentages(backends.map(() => 1));
    return { rows: backends.map((one, index) => rowOf(asDestination(one, shares[index] ?? 0, 0), one.version, false)), undivided: true };
  }
  const rows = destinations.map((one) => rowOf(one, backendOf(one)?.version ?? null, true));
  if (!destinations.some((one) => isService(one) || backendOf(one) !== undefined)) return { rows, undivided: false };
  const absent = backends.filter((backend) => !destinations.some((one) => backendOf(one) === backend));
  return { rows: [...rows, ...absent.map((one) => rowOf(asDestination(one, 0, null), one.version, false))], undivided: false };
}

/** The destinations that give each row its weight. What was there stays, also at 0; what never got requests is not added. */
export function writeSplit(rows: readonly SplitRow[], weights: readonly number[]): RuleDestination[] {
  return rows.flatMap(({ destination, present }, index) => {
    const weight = weights[index] ?? 0;
    return present || weight > 0 ? [{ ...destination, weight }] : [];
  });
}
