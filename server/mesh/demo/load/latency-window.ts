/** What one interval of load came to. Latencies run from the moment a request was due, not from when it was sent. */
export interface LoadReport {
  /** RFC 3339, the end of the interval. */
  time: string;
  seconds: number;
  requests: number;
  rps: number;
  /** Replies ≥ 500 and requests without a reply. */
  errors: number;
  /** Requests not sent because too many were open. */
  dropped: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
  /** Status → count; 0 is no reply. */
  codes: Record<string, number>;
}

/** Collects the outcomes of one interval. */
export class LatencyWindow {
  private latencies: number[] = [];
  private codes: Record<string, number> = {};
  private dropped = 0;

  record(status: number, latencyMs: number): void {
    this.latencies.push(latencyMs);
    this.codes[String(status)] = (this.codes[String(status)] ?? 0) + 1;
  }

  drop(): void {
    this.dropped += 1;
  }

  /** The report of the interval that ends now; the next one starts empty. */
  take(now: Date, seconds: number): LoadReport {
    const sorted = this.latencies.sort((left, right) => left - right);
    const at = (share: number) => {
      const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
      return value === undefined ? null : Math.round(value * 10) / 10;
    };
    const errors = Object.entries(this.codes).reduce((sum, [code, count]) => (code === '0' || Number(code) >= 500 ? sum + count : sum), 0);
    const report: LoadReport = {
      time: now.toISOString(),
      seconds,
      requests: sorted.length,
      rps: Math.round((sorted.length / seconds) * 10) / 10,
      errors,
      dropped: this.dropped,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
      maxMs: at(1),
      codes: this.codes,
    };
    this.latencies = [];
    this.codes = {};
    this.dropped = 0;
    return report;
  }
}
