/**
 * A label set: names and values alternating, sorted by name, no empty values. A flat array is the cheapest form to
 * hold by the hundred thousand and to compare; names such as `__proto__` are harmless in it.
 */
export type Labels = readonly string[];

export const METRIC_NAME = '__name__';

/** Builds a label set from a record or from pairs; empty values are left out. A later pair of the same name wins. */
export function labelsOf(source: Readonly<Record<string, string>> | Iterable<readonly [string, string]>): Labels {
  const pairs: Iterable<readonly [string, string]> = isPairs(source) ? source : Object.entries(source);
  const byName = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (value === '') byName.delete(name);
    else byName.set(name, value);
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).flat();
}

function isPairs(source: object): source is Iterable<readonly [string, string]> {
  return Symbol.iterator in source;
}

/** The value of a label; a label that is absent has the value `''`. */
export function labelValue(labels: Labels, name: string): string {
  for (let i = 0; i < labels.length; i += 2) if (labels[i] === name) return labels[i + 1] as string;
  return '';
}

/** A text that is equal for equal label sets, and for those only. */
export function labelsKey(labels: Labels): string {
  return labels.join('\xff');
}

/** The label set as a plain object (safe for `JSON.stringify`). */
export function labelsToRecord(labels: Labels): Record<string, string> {
  const record: Record<string, string> = {};
  for (let i = 0; i < labels.length; i += 2) {
    // Assigning this one would set the prototype.
    if (labels[i] === '__proto__') return Object.fromEntries(labelPairs(labels));
    record[labels[i] as string] = labels[i + 1] as string;
  }
  return record;
}

export function labelPairs(labels: Labels): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < labels.length; i += 2) pairs.push([labels[i] as string, labels[i + 1] as string]);
  return pairs;
}

/** Only the named labels. */
export function keepLabels(labels: Labels, names: ReadonlySet<string>): Labels {
  const kept: string[] = [];
  for (let i = 0; i < labels.length; i += 2) {
    if (names.has(labels[i] as string)) kept.push(labels[i] as string, labels[i + 1] as string);
  }
  return kept;
}

/** All but the named labels. */
export function dropLabels(labels: Labels, names: ReadonlySet<string>): Labels {
  const kept: string[] = [];
  for (let i = 0; i < labels.length; i += 2) {
    if (!names.has(labels[i] as string)) kept.push(labels[i] as string, labels[i + 1] as string);
  }
  return kept;
}

/** All but the metric name. */
export function dropMetricName(labels: Labels): Labels {
  for (let i = 0; i < labels.length; i += 2) if (labels[i] === METRIC_NAME) return [...labels.slice(0, i), ...labels.slice(i + 2)];
  return labels;
}

/** With one label set (or removed, when the value is empty). */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  return labelsOf([...labelPairs(labels), [name, value]]);
}

/** The text form used in messages and in the exposition format: `name{a="b"}`. */
export function formatLabels(labels: Labels): string {
  const inner = labelPairs(labels)
    .filter(([name]) => name !== METRIC_NAME)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
  return `${labelValue(labels, METRIC_NAME)}{${inner}}`;
}

/** Order by names and values, as label sets are listed. */
export function compareLabels(a: Labels, b: Labels): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return (a[i] as string) < (b[i] as string) ? -1 : 1;
  }
  return a.length - b.length;
}
