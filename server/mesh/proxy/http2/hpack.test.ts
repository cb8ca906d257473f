import { describe, expect, it } from 'vitest';
import { HeaderEntry, internEntry } from './header-entry';
import { CompressionError, HpackDecoder } from './hpack-decoder';
import { HpackEncoder } from './hpack-encoder';

function fields(entries: readonly HeaderEntry[]): string[] {
  return entries.map((entry) => `${entry.name}: ${entry.value}`);
}

function decode(decoder: HpackDecoder, hex: string): string[] {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const out: HeaderEntry[] = [];
  decoder.decode(bytes, 0, bytes.length, out, 65536);
  return fields(out);
}

describe('HPACK', () => {
  it('decodes the requests of RFC 7541 appendix C.4 (Huffman, one dynamic table)', () => {
    const decoder = new HpackDecoder();
    expect(decode(decoder, '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff')).toEqual([
      ':method: GET',
      ':scheme: http',
      ':path: /',
      ':authority: www.example.com',
    ]);
    expect(decode(decoder, '8286 84be 5886 a8eb 1064 9cbf')).toEqual([
      ':method: GET',
      ':scheme: http',
      ':path: /',
      ':authority: www.example.com',
      'cache-control: no-cache',
    ]);
    expect(decode(decoder, '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf')).toEqual([
      ':method: GET',
      ':scheme: https',
      ':path: /index.html',
      ':authority: www.example.com',
      'custom-key: custom-value',
    ]);
  });

  it('encodes what it decodes, with indexes for fields seen before', () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    const entries = [
      internEntry(':method', 'POST'),
      internEntry(':path', '/a.B/C'),
      internEntry('content-type', 'application/grpc'),
      new HeaderEntry('x-request-id', 'one', true),
    ];
    let first = 0;
    for (let round = 0; round < 300; round++) {
      const block = Buffer.alloc(1024);
      let end = encoder.begin(block, 0);
      const all = [...entries, internEntry('x-round', String(round))];
      for (const entry of all) end = encoder.put(entry, block, end);
      const out: HeaderEntry[] = [];
      decoder.decode(block, 0, end, out, 65536);
      expect(fields(out)).toEqual(fields(all));
      if (round === 0) first = end;
    }
    expect(first).toBeGreaterThan(40);
  });

  it('refuses bad blocks', () => {
    for (const hex of ['80', 'ff ff ff ff ff ff', '7f', '3f e2 1f', '00 85', '41 81 ff']) {
      expect(() => decode(new HpackDecoder(), hex), hex).toThrow(CompressionError);
    }
  });

  it('counts a list that is too long without keeping it', () => {
    const out: HeaderEntry[] = [];
    const bytes = Buffer.from('82'.repeat(1000), 'hex');
    const size = new HpackDecoder().decode(bytes, 0, bytes.length, out, 500);
    expect(size).toBe(1000 * (':method'.length + 3 + 32));
    expect(out.length).toBe(11);
  });
});
