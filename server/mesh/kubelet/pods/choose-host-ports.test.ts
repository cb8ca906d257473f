import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Pod } from '@/lib/model';
import { chooseHostPorts, hostPortsAnnotation, releaseHostPorts } from './choose-host-ports';

const uids = ['one', 'two'];
afterEach(() => {
  for (const uid of uids) releaseHostPorts(uid);
});

function pod(uid: string, hostPort: number, annotations: Record<string, string> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: uid, namespace: 'default', uid, annotations },
    spec: { containers: [{ name: 'web', ports: [{ containerPort: 80, hostPort }] }] },
  };
}

async function listen(port = 0): Promise<{ port: number; close: () => Promise<unknown> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  let closed = false;
  const close = () => (closed ? Promise.resolve() : new Promise((resolve) => ((closed = true), server.close(resolve))));
  onTestFinished(async () => void (await close()));
  return { port: (server.address() as AddressInfo).port, close };
}

describe('ports of 127.0.0.1 for a pod', () => {
  it('are the wanted ones where they are free, those of an earlier run else, and any at last', async () => {
    const [free, taken, earlier] = [await listen(), await listen(), await listen()];
    await free.close();
    await earlier.close();
    expect(await chooseHostPorts(pod('one', free.port))).toEqual({ 80: free.port });
    const again = { [hostPortsAnnotation]: JSON.stringify({ 80: earlier.port }) };
    expect(await chooseHostPorts(pod('two', taken.port, again))).toEqual({ 80: earlier.port });
    const any = (await chooseHostPorts(pod('two', taken.port)))['80'];
    expect(any).toBeGreaterThan(1023);
    expect([taken.port, free.port]).not.toContain(any);
  });

  it("are nobody else's from the choice on, though nothing listens there yet, until they are released", async () => {
    const { port, close } = await listen();
    await close();
    expect(await chooseHostPorts(pod('one', port))).toEqual({ 80: port });
    expect((await chooseHostPorts(pod('two', port)))['80']).not.toBe(port);
    releaseHostPorts('one');
    expect(await chooseHostPorts(pod('two', port))).toEqual({ 80: port });
    // The proxy itself finds the port free.
    expect((await listen(port)).port).toBe(port);
  });
});
