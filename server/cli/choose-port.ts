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

const attempts = 8;

/**
 * Starts what listens on ports: the wanted ones of 127.0.0.1 where nobody does, else free ones. Chosen anew when another process takes
 * one between the choice and the listening.
 * @param wanted ports by name; 0 is any
 * @param start must leave nothing behind when it fails
 */
export async function startOnPorts<Name extends string, Started>(
  wanted: Readonly<Record<Name, number>>,
  start: (ports: Record<Name, number>) => Promise<Started>,
): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    const ports: Record<Name, number> = { ...wanted };
    // One after the other: two that are chosen at once may be the same.
    for (const name of Object.keys(wanted) as Name[]) ports[name] = await choosePort(wanted[name]);
    try {
      return await start(ports);
    } catch (error) {
      if (attempt === attempts || !isPortTaken(error)) throw error;
    }
  }
}

/** Rooms wrap what `listen` says, and what comes from a worker thread is but its text. */
function isPortTaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'EADDRINUSE') || error.message.includes('EADDRINUSE') || isPortTaken(error.cause);
}
