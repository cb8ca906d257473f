import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { choosePort, startOnPorts } from './choose-port';

const open: Server[] = [];

function listenAt(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      open.push(server);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

describe('ports', () => {
  it('are the wanted ones where they are free', async () => {
    const taken = await listenAt(0);
    expect(await choosePort(taken)).not.toBe(taken);
    const free = await choosePort(0);
    expect(await startOnPorts({ api: free, taken }, (ports) => Promise.resolve(ports))).toEqual({
      api: free,
      taken: expect.not.toBeOneOf([taken]) as number,
    });
  });

  it('are chosen anew when another takes one before it is listened at', async () => {
    const tried: number[] = [];
    const port = await startOnPorts({ api: await choosePort(0) }, async ({ api }) => {
      tried.push(api);
      if (tried.length < 3) await listenAt(api);
      try {
        return await listenAt(api);
      } catch (cause) {
        // As rooms of the mesh wrap it.
        throw new Error('cannot start', { cause });
      }
    });
    expect(new Set(tried).size).toBe(3);
    expect(port).toBe(tried[2]);
  });

  it('are not chosen anew for another failure', async () => {
    let starts = 0;
    const start = (): Promise<never> => {
      starts += 1;
      return Promise.reject(new Error('the folder is not writable'));
    };
    await expect(startOnPorts({ api: 0 }, start)).rejects.toThrow('not writable');
    expect(starts).toBe(1);
  });
});
