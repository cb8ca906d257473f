import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { sendText, serveHttp } from '../serve-http';

const handshakeSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** An unmasked frame, as a server sends it (RFC 6455 §5.2). */
export function encodeFrame(kind: number, payload: Buffer): Buffer {
  const size = payload.length;
  const head = size < 126 ? Buffer.alloc(2) : size < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  head[0] = 0x80 | kind;
  if (size < 126) {
    head[1] = size;
  } else if (size < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(size, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, payload]);
}

/** The first whole client frame in `buffer`, or `undefined` while it is incomplete. */
export function decodeFrame(buffer: Buffer): { kind: number; payload: Buffer; size: number } | undefined {
  if (buffer.length < 2) return undefined;
  const kind = buffer.readUInt8(0) & 0x0f;
  const masked = (buffer.readUInt8(1) & 0x80) !== 0;
  let length = buffer.readUInt8(1) & 0x7f;
  let offset = 2;
  if (length === 126 || length === 127) {
    const bytes = length === 126 ? 2 : 8;
    if (buffer.length < offset + bytes) return undefined;
    length = bytes === 2 ? buffer.readUInt16BE(offset) : Number(buffer.readBigUInt64BE(offset));
    offset += bytes;
  }
  const mask = masked ? buffer.subarray(offset, offset + 4) : undefined;
  if (masked) offset += 4;
  if (buffer.length < offset + length) return undefined;
  const payload = Buffer.from(buffer.subarray(offset, offset + length));
  if (mask !== undefined) for (let index = 0; index < length; index += 1) payload[index] = (payload[index] ?? 0) ^ (mask[index % 4] ?? 0);
  return { kind, payload, size: offset + length };
}

function talk(socket: Duplex, everyone: Set<Duplex>): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let frame = decodeFrame(pending); frame !== undefined; frame = decodeFrame(pending)) {
      pending = pending.subarray(frame.size);
      if (frame.kind === opcode.close) socket.end(encodeFrame(opcode.close, frame.payload));
      else if (frame.kind === opcode.ping) socket.write(encodeFrame(opcode.pong, frame.payload));
      else if (frame.kind === opcode.text || frame.kind === opcode.binary) {
        // A chat: what one says, all hear, the speaker too.
        const message = encodeFrame(frame.kind, frame.payload);
        for (const listener of everyone) listener.write(message);
      }
    }
  });
  socket.on('close', () => everyone.delete(socket));
  socket.on('error', () => socket.destroy());
}

/** A WebSocket chat at `/ws` in the place of the tornado sample: a message goes to every connection. */
export async function startWebsocketEcho(): Promise<void> {
  const everyone = new Set<Duplex>();
  const server = await serveHttp(8888, (_request, response) => {
    sendText(response, 200, '<!doctype html><title>WebSocket</title><p>A WebSocket answers at <code>/ws</code>.</p>', {
      'content-type': 'text/html; charset=utf-8',
    });
  });
  server.on('upgrade', (request, socket: Duplex) => {
    const key = request.headers['sec-websocket-key'];
    if (key === undefined) {
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
      return;
    }
    const accept = createHash('sha1')
      .update(key + handshakeSuffix)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    everyone.add(socket);
    talk(socket, everyone);
  });
}
