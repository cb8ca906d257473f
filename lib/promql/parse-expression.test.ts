import { describe, expect, it } from 'vitest';
import { PromqlError, parseExpression, parseMetricSelector, printExpression } from './index';
import cases from './testdata/parse-cases.json' with { type: 'json' };

describe('parseExpression', () => {
  it.each(cases.printed as [string, string][])('reads %j', (query, printed) => {
    expect(printExpression(parseExpression(query))).toBe(printed);
    expect(printExpression(parseExpression(printed))).toBe(printed);
  });

  it.each(cases.refused as [string, number, number, string][])('refuses %j at %i:%i', (query, line, column, words) => {
    let failure: unknown;
    try {
      parseExpression(query);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(PromqlError);
    expect(failure).toMatchObject({ errorType: 'bad_data', code: 'bad_request' });
    const { message } = failure as PromqlError;
    expect(message.slice(0, message.indexOf(' '))).toBe(`${line}:${column}:`);
    expect(message).toContain(words);
  });

  it('binds operators as Prometheus does', () => {
    const shape = (query: string): unknown => {
      const strip = (expr: ReturnType<typeof parseExpression>): unknown => {
        if (expr.kind === 'binary') return [strip(expr.left), expr.op, strip(expr.right)];
        if (expr.kind === 'unary') return [expr.op, strip(expr.expr)];
        return expr.kind === 'number' ? expr.value : expr.kind;
      };
      return strip(parseExpression(query));
    };
    expect(shape('1 + 2 * 3 ^ 4 ^ 5')).toEqual([1, '+', [2, '*', [3, '^', [4, '^', 5]]]]);
    expect(shape('1 - 2 - 3')).toEqual([[1, '-', 2], '-', 3]);
    expect(shape('-1 ^ 2')).toEqual(['-', [1, '^', 2]]);
    expect(shape('-foo * 2')).toEqual([['-', 'selector'], '*', 2]);
    expect(shape('2 ^ -1')).toEqual([2, '^', -1]);
    expect(shape('a or b and c')).toEqual(['selector', 'or', ['selector', 'and', 'selector']]);
    expect(shape('a == b + c')).toEqual(['selector', '==', ['selector', '+', 'selector']]);
  });

  it('gives each part its place in the text', () => {
    const query = 'sum(rate(foo{a="b"}[5m])) / 2';
    const expr = parseExpression(query);
    if (expr.kind !== 'binary' || expr.left.kind !== 'aggregate' || expr.left.expr.kind !== 'call') throw new Error('unexpected shape');
    expect(query.slice(expr.left.start, expr.left.end)).toBe('sum(rate(foo{a="b"}[5m]))');
    expect(query.slice(expr.left.expr.start, expr.left.expr.end)).toBe('rate(foo{a="b"}[5m])');
  });

  it('refuses endless nesting without exhausting the stack', () => {
    expect(() => parseExpression('('.repeat(20_000))).toThrow('nested too deeply');
    expect(() => parseExpression(`${'-'.repeat(20_000)}1`)).toThrow('nested too deeply');
  });

  it('breaks long queries over lines', () => {
    const long = `histogram_quantile(0.99, sum by (destination_workload, le) (rate(istio_request_duration_milliseconds_bucket{reporter="destination"}[5m])))`;
    const printed = printExpression(parseExpression(long));
    expect(printed.split('\n').every((line) => line.length <= 100)).toBe(true);
    expect(printExpression(parseExpression(printed))).toBe(printed);
  });
});

describe('parseMetricSelector', () => {
  it('reads what match[] carries', () => {
    expect(parseMetricSelector('up{job="a"}')).toEqual([
      { name: '__name__', op: '=', value: 'up' },
      { name: 'job', op: '=', value: 'a' },
    ]);
    expect(() => parseMetricSelector('up offset 5m')).toThrow(PromqlError);
    expect(() => parseMetricSelector('rate(up[5m])')).toThrow(PromqlError);
  });
});
