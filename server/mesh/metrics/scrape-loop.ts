import http from 'node:http';
import https from 'node:https';
import { METRIC_NAME, labelsOf, type Labels } from '@/lib/promql';
import type { DurableStore } from './durable-store';
import { parseExposition, parseSeriesText, type MetricMetadata } from './parse-exposition';
import { withTargetLabels, type ScrapeTarget } from './scrape-target';

const MAX_BODY_BYTES = 64 << 20;
const FORMAT = 'text/plain;version=0.0.4;q=1,*/*;q=0.1';

export interface ScrapeOptions {
  intervalMs: number;
  timeoutMs: number;
}

/** How a target fares, as the targets page shows it. */
export interface ScrapeHealth {
  health: 'unknown' | 'up' | 'down';
  lastError: string;
  lastScrapeMs: number | undefined;
  lastDurationSeconds: number;
}

interface KnownSeries {
  series: number;
  /** Scrape in which it was seen last. */
  round: number;
}

const reports = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped', 'scrape_samples_post_metric_relabeling', 'scrape_series_added'];

/** Scrapes one target at a steady rate; a series that is gone, and all of them when the target is, get a staleness marker. */
export class ScrapeLoop {
  readonly target: ScrapeTarget;
  readonly metadata = new Map<string, MetricMetadata>();
  status: ScrapeHealth = { health: 'unknown', lastError: '', lastScrapeMs: undefined, lastDurationSeconds: 0 };
  readonly #store: DurableStore;
  readonly #options: ScrapeOptions;
  readonly #labels: Labels;
  readonly #agent: http.Agent;
  readonly #known = new Map<string, KnownSeries>();
  readonly #offsetMs: number;
  #round = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  /** @param offset share of the interval (0 ≤ x < 1) by which this target is shifted, so that not all are scraped at once */
  constructor(target: ScrapeTarget, store: DurableStore, options: ScrapeOptions, offset: number) {
    this.target = target;
    this.#store = store;
    this.#options = options;
    this.#labels = labelsOf(target.labels);
    this.#offsetMs = Math.floor(offset * options.intervalMs);
    this.#agent = target.url.startsWith('https:') ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
    this.#schedule(true);
  }

  /** Ends the loop and marks all its series as stale. */
  async stop(markStale: boolean): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    this.#agent.destroy();
    if (!markStale || this.status.lastScrapeMs === undefined) return;
    const now = Math.max(Date.now(), this.status.lastScrapeMs + 1);
    this.#markGone(now, () => true);
    for (const name of reports) this.#store.append(this.#reportSeries(name), now, NaN, true);
    this.#store.commit();
  }

  #schedule(first: boolean): void {
    if (this.#stopped) return;
    const { intervalMs } = this.#options;
    const now = Date.now();
    const planned = Math.floor((now - this.#offsetMs) / intervalMs) * intervalMs + this.#offsetMs + intervalMs;
    // A new target is read within a second, however long the interval is: a fresh pod shows up at once.
    const wait = first ? Math.min(planned - now, 1000 * (this.#offsetMs / intervalMs)) : planned - now;
    this.#timer = setTimeout(() => {
      this.#running = this.#scrape(Math.round(now + wait)).finally(() => this.#schedule(false));
    }, wait);
  }

  async #scrape(plannedMs: number): Promise<void> {
    const began = performance.now();
    // Timers fire a little late; evenly spaced times compress to a bit per sample.
    const nowMs = Date.now();
    const timeMs = Math.abs(nowMs - plannedMs) <= Math.min(20, this.#options.intervalMs / 50) ? plannedMs : nowMs;
    let counts = { scraped: 0, added: 0 };
    let error = '';
    try {
      const text = await this.#fetch();
      if (this.#stopped) return;
      counts = this.#ingest(text, timeMs);
    } catch (cause) {
      if (this.#stopped) return;
      error = cause instanceof Error ? cause.message : String(cause);
      this.#markGone(timeMs, () => true);
    }
    const seconds = (performance.now() - began) / 1000;
    this.status = { health: error === '' ? 'up' : 'down', lastError: error, lastScrapeMs: timeMs, lastDurationSeconds: seconds };
    const values = [error === '' ? 1 : 0, seconds, counts.scraped, counts.scraped, counts.added];
    reports.forEach((name, i) => this.#store.append(this.#reportSeries(name), timeMs, values[i] as number));
    this.#store.commit();
  }

  #reportSeries(name: string): number {
    return this.#store.seriesOf(labelsOf({ ...this.target.labels, [METRIC_NAME]: name }));
  }

  #ingest(text: string, timeMs: number): { scraped: number; added: number } {
    const samples: { series: string; value: number; timeMs: number | undefined }[] = [];
    // All of a scrape or nothing: it is read to the end before any of it is stored.
    parseExposition(text, {
      sample: (series, value, at) => samples.push({ series, value, timeMs: at }),
      metadata: (metric, key, words) =>
        this.metadata.set(metric, { type: 'unknown', help: '', unit: '', ...this.metadata.get(metric), [key]: words }),
    });
    this.#round++;
    let added = 0;
    for (const sample of samples) {
      let known = this.#known.get(sample.series);
      if (known === undefined) {
        known = { series: this.#store.seriesOf(withTargetLabels(parseSeriesText(sample.series), this.#labels)), round: 0 };
        this.#known.set(sample.series, known);
        added++;
      }
      this.#store.append(known.series, sample.timeMs ?? timeMs, sample.value);
      // Samples with a time of their own have no end that a scrape could see.
      known.round = sample.timeMs === undefined ? this.#round : Infinity;
    }
    this.#markGone(timeMs, (known) => known.round < this.#round);
    return { scraped: samples.length, added };
  }

  #markGone(timeMs: number, gone: (known: KnownSeries) => boolean): void {
    for (const [text, known] of this.#known) {
      if (!gone(known)) continue;
      this.#known.delete(text);
      if (known.round !== Infinity) this.#store.append(known.series, timeMs, NaN, true);
    }
  }

  #fetch(): Promise<string> {
    const { timeoutMs } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const request = (this.target.url.startsWith('https:') ? https : http).get(this.target.url, {
      agent: this.#agent,
      headers: { accept: FORMAT, 'user-agent': 'heddle-metrics', 'x-prometheus-scrape-timeout-seconds': String(timeoutMs / 1000) },
    });
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    request.on('error', reject);
    request.on('close', () => clearTimeout(timer));
    request.on('response', (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        reject(new Error(`server returned HTTP status ${response.statusCode} ${response.statusMessage}`));
        return;
      }
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MAX_BODY_BYTES) request.destroy(new Error(`the answer is larger than ${MAX_BODY_BYTES >> 20} MiB`));
        else parts.push(part);
      });
      response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
      response.on('error', reject);
    });
    return promise;
  }
}
