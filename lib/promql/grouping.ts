import { dropLabels, keepLabels, labelsKey, type Labels } from './labels';

/** Puts label sets into groups: sets with equal keys are of one group, whose labels are those of any of them. */
export interface Grouping {
  keyOf(labels: Labels): string;
  labelsOf(labels: Labels): Labels;
}

/**
 * Groups by the named labels. The label sets of a metric nearly all have the same names: where each of them stands is found once, so
 * that a key costs neither a look at every label nor a new label set.
 */
export function groupingBy(names: readonly string[]): Grouping {
  const kept = new Set(names);
  /** Of sets with other names others may be missing: which are there is part of the key, as a number. */
  const presences = new Map<string, number>();
  let presence = 0;
  let shape: Labels = [];
  /** Where in label sets of that shape the kept values stand. */
  let places: number[] = [];
  const hasShape = (labels: Labels): boolean => {
    if (labels.length !== shape.length) return false;
    for (let i = 0; i < labels.length; i += 2) if (labels[i] !== shape[i]) return false;
    return true;
  };
  return {
    keyOf(labels) {
      if (!hasShape(labels)) {
        shape = labels;
        places = [];
        for (let i = 0; i < labels.length; i += 2) if (kept.has(labels[i] as string)) places.push(i + 1);
        const present = places.map((place) => labels[place - 1]).join('\xff');
        presence = presences.get(present) ?? presences.size;
        presences.set(present, presence);
      }
      let key = String(presence);
      for (const place of places) key += `\xff${labels[place]}`;
      return key;
    },
    labelsOf: (labels) => keepLabels(labels, kept),
  };
}

/** Groups by all labels but the named ones. */
export function groupingWithout(names: readonly string[]): Grouping {
  const dropped = new Set(names);
  const labelsOf = (labels: Labels): Labels => dropLabels(labels, dropped);
  return { keyOf: (labels) => labelsKey(labelsOf(labels)), labelsOf };
}
