import { createServer, request } from 'node:http';
import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointSlice, PodAddresses, Service } from '@/lib/model';
import { AddressBook } from '../pods/allocate-address';
import { findEndpoints } from './find-endpoints';
import type { ServiceView } from './find-endpoints';
import { servePodNetwork } from './serve-pod-network';

const service = (name: string, namespace: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { clusterIP: '127.96.7.7', ports: [{ name: 'http', port: 8000, targetPort: 8080 }] },
});

const slice = (name: string, namespace: string, addresses: [address: string, ready: boolean][]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  endpoints: addresses.map(([address, ready]) => ({ addresses: [address], conditions: { ready } })),
  ports: [{ name: 'http', port: 8080 }],
});

describe('findEndpoints', () => {
  const endpoints: [string, boolean][] = [
    ['10.0.0.1', true],
    ['10.0.0.2', false],
  ];
  const view: ServiceView = { services: () => [service('httpbin', 'foo')], slices: () => [slice('httpbin', 'foo', endpoints)] };
  const ready = [{ address: '10.0.0.1', port: 8080 }];

  it.each(['httpbin', 'httpbin.foo', 'httpbin.foo.svc', 'HTTPBIN.foo.svc.cluster.local', '127.96.7.7'])('finds %s', (host) => {
    expect(findEndpoints(view, host, 8000, 'foo')).toEqual(ready);
  });

  it('knows names only as the namespace of the caller does', () => {
    expect(findEndpoints(view, 'httpbin', 8000, 'bar')).toBeUndefined();
    expect(findEndpoints(view, 'example.com', 80, 'foo')).toBeUndefined();
    expect(findEndpoints(view, 'httpbin', 81, 'foo')).toEqual([]);
  });
});

describe('servePodNetwork', () => {
  let book: AddressBook;
  let caller: PodAddresses;
  let server: Server;
  let stop: () => void;

  beforeEach(async () => {
    book = new AddressBook();
    await book.open([]);
    caller = book.claim('caller');
    const callee = book.claim('callee');
    server = createServer((incoming, response) => {
      if (incoming.url === '/break') incoming.socket.destroy();
      else response.end(`${incoming.socket.remoteAddress ?? ''} ${incoming.headers.host ?? ''} ${incoming.url ?? ''}`);
    });
    await new Promise<void>((resolve) => server.listen(8080, callee.podIp, resolve));
    const view = { services: () => [service('httpbin', 'foo')], slices: () => [slice('httpbin', 'foo', [[callee.podIp, true]])] };
    stop = await servePodNetwork(caller, 'legacy', view);
  });

  afterEach(() => {
    stop();
    server.close();
    book.close();
  });

  const get = (url: string) =>
    new Promise<string>((resolve, reject) => {
      const outgoing = request({ host: caller.outboundIp, port: 15_001, path: url, headers: { host: new URL(url).host }, agent: false });
      outgoing.on('response', (reply) => {
        let body = '';
        reply.on('data', (chunk: Buffer) => (body += chunk.toString()));
        reply.on('end', () => resolve(body));
      });
      outgoing.on('error', reject);
      outgoing.end();
    });

  it('leads a service name to an endpoint, from the address of the pod', async () => {
    expect(await get('http://httpbin.foo:8000/ip?a=1')).toBe(`${caller.podIp} httpbin.foo:8000 /ip?a=1`);
  });

  it('breaks when the other side does', async () => {
    await expect(get('http://httpbin.foo:8000/break')).rejects.toThrow();
    await expect(get('http://httpbin.foo:9999/')).rejects.toThrow();
  });
});
