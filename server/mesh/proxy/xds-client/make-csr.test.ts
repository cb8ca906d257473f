import { createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeKeyAndRequest } from './make-csr';

/** Reads one DER value at an offset: where its content begins and where it ends. */
function readDer(bytes: Buffer, at: number): { tag: number; start: number; end: number } {
  const first = bytes[at + 1] ?? 0;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  const length = extra === 0 ? first : bytes.readUIntBE(at + 2, extra);
  const start = at + 2 + extra;
  return { tag: bytes[at] ?? 0, start, end: start + length };
}

describe('makeKeyAndRequest', () => {
  it('makes a PKCS #10 request that its own key signed', () => {
    const { keyPem, csrPem } = makeKeyAndRequest();
    const bytes = Buffer.from(csrPem.replace(/-----.*-----|\n/g, ''), 'base64');
    const whole = readDer(bytes, 0);
    expect(whole.end).toBe(bytes.length);
    const info = readDer(bytes, whole.start);
    const version = readDer(bytes, info.start);
    const subject = readDer(bytes, version.end);
    const key = readDer(bytes, subject.end);
    const attributes = readDer(bytes, key.end);
    expect([version.tag, subject.tag, subject.end - subject.start, attributes.tag, attributes.end]).toEqual([
      0x02,
      0x30,
      0,
      0xa0,
      info.end,
    ]);
    const publicKey = createPublicKey({ key: bytes.subarray(subject.end, key.end), format: 'der', type: 'spki' });
    expect(publicKey.export({ type: 'spki', format: 'pem' })).toBe(
      createPublicKey(createPrivateKey(keyPem)).export({ type: 'spki', format: 'pem' }),
    );
    const algorithm = readDer(bytes, info.end);
    const signature = readDer(bytes, algorithm.end);
    expect(verify('sha256', bytes.subarray(whole.start, info.end), publicKey, bytes.subarray(signature.start + 1, signature.end))).toBe(
      true,
    );
  });

  it('makes a new key each time', () => {
    expect(makeKeyAndRequest().keyPem).not.toBe(makeKeyAndRequest().keyPem);
  });
});
