import net from 'node:net';
import { SocketConnection, sharedReadBuffer } from './socket-connection';

/**
 * Accepted sockets take no `onread` option, though reading into one shared buffer is worth 15 to 20 % of a request. So an accepted socket's
 * handle is moved into a new socket that was made with `onread`. This file is the only one that knows; `selfTestAccept` tries it once at
 * start, and when it does not work on this Node, ordinary `data` sockets are used.
 */
interface SocketInternals {
  _handle: unknown;
}

let rewrapWorks = true;

/** Turns a freshly accepted (paused) socket into a connection that reads as soon as `resume` is called. */
export function acceptSocket(socket: net.Socket): SocketConnection {
  if (!rewrapWorks) return new SocketConnection(socket, 'data');
  return rewrap(socket);
}

function rewrap(socket: net.Socket): SocketConnection {
  const handle = (socket as unknown as SocketInternals)._handle;
  if (handle === null || typeof handle !== 'object') return new SocketConnection(socket, 'data');
  (socket as unknown as SocketInternals)._handle = null;
  let connection: SocketConnection | undefined;
  const options = {
    handle,
    allowHalfOpen: true,
    pauseOnCreate: true,
    onread: {
      buffer: sharedReadBuffer,
      callback: (length: number): boolean => {
        connection?.receive(sharedReadBuffer, length);
        return true;
      },
    },
  };
  const moved = new net.Socket(options as net.SocketConstructorOpts);
  connection = new SocketConnection(moved, 'onread');
  return connection;
}

/** Echoes a few bytes and a half-close over loopback through a rewrapped socket; remembers whether that worked. */
export async function selfTestAccept(): Promise<boolean> {
  rewrapWorks = await new Promise<boolean>((resolve) => {
    const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
    let client: net.Socket | undefined;
    const finish = (works: boolean): void => {
      clearTimeout(timer);
      client?.destroy();
      server.close();
      resolve(works);
    };
    const timer = setTimeout(() => finish(false), 1000);
    server.on('error', () => finish(false));
    server.on('connection', (socket) => {
      try {
        const connection = rewrap(socket);
        connection.owner = {
          onData: (self, bytes, start, end) => self.sendBuffer(Buffer.from(bytes.subarray(start, end))),
          onPeerEnd: (self) => self.end(),
          onDrain() {},
          onClose() {},
        };
        connection.resume();
      } catch {
        finish(false);
      }
    });
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return finish(false);
      let heard = '';
      client = net.connect({ port: address.port, host: '127.0.0.1' });
      client.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
      client.on('end', () => finish(heard === 'heddle'));
      client.on('error', () => finish(false));
      client.end('heddle');
    });
  });
  return rewrapWorks;
}
