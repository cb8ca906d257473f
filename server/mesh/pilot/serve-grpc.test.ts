import { Client, Metadata, credentials, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { connect } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveGrpc } from './serve-grpc';
import type { GrpcCall, GrpcServer } from './serve-grpc';

const same = (bytes: Buffer): Buffer => bytes;

let server: GrpcServer;
let client: Client;

beforeEach(async () => {
  const methods = {
    '/test.Echo/Once': (call: GrpcCall) => ({
      onMessage(bytes: Buffer) {
        call.send(Buffer.concat([bytes, Buffer.from(call.header('x-more'))]));
        call.end();
      },
      onEnd: () => {},
      onClose: () => {},
    }),
    '/test.Echo/Refuse': (call: GrpcCall) => ({
      onMessage: () => call.end({ code: status.PERMISSION_DENIED, details: 'no: 100 % sure, é' }),
      onEnd: () => {},
      onClose: () => {},
    }),
  };
  server = await serveGrpc(methods, '127.0.0.1', 0);
  client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
});

afterEach(async () => {
  client.close();
  await server.stop();
});

function ask(path: string, request: Buffer, metadata = new Metadata()): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, same, same, request, metadata, (error: ServiceError | null, answer?: Buffer) =>
      error === null ? resolve(answer ?? Buffer.alloc(0)) : reject(error),
    );
  });
}

/** A body sent as it is; resolves to the status of HTTP and of gRPC. */
function post(body: Buffer, contentType = 'application/grpc'): Promise<[number, string]> {
  const session = connect(`http://127.0.0.1:${server.port}`);
  const stream = session.request({ ':method': 'POST', ':path': '/test.Echo/Once', 'content-type': contentType });
  stream.end(body);
  return new Promise((resolve) => {
    stream.on('response', (headers) => resolve([Number(headers[':status']), String(headers['grpc-status'] ?? '')]));
    stream.on('close', () => session.destroy());
    stream.resume();
  });
}

describe('serveGrpc', () => {
  it('hands over messages and headers, also a message of many frames', async () => {
    const metadata = new Metadata();
    metadata.set('x-more', '!');
    const large = Buffer.alloc(3_000_000, 'x');
    expect((await ask('/test.Echo/Once', large, metadata)).equals(Buffer.concat([large, Buffer.from('!')]))).toBe(true);
    expect((await ask('/test.Echo/Once', Buffer.alloc(0), metadata)).toString()).toBe('!');
  });

  it('ends a call with code and details, whatever signs they have', async () => {
    await expect(ask('/test.Echo/Refuse', Buffer.from('x'))).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      details: 'no: 100 % sure, é',
    });
  });

  it('knows no other method', async () => {
    await expect(ask('/test.Echo/Twice', Buffer.from('x'))).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    await expect(ask('/toString', Buffer.from('x'))).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  });

  it('refuses messages that are compressed or too large, and what is not gRPC', async () => {
    expect(await post(Buffer.from([1, 0, 0, 0, 1, 0]))).toEqual([200, String(status.UNIMPLEMENTED)]);
    expect(await post(Buffer.from([0, 0xff, 0, 0, 0]))).toEqual([200, String(status.RESOURCE_EXHAUSTED)]);
    expect(await post(Buffer.from('{}'), 'application/json')).toEqual([415, '']);
  });
});
