import { labelPairs, labelsKey, type CompiledMatcher, type Labels } from '@/lib/promql';

/** Which series there are, and which have a given label value. Series numbers rise with time of appearance. */
export class SeriesIndex {
  readonly #byKey = new Map<string, number>();
  readonly #labels: (Labels | undefined)[] = [];
  /** Label name → value → series numbers, rising. */
  readonly #postings = new Map<string, Map<string, number[]>>();
  /** Names and values, each once: what was cut from the text of a scrape would keep all of it in memory, and equal texts compare at once. */
  readonly #texts = new Map<string, string>();
  #count = 0;

  /** How many series there are. */
  get size(): number {
    return this.#count;
  }

  /** The series of a label set, made when it is new. */
  add(labels: Labels): { series: number; created: boolean } {
    const key = labelsKey(labels);
    const known = this.#byKey.get(key);
    if (known !== undefined) return { series: known, created: false };
    const series = this.#labels.length;
    this.#put(series, key, labels);
    return { series, created: true };
  }

  /** Puts a series back under the number it had. */
  restore(series: number, labels: Labels): void {
    if (this.#labels[series] !== undefined) return;
    while (this.#labels.length < series) this.#labels.push(undefined);
    this.#put(series, labelsKey(labels), labels);
  }

  #textOnce(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const own = Buffer.from(text).toString();
    this.#texts.set(own, own);
    return own;
  }

  #put(series: number, key: string, given: Labels): void {
    const labels = given.map((text) => this.#textOnce(text));
    this.#labels[series] = labels;
    this.#byKey.set(key, series);
    this.#count++;
    for (const [name, value] of labelPairs(labels)) {
      let values = this.#postings.get(name);
      if (values === undefined) {
        values = new Map();
        this.#postings.set(name, values);
      }
      const list = values.get(value);
      if (list === undefined) values.set(value, [series]);
      else list.push(series);
    }
  }

  labelsOf(series: number): Labels {
    return this.#labels[series] ?? [];
  }

  /** Forgets series that have no samples any more. */
  removeAll(gone: ReadonlySet<number>): void {
    for (const series of gone) {
      const labels = this.#labels[series];
      if (labels === undefined) continue;
      this.#byKey.delete(labelsKey(labels));
      this.#labels[series] = undefined;
      this.#count--;
    }
    for (const [name, values] of this.#postings) {
      for (const [value, list] of values) {
        const kept = list.filter((series) => !gone.has(series));
        if (kept.length === 0) {
          values.delete(value);
          this.#texts.delete(value);
        } else if (kept.length < list.length) values.set(value, kept);
      }
      if (values.size === 0) this.#postings.delete(name);
    }
  }

  *all(): Generator<number> {
    for (let series = 0; series < this.#labels.length; series++) if (this.#labels[series] !== undefined) yield series;
  }

  labelNames(): string[] {
    return [...this.#postings.keys()].sort();
  }

  /** Values of a label with how many series have each. */
  labelValues(name: string): Map<string, number> {
    return new Map([...(this.#postings.get(name) ?? [])].map(([value, list]) => [value, list.length]));
  }

  /** Series that pass all matchers, rising. */
  select(matchers: readonly CompiledMatcher[]): number[] {
    const selective = matchers.filter((matcher) => !matcher.matchesEmpty);
    let found: number[] | undefined;
    // Exact values first: their lists are short and already made.
    for (const matcher of selective.toSorted((a, b) => Number(a.values === undefined) - Number(b.values === undefined))) {
      found = found === undefined ? this.#seriesWith(matcher) : intersect(found, this.#seriesWith(matcher));
      if (found.length === 0) return [];
    }
    found ??= [...this.all()];
    for (const matcher of matchers) {
      if (!matcher.matchesEmpty) continue;
      const excluded = this.#seriesFailing(matcher);
      if (excluded.size > 0) found = found.filter((series) => !excluded.has(series));
    }
    return found;
  }

  /** Series whose label has a value that passes. */
  #seriesWith(matcher: CompiledMatcher): number[] {
    const values = this.#postings.get(matcher.name);
    if (values === undefined) return [];
    const candidates = matcher.values ?? [...values.keys()].filter((value) => matcher.test(value));
    const lists = candidates.map((value) => values.get(value)).filter((list) => list !== undefined);
    if (lists.length === 1) return lists[0] as number[];
    return lists.flat().sort((a, b) => a - b);
  }

  /** Series whose label has a value that does not pass. */
  #seriesFailing(matcher: CompiledMatcher): Set<number> {
    const failing = new Set<number>();
    for (const [value, list] of this.#postings.get(matcher.name) ?? []) {
      if (!matcher.test(value)) for (const series of list) failing.add(series);
    }
    return failing;
  }
}

/** What two rising lists have in common. */
function intersect(a: readonly number[], b: readonly number[]): number[] {
  const common: number[] = [];
  for (let i = 0, k = 0; i < a.length && k < b.length;) {
    const [x, y] = [a[i] as number, b[k] as number];
    if (x === y) {
      common.push(x);
      i++;
      k++;
    } else if (x < y) i++;
    else k++;
  }
  return common;
}
