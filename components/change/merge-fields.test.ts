import { expect, it } from 'vitest';
import type { MergeConflict } from '@/lib/contract';
import { chooseSides, fieldText, valueAt, withValue } from './merge-fields';

const object = (timeout: string) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'a', namespace: 'b' },
  spec: { http: [{ timeout: '1s' }, { timeout }] },
});
const ref = { group: 'networking.istio.io', version: 'v1', kind: 'VirtualService', namespace: 'b', name: 'a' };
const path = ['spec', 'http', 1, 'timeout'];
const conflict: MergeConflict = {
  ref,
  base: object('1s'),
  mine: object('2s'),
  theirs: object('3s'),
  fields: ['spec.http[1].timeout'],
  paths: [path],
  combined: object('2s'),
  merged: null,
};

it('makes of each choice what it says', () => {
  expect(chooseSides(conflict, ['mine'])).toEqual(object('2s'));
  expect(chooseSides(conflict, ['theirs'])).toEqual(object('3s'));
});

it('takes a field away that the chosen side does not have', () => {
  const gone = { ...object('3s'), spec: { http: [{ timeout: '1s' }, {}] } };
  expect(chooseSides({ ...conflict, theirs: gone }, ['theirs'])).toEqual(gone);
});

it('chooses between an object and none', () => {
  expect(chooseSides({ ...conflict, mine: null, combined: null, paths: [[]] }, ['mine'])).toBeNull();
  expect(chooseSides({ ...conflict, mine: null, combined: null, paths: [[]] }, ['theirs'])).toEqual(object('3s'));
});

it('reads and writes by path without touching what it is given', () => {
  const before = object('1s');
  expect(valueAt(withValue(before, path, '9s'), path)).toBe('9s');
  expect(before).toEqual(object('1s'));
  expect(fieldText(path)).toBe('spec.http[1].timeout');
});
