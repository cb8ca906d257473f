/** What a TLS ClientHello says before any key is chosen (RFC 8446 §4.1.2): server name and protocols. */
export interface ClientHello {
  readonly sni: string;
  readonly alpn: readonly string[];
}

/** Not enough bytes yet. */
export const HELLO_INCOMPLETE = 'incomplete';
/** Not a TLS handshake. */
export const HELLO_NONE = 'none';

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const EXTENSION_SERVER_NAME = 0;
const EXTENSION_ALPN = 16;
const MAX_HELLO = 64 * 1024;

/** Reads the first bytes of a connection. */
export function readClientHello(bytes: Buffer): ClientHello | typeof HELLO_INCOMPLETE | typeof HELLO_NONE {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE) return HELLO_NONE;
  if (bytes.length < 3) return HELLO_INCOMPLETE;
  if (bytes[1] !== 3) return HELLO_NONE;
  const message = joinRecords(bytes);
  if (message === null) return HELLO_NONE;
  if (message.length < 4) return HELLO_INCOMPLETE;
  if (message[0] !== CLIENT_HELLO) return HELLO_NONE;
  const length = message.readUIntBE(1, 3);
  if (length > MAX_HELLO) return HELLO_NONE;
  if (message.length < 4 + length) return HELLO_INCOMPLETE;
  return readBody(message.subarray(4, 4 + length));
}

/** A hello may be split over several records. */
function joinRecords(bytes: Buffer): Buffer | null {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 5 <= bytes.length) {
    if (bytes[at] !== HANDSHAKE) return parts.length === 0 ? null : Buffer.concat(parts);
    const length = bytes.readUInt16BE(at + 3);
    parts.push(bytes.subarray(at + 5, Math.min(bytes.length, at + 5 + length)));
    at += 5 + length;
  }
  return parts.length === 1 ? (parts[0] ?? null) : Buffer.concat(parts);
}

function readBody(body: Buffer): ClientHello {
  const hello = { sni: '', alpn: [] as string[] };
  try {
    let at = 34;
    at += 1 + body.readUInt8(at);
    at += 2 + body.readUInt16BE(at);
    at += 1 + body.readUInt8(at);
    if (at + 2 > body.length) return hello;
    const end = at + 2 + body.readUInt16BE(at);
    at += 2;
    while (at + 4 <= end) {
      const type = body.readUInt16BE(at);
      const size = body.readUInt16BE(at + 2);
      const data = body.subarray(at + 4, at + 4 + size);
      if (type === EXTENSION_SERVER_NAME) hello.sni = readServerName(data);
      else if (type === EXTENSION_ALPN) hello.alpn = readProtocols(data);
      at += 4 + size;
    }
  } catch (error) {
    // A field that points past the end: whoever terminates the connection will refuse it.
    if (!(error instanceof RangeError)) throw error;
  }
  return hello;
}

function readServerName(data: Buffer): string {
  if (data.length < 5 || data[2] !== 0) return '';
  return data.toString('latin1', 5, 5 + data.readUInt16BE(3)).toLowerCase();
}

function readProtocols(data: Buffer): string[] {
  const found: string[] = [];
  for (let at = 2; at < data.length;) {
    const size = data.readUInt8(at);
    found.push(data.toString('latin1', at + 1, at + 1 + size));
    at += 1 + size;
  }
  return found;
}
