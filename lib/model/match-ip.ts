import { HeddleError } from '@/lib/errors';

/** A range as Envoy writes it. */
interface CidrRange {
  readonly address_prefix: string;
  readonly prefix_len?: { readonly value: number } | undefined;
}

/** An IP address as 32-bit words: one for IPv4, four for IPv6. Made once per connection. */
export interface IpAddress {
  readonly text: string;
  readonly words: readonly number[];
}

export interface IpRange {
  readonly words: readonly number[];
  readonly prefixLength: number;
}

/** Parses an IPv4 or IPv6 address; null when it is neither. An IPv4-mapped IPv6 address becomes IPv4. */
export function parseIp(text: string): IpAddress | null {
  const words = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  if (words === null) return null;
  const mapped = words.length === 4 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return { text, words: mapped ? words.slice(3) : words };
}

function parseIpv4(text: string): number[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return null;
  const bytes = match.slice(1).map(Number);
  if (bytes.some((byte) => byte > 255)) return null;
  return [bytes.reduce((word, byte) => word * 256 + byte, 0)];
}

function parseIpv6(text: string): number[] | null {
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = embedded ? parseIpv4(embedded[2] ?? '') : null;
  if (embedded && tail === null) return null;
  const word = tail?.[0] ?? 0;
  const hex = embedded ? `${embedded[1] ?? ''}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}` : text;
  const halves = hex.split('::');
  if (halves.length > 2) return null;
  const [head, last] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - (head?.length ?? 0) - (last?.length ?? 0);
  if (last === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...(head ?? []), ...Array.from({ length: missing }, () => '0'), ...(last ?? [])];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null;
  const parts = groups.map((group) => parseInt(group, 16));
  return [0, 2, 4, 6].map((at) => (parts[at] ?? 0) * 65536 + (parts[at + 1] ?? 0));
}

/** Compiles a range. Throws `invalid_config` for something that is not an address. */
export function compileCidr(range: CidrRange): IpRange {
  const address = parseIp(range.address_prefix);
  if (address === null) throw new HeddleError('invalid_config', `${JSON.stringify(range.address_prefix)} is not an IP address.`);
  return { words: address.words, prefixLength: Math.min(range.prefix_len?.value ?? 0, address.words.length * 32) };
}

export function isInRange(range: IpRange, address: IpAddress): boolean {
  if (range.words.length !== address.words.length) return false;
  let bits = range.prefixLength;
  for (let at = 0; bits > 0; at++, bits -= 32) {
    const shift = 2 ** Math.max(0, 32 - bits);
    if (Math.floor((range.words[at] ?? 0) / shift) !== Math.floor((address.words[at] ?? 0) / shift)) return false;
  }
  return true;
}
