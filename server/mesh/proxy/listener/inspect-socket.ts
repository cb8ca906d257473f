import type { Socket } from 'node:net';
import { HELLO_INCOMPLETE, HELLO_NONE, readClientHello } from '../tls/client-hello';

/** What the first bytes of a connection tell. */
export interface Inspection {
  readonly transport: 'tls' | 'raw_buffer';
  readonly serverName: string;
  readonly protocols: readonly string[];
  /** Bytes read so far; they belong to whoever takes the connection. */
  readonly bytes: Buffer;
}

const MAX_INSPECTED = 64 * 1024;
const PREFACE = Buffer.from('PRI * HTTP/2.0', 'latin1');
const METHOD = /^[A-Z]{1,20} /;

/**
 * Reads just enough of an accepted (paused) socket to know how it speaks. `done` gets null when the client went away or, with
 * `closeOnTimeout`, said nothing in time.
 */
export function inspectSocket(socket: Socket, timeoutMs: number, closeOnTimeout: boolean, done: (found: Inspection | null) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const settle = (found: Inspection | null): void => {
    clearTimeout(timer);
    socket.off('readable', onReadable);
    socket.off('error', onGone);
    socket.off('close', onGone);
    socket.off('end', onEnd);
    done(found);
  };
  const timer = timeoutMs > 0 ? setTimeout(() => settle(closeOnTimeout ? null : plain(bytes)), timeoutMs) : undefined;
  const onReadable = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const hello = readClientHello(bytes);
    if (hello === HELLO_INCOMPLETE && bytes.length < MAX_INSPECTED) return;
    if (hello === HELLO_INCOMPLETE || hello === HELLO_NONE) {
      // The start of an HTTP/2 preface may still be coming.
      if (bytes.length < PREFACE.length && PREFACE.subarray(0, bytes.length).equals(bytes)) return;
      settle(plain(bytes));
    } else settle({ transport: 'tls', serverName: hello.sni, protocols: hello.alpn, bytes });
  };
  const onGone = (): void => settle(null);
  const onEnd = (): void => settle(bytes.length === 0 ? null : plain(bytes));
  socket.on('readable', onReadable);
  socket.on('error', onGone);
  socket.on('close', onGone);
  socket.on('end', onEnd);
}

function plain(bytes: Buffer): Inspection {
  return { transport: 'raw_buffer', serverName: '', protocols: plainProtocols(bytes), bytes };
}

/** As Envoy's HTTP inspector names them. */
function plainProtocols(bytes: Buffer): readonly string[] {
  if (bytes.subarray(0, PREFACE.length).equals(PREFACE)) return ['h2c'];
  const start = bytes.toString('latin1', 0, 200);
  if (!METHOD.test(start)) return [];
  return [/ HTTP\/1\.0\r?\n/.test(start) ? 'http/1.0' : 'http/1.1'];
}
