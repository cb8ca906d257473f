import { createServer } from 'node:net';
import type { Server } from 'node:net';

/**
 * Listens on an address only to have it: whoever else wants it is refused by the kernel, which gives it back when this process dies.
 * `undefined` when it is taken.
 */
export function holdSocket(address: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, address, () => {
      server.unref();
      resolve(server);
    });
  });
}
