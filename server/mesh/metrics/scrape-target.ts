import { labelPairs, labelsKey, labelsOf, labelValue, type Labels } from '@/lib/promql';

/** What to scrape. Two targets with equal `labels` and `url` are the same. */
export interface ScrapeTarget {
  /** Where the exposition is read from. */
  url: string;
  /** Labels every sample gets: `job`, `instance`, `namespace`, `pod` … */
  labels: Readonly<Record<string, string>>;
  /** What was known before labels were made, for the targets page (`__address__`, `__meta_…`). */
  discovered?: Readonly<Record<string, string>>;
}

/** Where targets come from. Calls back with the whole list whenever it changes, the first time as soon as it is known. */
export interface TargetSource {
  watch(onChange: (targets: readonly ScrapeTarget[]) => void): () => void;
}

/** A list of targets that never changes. */
export function staticTargets(targets: readonly ScrapeTarget[]): TargetSource {
  return {
    watch(onChange) {
      onChange(targets);
      return () => {};
    },
  };
}

/** Several sources as one. */
export function combineTargets(sources: readonly TargetSource[]): TargetSource {
  return {
    watch(onChange) {
      const lists: (readonly ScrapeTarget[])[] = sources.map(() => []);
      const stops = sources.map((source, i) =>
        source.watch((targets) => {
          lists[i] = targets;
          onChange(lists.flat());
        }),
      );
      return () => stops.forEach((stop) => stop());
    },
  };
}

/** What identifies a target. */
export function targetKey(target: ScrapeTarget): string {
  return `${target.url} ${labelsKey(labelsOf(target.labels))}`;
}

/** Adds a target's labels to those of a scraped series; a label of the series that is in the way becomes `exported_…`. */
export function withTargetLabels(series: Labels, target: Labels): Labels {
  const pairs = new Map(labelPairs(series));
  for (const [name, value] of labelPairs(target)) {
    const own = pairs.get(name);
    if (own !== undefined) {
      let renamed = `exported_${name}`;
      while (pairs.has(renamed) || labelValue(target, renamed) !== '') renamed = `exported_${renamed}`;
      pairs.set(renamed, own);
    }
    pairs.set(name, value);
  }
  return labelsOf(pairs);
}
