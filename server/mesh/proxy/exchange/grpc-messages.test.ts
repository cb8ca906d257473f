import { expect, it } from 'vitest';
import { GrpcMessages, MessageCounter } from './grpc-messages';

function framed(...sizes: number[]): Buffer {
  return Buffer.concat(
    sizes.map((size) => {
      const message = Buffer.alloc(5 + size, 255);
      message.writeUInt32BE(size, 1);
      return message;
    }),
  );
}

it.each([1, 2, 3, 4, 5, 6, 7, 300, 10_000])('counts messages that come in pieces of %s bytes', (piece) => {
  const bytes = framed(0, 1, 4, 5, 300, 0);
  const counter = new MessageCounter();
  for (let at = 0; at < bytes.length; at += piece) counter.count(bytes, at, Math.min(bytes.length, at + piece));
  expect(counter.take()).toBe(6);
  expect(counter.take()).toBe(0);
});

it('counts a message before all of it has come, and no half prefix', () => {
  const bytes = framed(70_000, 2);
  const counter = new MessageCounter();
  counter.count(bytes, 0, 4);
  expect(counter.take()).toBe(0);
  counter.count(bytes, 4, 6);
  expect(counter.take()).toBe(1);
  counter.count(bytes, 6, bytes.length);
  expect(counter.take()).toBe(1);
});

it('says once per interval that it is time to tell', () => {
  const messages = new GrpcMessages(1000);
  expect([2000, 5999, 6000, 6001, 10_999, 11_000].map((now) => messages.isDue(now))).toEqual([false, false, true, false, false, true]);
});
