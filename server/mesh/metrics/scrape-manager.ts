import type { DurableStore } from './durable-store';
import type { MetricMetadata } from './parse-exposition';
import { ScrapeLoop, type ScrapeOptions } from './scrape-loop';
import { targetKey, type ScrapeTarget } from './scrape-target';

/** Keeps one scrape loop per target of the current list. */
export class ScrapeManager {
  readonly #store: DurableStore;
  readonly #options: ScrapeOptions;
  readonly #loops = new Map<string, ScrapeLoop>();
  #stopped = false;

  constructor(store: DurableStore, options: ScrapeOptions) {
    this.#store = store;
    this.#options = options;
  }

  get loops(): readonly ScrapeLoop[] {
    return [...this.#loops.values()];
  }

  get options(): ScrapeOptions {
    return this.#options;
  }

  /** Starts loops for new targets, ends those of targets that are gone (their series go stale). */
  setTargets(targets: readonly ScrapeTarget[]): void {
    if (this.#stopped) return;
    const wanted = new Map(targets.map((target) => [targetKey(target), target]));
    for (const [key, loop] of this.#loops) {
      if (wanted.has(key)) continue;
      this.#loops.delete(key);
      void loop.stop(true);
    }
    for (const [key, target] of wanted) {
      if (!this.#loops.has(key)) this.#loops.set(key, new ScrapeLoop(target, this.#store, this.#options, shareOf(key)));
    }
  }

  /** What targets say of their metrics: metric name → distinct descriptions. */
  metadata(): Map<string, MetricMetadata[]> {
    const all = new Map<string, MetricMetadata[]>();
    for (const loop of this.#loops.values()) {
      for (const [metric, entry] of loop.metadata) {
        const known = all.get(metric) ?? [];
        if (!known.some((other) => other.type === entry.type && other.help === entry.help)) known.push(entry);
        all.set(metric, known);
      }
    }
    return all;
  }

  /** Ends all loops without marking anything as stale: a restart is no end of the series. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.loops.map((loop) => loop.stop(false)));
    this.#loops.clear();
  }
}

/** A steady share of the interval for a target, 0 ≤ x < 1. */
function shareOf(key: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 16_777_619);
  return (hash >>> 0) / 2 ** 32;
}
