import type { EvalContext, VectorSeries } from './eval-context';
import { newSeries } from './eval-context';
import type { PairFunction } from './binary-values';
import {
  METRIC_NAME,
  dropLabels,
  dropMetricName,
  formatLabels,
  keepLabels,
  labelValue,
  labelsKey,
  labelsOf,
  labelPairs,
  type Labels,
} from './labels';
import { PromqlError } from './promql-error';
import { isComparison, type Binary, type Matching } from './syntax-tree';

const byAllLabels: Matching = { on: false, labels: [], group: 'none', include: [] };

/** What identifies a match group: the labels named by `on`, or all but those of `ignoring` and the metric name. */
export function matchLabels(matching: Matching | undefined): (labels: Labels) => Labels {
  const { on, labels: names } = matching ?? byAllLabels;
  const set = new Set(on ? names : [...names, METRIC_NAME]);
  return on ? (labels) => keepLabels(labels, set) : (labels) => dropLabels(labels, set);
}

/** The "one" side of a match group: at each step at most one series, `owner` says which. */
interface OneSide {
  members: VectorSeries[];
  owner: Int32Array;
}

/** Evaluates `left op right` of two vectors, one-to-one or with `group_left` / `group_right`. */
export function matchVectors(
  expr: Binary,
  evaluate: PairFunction,
  left: VectorSeries[],
  right: VectorSeries[],
  ctx: EvalContext,
): VectorSeries[] {
  const matching = expr.matching ?? byAllLabels;
  const swapped = matching.group === 'right';
  const [many, one] = swapped ? [right, left] : [left, right];
  if (many.length === 0 || one.length === 0) return [];
  const groupOf = matchLabels(matching);
  const oneSides = indexOneSide(one, groupOf, swapped ? 'left' : 'right', ctx);
  const results = new Map<string, VectorSeries>();
  const matched = new Map<string, Uint8Array>();
  const resultLabels = resultLabelling(expr, matching);
  for (const series of many) {
    ctx.checkpoint();
    const groupKey = labelsKey(groupOf(series.labels));
    const other = oneSides.get(groupKey);
    if (other === undefined) continue;
    let current: VectorSeries | undefined;
    let currentOwner = -1;
    for (let step = 0; step < ctx.grid.count; step++) {
      const owner = other.owner[step] as number;
      if (series.present[step] !== 1 || owner < 0) continue;
      const partner = other.members[owner] as VectorSeries;
      const [a, b] = [series.values[step] as number, partner.values[step] as number];
      const value = swapped ? evaluate(b, a) : evaluate(a, b);
      if (value === undefined) continue;
      if (matching.group === 'none') claim(matched, groupKey, step, ctx.grid.count);
      if (current === undefined || owner !== currentOwner) {
        const labels = resultLabels(series.labels, partner.labels);
        const key = labelsKey(labels);
        current = results.get(key) ?? newSeries(labels, ctx.grid.count);
        results.set(key, current);
        currentOwner = owner;
      }
      if (current.present[step] === 1) {
        throw new PromqlError('execution', 'multiple matches for labels: grouping labels must ensure unique matches', expr);
      }
      // A filter passes on the value of the left side, also under group_right.
      current.values[step] = value;
      current.present[step] = 1;
    }
  }
  return [...results.values()];
}

/** Marks a match group as used at a step. @throws when a second series of the "many" side claims it. */
function claim(matched: Map<string, Uint8Array>, key: string, step: number, count: number): void {
  let used = matched.get(key);
  if (used === undefined) {
    used = new Uint8Array(count);
    matched.set(key, used);
  }
  if (used[step] === 1) {
    throw new PromqlError('execution', 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)');
  }
  used[step] = 1;
}

function indexOneSide(
  series: VectorSeries[],
  groupOf: (labels: Labels) => Labels,
  side: 'left' | 'right',
  ctx: EvalContext,
): Map<string, OneSide> {
  const index = new Map<string, OneSide>();
  for (const one of series) {
    const group = groupOf(one.labels);
    const key = labelsKey(group);
    let entry = index.get(key);
    if (entry === undefined) {
      entry = { members: [], owner: new Int32Array(ctx.grid.count).fill(-1) };
      index.set(key, entry);
    }
    const position = entry.members.push(one) - 1;
    for (let step = 0; step < ctx.grid.count; step++) {
      if (one.present[step] !== 1) continue;
      const owner = entry.owner[step] as number;
      if (owner >= 0) {
        const known = formatLabels((entry.members[owner] as VectorSeries).labels);
        throw new PromqlError(
          'execution',
          `found duplicate series for the match group ${formatLabels(group)} on the ${side} hand-side of the operation: ` +
            `[${formatLabels(one.labels)}, ${known}];many-to-many matching not allowed: matching labels must be unique on one side`,
        );
      }
      entry.owner[step] = position;
    }
  }
  return index;
}

function resultLabelling(expr: Binary, matching: Matching): (many: Labels, one: Labels) => Labels {
  const dropsName = !isComparison(expr.op) || expr.bool;
  const names = new Set(matching.labels);
  return (many, one) => {
    let labels = dropsName ? dropMetricName(many) : many;
    if (matching.group === 'none') return matching.on ? keepLabels(labels, names) : dropLabels(labels, names);
    if (matching.include.length > 0) {
      labels = labelsOf([...labelPairs(labels), ...matching.include.map((name): [string, string] => [name, labelValue(one, name)])]);
    }
    return labels;
  };
}
