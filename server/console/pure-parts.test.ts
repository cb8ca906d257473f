import { describe, expect, it } from 'vitest';
import type { AnyKubeObject } from '@/server/kube';
import { splitOf } from './check-convergence';
import { cleanObject, otherOwners } from './draft-object';
import { mergeThreeWay } from './merge-three-way';
import { readSplit } from './observe-split';
import { readTags } from './search-traces';

describe('mergeThreeWay', () => {
  const base = { spec: { hosts: ['a'], http: [1], gateways: ['g'] }, metadata: { labels: { x: '1' } } };

  it('puts changes of both sides together', () => {
    const mine = { ...base, spec: { ...base.spec, http: [2] } };
    const theirs = { ...base, metadata: { labels: { x: '1', y: '2' } } };
    expect(mergeThreeWay(base, mine, theirs)).toEqual({
      merged: { spec: { hosts: ['a'], http: [2], gateways: ['g'] }, metadata: { labels: { x: '1', y: '2' } } },
      conflicts: [],
      paths: [],
    });
  });

  it('names the fields both changed differently, and not those both changed alike', () => {
    const mine = { ...base, spec: { hosts: ['a'], http: [2], gateways: ['h'] } };
    const theirs = { ...base, spec: { hosts: ['a'], http: [3], gateways: ['h'] } };
    expect(mergeThreeWay(base, mine, theirs).conflicts).toEqual(['spec.http']);
  });

  it('keeps removals, and sees a removal against a change', () => {
    const { gateways: _gateways, ...less } = base.spec;
    expect(mergeThreeWay(base, { ...base, spec: less }, base).merged).toEqual({ ...base, spec: less });
    expect(mergeThreeWay(base, base, { ...base, spec: less }).merged).toEqual({ ...base, spec: less });
    const theirs = { ...base, spec: { ...base.spec, gateways: ['other'] } };
    expect(mergeThreeWay(base, { ...base, spec: less }, theirs).conflicts).toEqual(['spec.gateways']);
  });

  it('without a base takes what only one side has', () => {
    expect(mergeThreeWay(null, { a: 1, b: 2 }, { a: 1, c: 3 })).toEqual({
      merged: { a: 1, b: 2, c: 3 },
      conflicts: [],
      paths: [],
    });
    expect(mergeThreeWay(null, { a: 1 }, { a: 2 }).conflicts).toEqual(['a']);
  });
});

describe('mergeThreeWay of lists', () => {
  const rules = (...timeouts: string[]) => ({ spec: { http: timeouts.map((timeout) => ({ timeout })) } });

  it('merges rules one by one while there are as many, and names the one that conflicts', () => {
    expect(mergeThreeWay(rules('1s', '1s'), rules('2s', '1s'), rules('1s', '3s'))).toMatchObject({ merged: rules('2s', '3s'), paths: [] });
    expect(mergeThreeWay(rules('1s', '1s'), rules('1s', '2s'), rules('1s', '3s'))).toMatchObject({
      conflicts: ['spec.http[1].timeout'],
      paths: [['spec', 'http', 1, 'timeout']],
    });
  });

  it('takes a list whole when its length changes', () => {
    expect(mergeThreeWay(rules('1s'), rules('2s'), rules('1s', '3s')).conflicts).toEqual(['spec.http']);
  });
});

describe('otherOwners', () => {
  const current = (manager: string, fieldsV1: Record<string, unknown>, subresource?: string): AnyKubeObject => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      name: 'a',
      namespace: 'b',
      managedFields: [{ manager, operation: 'Apply', fieldsV1, ...(subresource === undefined ? {} : { subresource }) }],
    },
    spec: { hosts: ['a'], http: [{ timeout: '1s' }] },
  });
  const draft = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'a', namespace: 'b' },
    spec: { hosts: ['a'], http: [{ timeout: '2s' }] },
  };
  const http = { 'f:spec': { 'f:http': {} } };

  it('names the manager of a field that changes', () => {
    expect(otherOwners(current('argocd-controller', http), draft)).toEqual([
      {
        ref: { group: 'networking.istio.io', version: 'v1', kind: 'VirtualService', namespace: 'b', name: 'a' },
        manager: 'argocd-controller',
        operation: 'Apply',
        fields: ['spec.http'],
        role: 'gitops',
      },
    ]);
  });

  it.each([
    ['kubectl', current('kubectl-client-side-apply', http)],
    ['heddle', current('heddle', http)],
    ['a field that stays', current('argocd-controller', { 'f:spec': { 'f:hosts': {} } })],
    ['the status', current('istiod', { 'f:status': {} }, 'status')],
  ])('does not ask about %s', (_, object) => expect(otherOwners(object, draft)).toEqual([]));
});

it('cleans objects of bookkeeping and of the copy kubectl keeps', () => {
  const object: AnyKubeObject = {
    apiVersion: 'v1',
    kind: 'X',
    metadata: {
      name: 'a',
      uid: 'u',
      resourceVersion: '1',
      generation: 3,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', keep: 'it' },
    },
    spec: {},
    status: {},
  };
  expect(cleanObject(object)).toEqual({ apiVersion: 'v1', kind: 'X', metadata: { name: 'a', annotations: { keep: 'it' } }, spec: {} });
});

describe('asked against observed', () => {
  const rows = (reporter: string, counts: Record<string, number>) =>
    Object.entries(counts).map(([version, value]) => ({ labels: { reporter, destination_canonical_revision: version }, value }));
  const asked = [
    { subset: 'v1', version: 'v1', weight: 90 },
    { subset: 'v2', version: 'v2', weight: 10 },
  ];
  const verdict = (counts: Record<string, number>) =>
    splitOf({ namespace: 'n', name: 's' }, asked, readSplit(rows('source', counts)), 60).verdict;

  it.each([
    [{ v1: 900, v2: 100 }, 'as_asked'],
    [{ v1: 880, v2: 120 }, 'as_asked'],
    [{ v1: 500, v2: 500 }, 'differs'],
    [{ v1: 9, v2: 1 }, 'not_enough_evidence'],
    [{ v1: 900, v2: 100, unknown: 500 }, 'as_asked'],
    [{}, 'not_enough_evidence'],
  ])('%j: %s', (counts, outcome) => expect(verdict(counts)).toBe(outcome));

  it('believes the source before the destination', () => {
    expect([...readSplit([...rows('destination', { v1: 1 }), ...rows('source', { v1: 7 })])]).toEqual([['v1', 7]]);
    expect([...readSplit(rows('destination', { v1: 1 }))]).toEqual([['v1', 1]]);
  });
});

describe('readTags', () => {
  it.each([
    ['', {}],
    ['http.status_code=500 error=true', { 'http.status_code': '500', error: 'true' }],
    ['name="two words" x="say \\"hi\\""', { name: 'two words', x: 'say "hi"' }],
    ['a= b=c', { a: '', b: 'c' }],
    ['url=http://a/?b=c', { url: 'http://a/?b=c' }],
  ])('%s', (text, tags) => expect(readTags(text)).toEqual(tags));

  it.each(['nonsense', 'a=b c', '=x', 'a="unclosed'])('refuses %s', (text) => expect(() => readTags(text)).toThrow(/key=value/));
});
