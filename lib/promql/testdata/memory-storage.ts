import { matchesAll, parseMetricSelector, labelsOf, type Storage } from '../index';

const STALE = 'stale';

/**
 * A storage from lines such as `up{job="a"} 10s 1 2 _ stale 5`: a series, the interval, and one value per interval from
 * time 0 on; `_` is no sample, `stale` a staleness marker, `1+2x5` the values 1, 3, 5, 7, 9, 11.
 */
export function memoryStorage(text: string): Storage {
  const series = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(readLine);
  return {
    *select(matchers, startMs, endMs) {
      for (const one of series) {
        if (!matchesAll(matchers, one.labels)) continue;
        const inside = one.samples.filter(([time]) => time >= startMs && time <= endMs);
        const stale = Uint8Array.from(inside, ([, value]) => (value === STALE ? 1 : 0));
        yield {
          labels: one.labels,
          read: () => ({
            timestamps: Float64Array.from(inside, ([time]) => time),
            values: Float64Array.from(inside, ([, value]) => (value === STALE ? NaN : value)),
            length: inside.length,
            stale: stale.includes(1) ? stale : undefined,
          }),
        };
      }
    },
  };
}

function readLine(line: string): { labels: readonly string[]; samples: [number, number | typeof STALE][] } {
  const cut = line.includes('}') ? line.lastIndexOf('}') + 1 : line.indexOf(' ');
  const [interval = '', ...words] = line.slice(cut).trim().split(/\s+/);
  const stepMs = Number(interval.replace('s', '')) * 1000;
  const labels = labelsOf(parseMetricSelector(line.slice(0, cut)).map(({ name, value }): [string, string] => [name, value]));
  const samples: [number, number | typeof STALE][] = [];
  let at = 0;
  const push = (value: number | typeof STALE | undefined): void => {
    if (value !== undefined) samples.push([at, value]);
    at += stepMs;
  };
  for (const word of words) {
    const run = /^(-?[\d.]+)([+-][\d.]+)x(\d+)$/.exec(word);
    if (run !== null) for (let i = 0; i <= Number(run[3]); i++) push(Number(run[1]) + i * Number(run[2]));
    else push(word === '_' ? undefined : word === STALE ? STALE : word === 'Inf' ? Infinity : word === '-Inf' ? -Infinity : Number(word));
  }
  return { labels, samples };
}
