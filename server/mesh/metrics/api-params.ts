import { PromqlError, parseMetricSelector, parsePromDuration, compileMatcher, type CompiledMatcher } from '@/lib/promql';

/** Times that stand for "ever" when a request names none. */
const EARLIEST_MS = -8.64e15;
const LATEST_MS = 8.64e15;

/** Parameters of a request: those of the URL and of a form in the body. */
export class ApiParams {
  readonly #values: URLSearchParams;
  readonly nowMs: number;

  constructor(values: URLSearchParams, nowMs: number) {
    this.#values = values;
    this.nowMs = nowMs;
  }

  text(name: string): string {
    return this.#values.get(name) ?? '';
  }

  all(name: string): string[] {
    return this.#values.getAll(name);
  }

  /** Milliseconds of a time given as seconds since the epoch or RFC 3339. */
  time(name: string, otherwise: number | undefined): number {
    const text = this.text(name);
    if (text === '' && otherwise !== undefined) return otherwise;
    const seconds = Number(text);
    if (text.trim() !== '' && Number.isFinite(seconds)) return Math.round(seconds * 1000);
    // A plus sign of a zone that was not encoded arrives as a blank.
    const parsed = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d/.test(text) ? Date.parse(text.replace(/ (\d\d:\d\d)$/, '+$1')) : NaN;
    if (Number.isNaN(parsed)) throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
    return parsed;
  }

  /** Milliseconds of a length given as seconds or as `1m30s`. */
  duration(name: string, otherwise?: number): number {
    const text = this.text(name);
    if (text === '' && otherwise !== undefined) return otherwise;
    const seconds = Number(text);
    const ms = text.trim() !== '' && Number.isFinite(seconds) ? Math.round(seconds * 1000) : parsePromDuration(text);
    if (ms === undefined) throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
    return ms;
  }

  limit(): number {
    const text = this.text('limit');
    if (text === '') return 0;
    const limit = Number(text);
    if (!Number.isInteger(limit) || limit < 0) throw invalid('limit', 'limit must be non-negative');
    return limit;
  }

  /** Start and end of a look at series; without them everything. */
  span(): { startMs: number; endMs: number } {
    const startMs = this.time('start', EARLIEST_MS);
    const endMs = this.time('end', LATEST_MS);
    if (endMs < startMs) throw invalid('end', 'end timestamp must not be before start time');
    return { startMs, endMs };
  }

  /** The selectors of `match[]`. */
  matchers(): CompiledMatcher[][] {
    return this.all('match[]').map((text) => {
      try {
        return parseMetricSelector(text).map(compileMatcher);
      } catch (error) {
        throw invalid('match[]', error instanceof Error ? error.message : String(error));
      }
    });
  }
}

/** The error for a parameter that cannot be used. */
export function invalid(name: string, message: string): PromqlError {
  return new PromqlError('bad_data', `invalid parameter ${JSON.stringify(name)}: ${message}`);
}
