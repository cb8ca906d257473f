/** A mesh's exposition pages over an hour, one every 15 s, made by a fixed recipe. Times lie between whole seconds, so that open and closed window borders agree. */
export const FIRST_MS = 1_700_000_000_137;
export const INTERVAL_MS = 15_000;
export const PAGES = 241;

export interface ExamplePage {
  timeMs: number;
  /** Metric family → lines `series value`. */
  families: Map<string, string[]>;
}

function randomness(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

const bounds = ['0.5', '1.0', '5.0', '10.0', '25.0', '50.0', '100.0', '250.0', '+Inf'];
const edges = [
  ['productpage', 'reviews', 'v1', 3],
  ['productpage', 'reviews', 'v2', 2],
  ['productpage', 'details', 'v1', 5],
  ['reviews', 'ratings', 'v1', 1],
] as const;

/** All pages, from first to last. Counters begin high, some are reset on the way; one series comes and goes. */
export function examplePages(): ExamplePage[] {
  const random = randomness(7);
  const counters = new Map<string, number>();
  const count = (series: string, by: number, start: number): number => {
    const value = (counters.get(series) ?? start) + by;
    counters.set(series, value);
    return value;
  };
  return Array.from({ length: PAGES }, (_, page) => {
    const families = new Map<string, string[]>();
    const line = (family: string, series: string, value: number | string): void => {
      families.set(family, [...(families.get(family) ?? []), `${series} ${value}`]);
    };
    if (page === 100) for (const [series, value] of counters) if (series.includes('pod="ratings-0"')) counters.set(series, value % 50 - value);
    for (const [source, destination, version, rate] of edges) {
      for (const reporter of ['source', 'destination']) {
        const labels = `reporter="${reporter}",source_workload="${source}",destination_workload="${destination}",destination_version="${version}",pod="${destination}-0",instance="127.64.0.1:15020"`;
        for (const [code, share] of [['200', 0.9], ['404', 0.05], ['503', 0.05]] as const) {
          const series = `istio_requests_total{${labels},response_code="${code}",response_flags="${code === '503' ? 'UF' : '-'}"}`;
          line('istio_requests', series, count(series, Math.floor(random() * 2 * rate * 15 * share), 5000));
        }
        let total = 0;
        const hits = bounds.map(() => Math.floor(random() * rate * 4));
        bounds.forEach((le, i) => {
          const series = `istio_request_duration_milliseconds_bucket{${labels},le="${le}"}`;
          total += hits[i] ?? 0;
          line('istio_request_duration_milliseconds', series, count(series, total, 1000 * (i + 1)));
        });
        const name = 'istio_request_duration_milliseconds';
        line(name, `${name}_sum{${labels}}`, count(`${name}_sum{${labels}}`, total * 17.25, 50_000));
        line(name, `${name}_count{${labels}}`, count(`${name}_count{${labels}}`, total, 9000));
      }
    }
    ['kitchen', 'hall', 'attic'].forEach((room, i) => {
      line('temperature', `temperature{room="${room}",kind="air"}`, 18 + i * 3 + Math.round(Math.sin(page / 9 + i) * 300) / 100);
      line('humidity', `humidity{room="${room}"}`, 40 + i * 4 + Math.round(random() * 40) / 10);
      line('humidity_kind', `humidity_kind{room="${room}",kind="soil"}`, 30 + i);
      line('room_info', `room_info{room="${room}",owner="${room === 'attic' ? 'nobody' : 'all'}"}`, 1);
      line('build_info', `build_info{room="${room}",version="1.${i % 2}"}`, i % 2);
    });
    line('atan2_left', 'atan2_left', 3);
    line('atan2_right', 'atan2_right', -4);
    if (page < 90 || page > 150) line('gappy', 'gappy{pod="x"}', 10_000 + page * 3);
    line('special', 'special{n="nan"}', 'NaN');
    line('special', 'special{n="inf"}', '+Inf');
    line('special', 'special{n="low"}', '-3.5');
    line('special', 'special{n="zero"}', page % 7);
    line('huge', 'huge{n="1"}', '1e+308');
    line('huge', 'huge{n="2"}', '1.5e+308');
    line('huge', 'huge{n="3"}', '-1e+10');
    return { timeMs: FIRST_MS + page * INTERVAL_MS, families };
  });
}
