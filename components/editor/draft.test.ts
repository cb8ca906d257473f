import { describe, expect, it } from 'vitest';
import { meshKinds, objectShape, shapeAt } from '@/lib/kinds';
import type { TextFinding } from '@/lib/validate';
import { applyFix } from './apply-fix';
import { isMoved, kindOfValue, putBack, readEntry, shareSame, startEntry, withText } from './draft-entries';
import { outcomeOf, writtenBy } from './draft-outcome';
import { newValue, sumUp } from './new-value';

const rule = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'reviews', namespace: 'default', resourceVersion: '7', uid: 'u' },
  spec: { host: 'reviews', subsets: [{ name: 'v1' }, { name: 'v2' }] },
};

describe('entries', () => {
  it('begin with the text of the object, without what is the server’s', () => {
    const entry = startEntry(0, { base: rule });
    expect(entry.text).toContain('name: reviews\n  namespace: default\nspec:');
    expect(entry.text).not.toContain('resourceVersion');
    expect(entry.reading).toMatchObject({ name: 'reviews', namespace: 'default', kind: { kind: 'DestinationRule' } });
  });

  it('keep the identity of what an edit does not touch', () => {
    const entry = startEntry(0, { base: rule });
    const next = withText(entry, entry.text.replace('- name: v2', '- name: v3'));
    const subsets = (one: typeof entry) => (one.reading.value as typeof rule).spec.subsets;
    expect(subsets(next)[0]).toBe(subsets(entry)[0]);
    expect(subsets(next)[1]).toEqual({ name: 'v3' });
    expect((next.reading.value as typeof rule).metadata).toBe((entry.reading.value as typeof rule).metadata);
    expect(withText(entry, entry.text)).toBe(entry);
  });

  it('remember their kind while the text cannot be read', () => {
    const entry = withText(startEntry(0, { base: rule }), 'kind: [');
    expect(entry.reading).toMatchObject({ value: undefined, name: 'reviews', kind: { kind: 'DestinationRule' } });
    expect(readEntry('a: 1').kind).toBeUndefined();
    expect(kindOfValue({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' })?.group).toBe('gateway.networking.k8s.io');
  });

  it('share equal parts at any depth', () => {
    const before = { a: [1, { b: 2 }], c: 3 };
    expect(shareSame(before, { a: [1, { b: 2 }], c: 3 })).toBe(before);
    expect((shareSame(before, { a: [1, { b: 2 }], c: 4 }) as typeof before).a).toBe(before.a);
  });
});

describe('outcomeOf', () => {
  const outcome = (...entries: ReturnType<typeof startEntry>[]) => outcomeOf(entries, writtenBy(entries), undefined);

  it('writes what says something else than before', () => {
    const entry = startEntry(0, { base: rule });
    expect(outcome(entry)).toMatchObject({ draft: undefined, isChanged: false, isBroken: false });
    expect(outcome(withText(entry, `${entry.text}# a comment\n`))).toMatchObject({ draft: undefined, isChanged: true });
    const changed = outcome(withText(entry, entry.text.replace('v2', 'v3')));
    expect(changed.draft?.bases).toEqual([rule]);
    expect(changed.draft?.objects).toMatchObject([
      { metadata: { resourceVersion: '7' }, spec: { subsets: [{ name: 'v1' }, { name: 'v3' }] } },
    ]);
  });

  it('writes nothing while a text is broken or has no name', () => {
    const entry = startEntry(0, { base: rule });
    expect(outcome(entry, withText(startEntry(1, { base: null }), 'kind: ['))).toMatchObject({ draft: undefined, isBroken: true });
    expect(outcome(withText(entry, entry.text.replace('name: reviews', "name: ''")))).toMatchObject({ draft: undefined, isBroken: true });
  });

  it('does not make another object of one that is stored', () => {
    const entry = startEntry(0, { base: rule });
    for (const [from, to] of [
      ['name: reviews', 'name: other'],
      ['namespace: default', 'namespace: other'],
      ['  namespace: default\n', ''],
      ['kind: DestinationRule', 'kind: VirtualService'],
    ] as const) {
      const moved = withText(entry, entry.text.replace(from, to));
      expect([isMoved(moved), outcome(moved).draft, outcome(moved).isBroken], from).toEqual([true, undefined, true]);
      const back = withText(moved, putBack(moved));
      expect([isMoved(back), outcome(back).draft], from).toEqual([false, undefined]);
    }
    const copy = withText(startEntry(1, { base: null, yaml: entry.text }), entry.text.replace('name: reviews', 'name: other'));
    expect(outcome(copy).draft).toMatchObject({ objects: [{ metadata: { name: 'other' } }], bases: [] });
  });

  it('counts findings', () => {
    const finding = (severity: TextFinding['severity']) => ({ severity }) as TextFinding;
    const entry = startEntry(0, { base: rule });
    const found = outcomeOf([entry], writtenBy([entry]), [[finding('error'), finding('warning'), finding('warning')]]);
    expect(found).toMatchObject({ errors: 1, warnings: 2 });
  });
});

describe('applyFix', () => {
  const text = 'spec:\n  http:\n  - timout: 3s # three\n    route: []\n';
  it('renames, replaces, adds and removes in place', () => {
    expect(applyFix(text, [{ op: 'move', from: '/spec/http/0/timout', path: '/spec/http/0/timeout' }])).toBe(
      text.replace('timout', 'timeout'),
    );
    expect(applyFix(text, [{ op: 'replace', path: '/spec/http/0/timout', value: '9s' }])).toBe(text.replace('3s', '9s'));
    expect(applyFix(text, [{ op: 'remove', path: '/spec/http/0/route' }])).toBe(text.replace('    route: []\n', ''));
    expect(applyFix(text, [{ op: 'add', path: '/spec/http/-', value: { a: 1 } }])).toBe(`${text}  - a: 1\n`);
  });
});

describe('newValue', () => {
  it('begins with what the layout says, else with the least', () => {
    const kind = meshKinds.find((one) => one.kind === 'VirtualService');
    if (kind === undefined) throw new Error('no VirtualService');
    const shape = (...path: (string | number)[]) => shapeAt(objectShape(kind), ['spec', ...path]) ?? { type: 'any' as const };
    expect(newValue(shape('http', 0), ['http', 0], kind.form)).toEqual({ route: [{ destination: { host: '' } }] });
    expect(newValue(shape('http', 0, 'mirror'), ['http', 0, 'mirror'], kind.form)).toEqual({ host: '' });
    expect(newValue(shape('http', 0, 'timeout'), ['http', 0, 'timeout'], kind.form)).toBe('5s');
    expect(newValue(shape('http', 0, 'directResponse'), ['http', 0, 'directResponse'], kind.form)).toEqual({ status: 503 });
  });

  it('sums a value up', () => {
    expect(sumUp({ match: [{ uri: { prefix: '/api' } }], route: [{ destination: { host: 'a', subset: 'v1' }, weight: 90 }] })).toBe(
      'prefix /api · route a · subset v1 · weight 90',
    );
    expect(sumUp({})).toBe('');
  });
});
