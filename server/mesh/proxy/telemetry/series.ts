/** Envoy's default histogram bounds: milliseconds for durations, bytes for sizes. */
export const bucketBounds = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000,
] as const;

const BUCKETS = bucketBounds.length + 1;
const bounds = Float64Array.from(bucketBounds);

/** Counter and three histograms of one set of labels, in one array of numbers: count, three sums, three times the buckets. */
export class RequestSeries {
  readonly labels: string;
  readonly values = new Float64Array(4 + 3 * BUCKETS);

  constructor(labels: string) {
    this.labels = labels;
  }

  observe(durationMs: number, requestBytes: number, responseBytes: number): void {
    const { values } = this;
    values[0] = (values[0] as number) + 1;
    values[1] = (values[1] as number) + durationMs;
    values[2] = (values[2] as number) + requestBytes;
    values[3] = (values[3] as number) + responseBytes;
    add(values, 4, durationMs);
    add(values, 4 + BUCKETS, requestBytes);
    add(values, 4 + 2 * BUCKETS, responseBytes);
  }
}

function add(values: Float64Array, offset: number, value: number): void {
  let at = 0;
  while (at < bounds.length && value > (bounds[at] as number)) at++;
  values[offset + at] = (values[offset + at] as number) + 1;
}

/** Counters of the TCP connections of one set of labels. */
export class TcpSeries {
  readonly labels: string;
  opened = 0;
  closed = 0;
  sent = 0;
  received = 0;

  constructor(labels: string) {
    this.labels = labels;
  }
}

/** Messages of the gRPC calls of one set of labels. */
export class MessageSeries {
  readonly labels: string;
  requests = 0;
  responses = 0;

  constructor(labels: string) {
    this.labels = labels;
  }
}

/** All series of the process, by their labels. Text is made only when somebody scrapes. */
export class SeriesTable {
  private readonly requests = new Map<string, RequestSeries>();
  private readonly messages = new Map<string, MessageSeries>();
  private readonly tcps = new Map<string, TcpSeries>();

  request(labels: string): RequestSeries {
    let series = this.requests.get(labels);
    if (series === undefined) {
      series = new RequestSeries(labels);
      this.requests.set(labels, series);
    }
    return series;
  }

  message(labels: string): MessageSeries {
    let series = this.messages.get(labels);
    if (series === undefined) {
      series = new MessageSeries(labels);
      this.messages.set(labels, series);
    }
    return series;
  }

  tcp(labels: string): TcpSeries {
    let series = this.tcps.get(labels);
    if (series === undefined) {
      series = new TcpSeries(labels);
      this.tcps.set(labels, series);
    }
    return series;
  }

  /** The exposition format, line by line. */
  render(out: string[]): void {
    const requests = [...this.requests.values()];
    if (requests.length > 0) {
      out.push('# TYPE istio_requests_total counter');
      for (const { labels, values } of requests) out.push(`istio_requests_total{${labels}} ${values[0]}`);
      renderHistogram(out, 'istio_request_duration_milliseconds', requests, 1, 4);
      renderHistogram(out, 'istio_request_bytes', requests, 2, 4 + BUCKETS);
      renderHistogram(out, 'istio_response_bytes', requests, 3, 4 + 2 * BUCKETS);
    }
    const messages = [...this.messages.values()];
    if (messages.length > 0) {
      renderCounter(out, 'istio_request_messages_total', messages, (series) => series.requests);
      renderCounter(out, 'istio_response_messages_total', messages, (series) => series.responses);
    }
    const tcps = [...this.tcps.values()];
    if (tcps.length === 0) return;
    renderCounter(out, 'istio_tcp_connections_opened_total', tcps, (series) => series.opened);
    renderCounter(out, 'istio_tcp_connections_closed_total', tcps, (series) => series.closed);
    renderCounter(out, 'istio_tcp_sent_bytes_total', tcps, (series) => series.sent);
    renderCounter(out, 'istio_tcp_received_bytes_total', tcps, (series) => series.received);
  }
}

function renderHistogram(out: string[], name: string, all: readonly RequestSeries[], sum: number, offset: number): void {
  out.push(`# TYPE ${name} histogram`);
  for (const { labels, values } of all) {
    let running = 0;
    for (let at = 0; at < bucketBounds.length; at++) {
      running += values[offset + at] as number;
      out.push(`${name}_bucket{${labels},le="${bucketBounds[at]}"} ${running}`);
    }
    out.push(
      `${name}_bucket{${labels},le="+Inf"} ${values[0]}`,
      `${name}_sum{${labels}} ${values[sum]}`,
      `${name}_count{${labels}} ${values[0]}`,
    );
  }
}

function renderCounter<Series extends { readonly labels: string }>(
  out: string[],
  name: string,
  all: readonly Series[],
  read: (series: Series) => number,
): void {
  out.push(`# TYPE ${name} counter`);
  for (const series of all) out.push(`${name}{${series.labels}} ${read(series)}`);
}
