import { describe, expect, it } from 'vitest';
import { kubernetesKinds } from '@/lib/kinds';
import { objectSchema } from '../schema/field-schema';
import { applyJsonPatch } from './json-patch';
import { mergePatch } from './merge-patch';
import { strategicMergePatch } from './strategic-merge-patch';

const podKind = kubernetesKinds.find((kind) => kind.kind === 'Pod' && kind.group === '');
const schema = podKind && objectSchema(podKind);
const patched = (target: unknown, patch: unknown) => strategicMergePatch({ spec: target }, { spec: patch }, schema);

describe('strategicMergePatch', () => {
  it('merges keyed lists by key and deeper ones too', () => {
    const target = {
      containers: [
        { name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }] },
        { name: 'b', image: 'b:1' },
      ],
    };
    expect(
      patched(target, {
        containers: [
          { name: 'a', env: [{ name: 'Y', value: '2' }] },
          { name: 'c', image: 'c:1' },
        ],
      }),
    ).toEqual({
      spec: {
        containers: [
          {
            name: 'a',
            image: 'a:1',
            env: [
              { name: 'X', value: '1' },
              { name: 'Y', value: '2' },
            ],
          },
          { name: 'b', image: 'b:1' },
          { name: 'c', image: 'c:1' },
        ],
      },
    });
  });

  it('deletes items, replaces lists and maps, and removes fields by null', () => {
    const target = {
      containers: [
        { name: 'a', image: 'a:1' },
        { name: 'b', image: 'b:1' },
      ],
      nodeSelector: { x: '1' },
      hostname: 'h',
    };
    expect(patched(target, { containers: [{ name: 'a', $patch: 'delete' }], hostname: null })).toEqual({
      spec: { containers: [{ name: 'b', image: 'b:1' }], nodeSelector: { x: '1' } },
    });
    expect(
      patched(target, { containers: [{ $patch: 'replace' }, { name: 'z', image: 'z:1' }], nodeSelector: { $patch: 'replace', y: '2' } }),
    ).toEqual({
      spec: { containers: [{ name: 'z', image: 'z:1' }], nodeSelector: { y: '2' }, hostname: 'h' },
    });
  });

  it('orders as it is told, and retains only the keys it is told', () => {
    const target = { containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }], volumes: [{ name: 'v', emptyDir: {} }] };
    expect(patched(target, { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }], containers: [] })).toMatchObject({
      spec: { containers: [{ name: 'c' }, { name: 'b' }, { name: 'a' }] },
    });
    expect(patched(target, { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] })).toMatchObject({
      spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
    });
  });

  it('changes sets by name of the item', () => {
    const target = { metadata: { finalizers: ['a', 'b'] } };
    expect(strategicMergePatch(target, { metadata: { finalizers: ['c'], '$deleteFromPrimitiveList/finalizers': ['a'] } }, schema)).toEqual({
      metadata: { finalizers: ['b', 'c'] },
    });
  });

  it('replaces lists without keys, and refuses items without a key', () => {
    expect(patched({ tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] })).toEqual({ spec: { tolerations: [{ key: 'b' }] } });
    expect(() => patched({ containers: [] }, { containers: [{ image: 'x' }] })).toThrow(/has no "name"/);
    expect(() => patched({}, { $patch: 'explode' })).toThrow(/unknown \$patch directive/);
  });
});

describe('mergePatch', () => {
  it('follows RFC 7396', () => {
    expect(mergePatch({ a: 'b', c: { d: 'e', f: 'g' } }, { a: 'z', c: { f: null } })).toEqual({ a: 'z', c: { d: 'e' } });
    expect(mergePatch({ a: [1, 2] }, { a: [3] })).toEqual({ a: [3] });
    expect(mergePatch('x', { a: { b: null } })).toEqual({ a: {} });
  });
});

describe('applyJsonPatch', () => {
  it('follows RFC 6902 and leaves the target alone', () => {
    const target = { list: [1, 2], name: 'x' };
    expect(
      applyJsonPatch(target, [
        { op: 'add', path: '/list/-', value: 3 },
        { op: 'move', from: '/name', path: '/moved' },
      ]),
    ).toEqual({ list: [1, 2, 3], moved: 'x' });
    expect(target).toEqual({ list: [1, 2], name: 'x' });
    expect(() => applyJsonPatch(target, [{ op: 'remove', path: '/nothing/there' }])).toThrow(/rejected our request/);
    expect(() => applyJsonPatch(target, { op: 'add' })).toThrow(/array of operations/);
  });

  it('does not reach into the prototype', () => {
    expect(() => applyJsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: true }])).toThrow();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
