import { describe, expect, it } from 'vitest';
import { parseFieldSelector, parseLabelSelector } from './selectors';

const object = (labels: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', labels },
  status: { phase: 'Running' },
});

describe('parseLabelSelector', () => {
  it.each([
    ['app=a', { app: 'a' }, true],
    ['app==a', { app: 'b' }, false],
    ['app!=a', { app: 'b' }, true],
    ['app!=a', {}, true],
    ['app', { app: '' }, true],
    ['!app', {}, true],
    ['!app', { app: 'x' }, false],
    ['app in (a, b)', { app: 'b' }, true],
    ['app notin (a,b)', { app: 'b' }, false],
    ['app notin (a,b)', {}, true],
    ['size>3', { size: '10' }, true],
    ['size<3', { size: '10' }, false],
    ['kubernetes.io/service-name=reviews,tier in (x,y),!old', { 'kubernetes.io/service-name': 'reviews', tier: 'x' }, true],
    ['kubernetes.io/service-name=reviews,tier in (x,y),!old', { 'kubernetes.io/service-name': 'reviews', tier: 'z' }, false],
    ['empty=', { empty: '' }, true],
  ])('%s', (text, labels, expected) => {
    expect(parseLabelSelector(text)(object(labels as Record<string, string>))).toBe(expected);
  });

  it.each(['a in b', '=x', 'a b', 'a in (x', '()'])('refuses %s', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(/unable to parse requirement/);
  });
});

describe('parseFieldSelector', () => {
  it.each([
    ['metadata.name=p', true],
    ['metadata.name!=p', false],
    ['metadata.namespace=n,status.phase=Running', true],
    ['status.phase!=Failed', true],
    ['spec.nodeName=', true],
    ['spec.nodeName=x', false],
  ])('%s', (text, expected) => {
    expect(parseFieldSelector(text)(object({}))).toBe(expected);
  });

  it('refuses what is none', () => {
    expect(() => parseFieldSelector('metadata.name')).toThrow(/invalid field selector/);
  });
});
