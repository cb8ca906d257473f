import { describe, expect, it } from 'vitest';
import { labelsToRecord } from '@/lib/promql';
import { parseExposition, parseSeriesText } from './parse-exposition';

function read(text: string): { samples: [string, number, number | undefined][]; metadata: [string, string, string][] } {
  const samples: [string, number, number | undefined][] = [];
  const metadata: [string, string, string][] = [];
  parseExposition(text, {
    sample: (series, value, time) => samples.push([series, value, time]),
    metadata: (metric, key, words) => metadata.push([metric, key, words]),
  });
  return { samples, metadata };
}

describe('parseExposition', () => {
  it('reads samples, descriptions and comments', () => {
    expect(
      read(
        '# HELP a_total All\\nof \\\\ it.\n# TYPE a_total counter\n# just words\n\na_total{x="}",y=" 1 "} 3.5 1700000000123\nb 1e-3\nc{} NaN\nd +Inf\ne\t-Inf\nf{a="b"}7',
      ),
    ).toEqual({
      samples: [
        ['a_total{x="}",y=" 1 "}', 3.5, 1_700_000_000_123],
        ['b', 0.001, undefined],
        ['c{}', NaN, undefined],
        ['d', Infinity, undefined],
        ['e', -Infinity, undefined],
        ['f{a="b"}', 7, undefined],
      ],
      metadata: [
        ['a_total', 'help', 'All\nof \\ it.'],
        ['a_total', 'type', 'counter'],
      ],
    });
  });
  it.each(['a', 'a{x="1"}', 'a one', 'a 1 soon', '<html>'])('refuses %j with its line', (line) => {
    expect(() => read(`ok 1\n${line}\n`)).toThrow('line 2');
  });
});

describe('parseSeriesText', () => {
  it.each([
    ['up', { __name__: 'up' }],
    ['up{}', { __name__: 'up' }],
    ['a:b{x="1",y="q\\"\\\\\\n",}', { __name__: 'a:b', x: '1', y: 'q"\\\n' }],
    ['h_bucket{le="1"}', { __name__: 'h_bucket', le: '1.0' }],
    ['h_bucket{le="0.5", x="1"}', { __name__: 'h_bucket', le: '0.5', x: '1' }],
    ['h_bucket{le="+Inf"}', { __name__: 'h_bucket', le: '+Inf' }],
    ['{"a.b", "c.d"="e"}', { __name__: 'a.b', 'c.d': 'e' }],
    ['a{empty=""}', { __name__: 'a' }],
  ])('reads %s', (text, labels) => {
    expect(labelsToRecord(parseSeriesText(text))).toEqual(labels);
  });
  it.each(['1a{}', 'a{x}', 'a{x=1}', 'a{x="1"', 'a{x="1" y="2"}'])('refuses %s', (text) => {
    expect(() => parseSeriesText(text)).toThrow('cannot read');
  });
});
