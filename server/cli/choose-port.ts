import { createServer } from 'node:net';
import { HOST_IP } from '@/lib/model';

function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, HOST_IP, () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => {
        resolve(chosen);
      });
    });
  });
}

/** The wanted port of 127.0.0.1 when nobody listens there, else a free one. */
export async function choosePort(wanted: number): Promise<number> {
  const port = (await tryListen(wanted)) ?? (await tryListen(0));
  if (port === undefined) throw new Error('no TCP port is free on 127.0.0.1');
  return port;
}
