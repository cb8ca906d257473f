import { describe, expect, it } from 'vitest';
import { decodeKubernetesProtobuf } from './decode-object';

type Value = string | number | Buffer;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
function message(...fields: [number, Value][]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [varint(number << 3), varint(value)];
      const bytes = Buffer.from(value);
      return [varint((number << 3) | 2), varint(bytes.length), bytes];
    }),
  );
}
const body = (apiVersion: string, kind: string, raw: Buffer) =>
  Buffer.concat([Buffer.from('k8s\0'), message([1, message([1, apiVersion], [2, kind])], [2, raw])]);

describe('decodeKubernetesProtobuf', () => {
  it('reads maps, bytes, and leaves out what is empty', () => {
    const metadata = message([1, 'cm'], [2, ''], [3, 'default'], [7, 0], [11, message([1, 'app'], [2, 'x'])]);
    const raw = message(
      [1, metadata],
      [2, message([1, 'a'], [2, 'b'])],
      [2, message([1, 'empty'], [2, ''])],
      [3, message([1, 'bin'], [2, Buffer.from([0, 255])])],
    );
    expect(decodeKubernetesProtobuf(body('v1', 'ConfigMap', raw))).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'cm', namespace: 'default', labels: { app: 'x' } },
      data: { a: 'b', empty: '' },
      binaryData: { bin: 'AP8=' },
    });
  });

  it('keeps zeros that are values and drops zeros that are not', () => {
    const spec = message([1, 0], [5, 0], [7, 0]);
    expect(decodeKubernetesProtobuf(body('apps/v1', 'Deployment', message([2, spec])))).toMatchObject({ spec: { replicas: 0 } });
    expect(decodeKubernetesProtobuf(body('apps/v1', 'Deployment', message([2, spec])))['spec']).not.toHaveProperty('minReadySeconds');
  });

  it('merges embedded messages into their owner and reads int-or-string', () => {
    const port = message([1, 'http'], [3, 80], [4, message([1, 1], [2, 0], [3, 'web'])]);
    expect(decodeKubernetesProtobuf(body('v1', 'Service', message([2, message([1, port])])))).toMatchObject({
      spec: { ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
    });
    const env = message([1, 'X'], [3, message([4, message([1, message([1, 'secret'])], [2, 'key'])])]);
    const pod = message([2, message([2, message([1, 'c'], [7, env])])]);
    expect(decodeKubernetesProtobuf(body('v1', 'Pod', pod))).toMatchObject({
      spec: { containers: [{ name: 'c', env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'secret', key: 'key' } } }] }] },
    });
  });

  it('refuses what it would read only in part', () => {
    expect(() => decodeKubernetesProtobuf(body('v1', 'ResourceQuota', message([1, message([1, 'q'])])))).toThrow(
      /ResourceQuota of v1 is not accepted as protobuf; send it as JSON or YAML/,
    );
    expect(() => decodeKubernetesProtobuf(body('v1', 'ConfigMap', message([99, 'what'])))).toThrow(/ConfigMap: field 99 is not accepted/);
    expect(decodeKubernetesProtobuf(body('v1', 'ConfigMap', message([99, ''])))).toEqual({ apiVersion: 'v1', kind: 'ConfigMap' });
  });

  it('survives hostile bytes', () => {
    const good = body('v1', 'ConfigMap', message([1, message([1, 'cm'])], [2, message([1, 'a'], [2, 'b'])]));
    for (let cut = 0; cut < good.length; cut++) {
      try {
        decodeKubernetesProtobuf(good.subarray(0, cut));
      } catch (error) {
        expect(error).toMatchObject({ name: 'HeddleError' });
      }
    }
    expect(() => decodeKubernetesProtobuf(Buffer.from('{"kind":"x"}'))).toThrow(/does not begin with k8s/);
    expect(() => decodeKubernetesProtobuf(Buffer.concat([Buffer.from('k8s\0'), Buffer.alloc(20, 0xff)]))).toThrow(/more than 64 bits/);
  });
});
