import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { readClock } from './clock';
import type { Connection, ConnectionOwner, PeerTls } from './connection';
import { noOwner } from './connection';
import { dropOutput, flushOutput, recycleScratch, replaceScratch, scratchView } from './output';

/** All plain sockets read into this one buffer: bytes are consumed before the next read, so nothing is allocated per read. */
export const sharedReadBuffer = Buffer.allocUnsafeSlow(65536);

/** Written behind what a socket could not take at once, to hear when that is done. */
const nothing = Buffer.alloc(0);

interface KeptScratch {
  write: number;
  scratch: ReturnType<typeof replaceScratch>;
}

/** A connection on a socket of Node, plain or TLS. */
export class SocketConnection implements Connection {
  owner: ConnectionOwner = noOwner;
  closed = false;
  blocked = false;
  tls: PeerTls | null = null;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly socket: Socket | TLSSocket;
  /** TLS writes never end at once. Those of a plain socket mostly do, and without a callback they cost no tick of their own. */
  private readonly writesLinger: boolean;
  private closing = false;
  private writesIssued = 0;
  private writesDone = 0;
  private readonly kept: KeptScratch[] = [];

  /** @param reading 'onread': the socket was made with `onread` and calls `receive`; 'data': listen for chunks. */
  constructor(socket: Socket | TLSSocket, reading: 'onread' | 'data') {
    this.socket = socket;
    this.writesLinger = 'encrypted' in socket;
    this.remoteAddress = plainAddress(socket.remoteAddress);
    this.remotePort = socket.remotePort ?? 0;
    this.localAddress = plainAddress(socket.localAddress);
    this.localPort = socket.localPort ?? 0;
    if (reading === 'data') socket.on('data', (chunk: Buffer) => this.receive(chunk, chunk.length));
    socket.on('end', () => {
      if (this.closed) return;
      readClock();
      this.owner.onPeerEnd(this);
      flushOutput();
    });
    socket.on('drain', () => {
      this.blocked = false;
      if (this.closed) return;
      readClock();
      this.owner.onDrain(this);
      flushOutput();
    });
    socket.on('error', (error: Error) => this.die(error.message));
    socket.on('close', () => this.die('closed'));
  }

  receive(bytes: Buffer, length: number): void {
    if (this.closed) return;
    readClock();
    this.owner.onData(this, bytes, 0, length);
    flushOutput();
  }

  sendScratch(length: number): void {
    if (this.closed) return;
    const { socket, writesLinger } = this;
    const view = scratchView(length);
    const taken = writesLinger ? socket.write(view, this.written) : socket.write(view);
    if (writesLinger) this.writesIssued++;
    if (socket.writableLength > 0) {
      if (!writesLinger) {
        socket.write(nothing, this.written);
        this.writesIssued++;
      }
      // The socket still reads from the scratch: leave it there until this write is done.
      this.kept.push({ write: this.writesIssued, scratch: replaceScratch() });
      if (!taken) this.blocked = true;
    }
  }

  /** One callback for all writes that are waited for; they complete in order. */
  private readonly written = (): void => {
    const done = ++this.writesDone;
    const kept = this.kept;
    while (kept.length > 0 && (kept[0] as KeptScratch).write <= done) recycleScratch((kept.shift() as KeptScratch).scratch);
  };

  sendBuffer(bytes: Buffer): void {
    if (this.closed) return;
    this.writesIssued++;
    if (!this.socket.write(bytes, this.written)) this.blocked = true;
  }

  sendOwned(bytes: Buffer, done: () => void): void {
    if (this.closed) {
      done();
      return;
    }
    this.writesIssued++;
    const taken = this.socket.write(bytes, () => {
      this.written();
      done();
    });
    if (!taken) this.blocked = true;
  }

  pause(): void {
    if (!this.closed) this.socket.pause();
  }

  resume(): void {
    if (!this.closed) this.socket.resume();
  }

  end(): void {
    if (this.closed) return;
    flushOutput();
    this.socket.end();
  }

  close(): void {
    if (this.closed) return;
    dropOutput(this);
    this.closed = true;
    this.owner = noOwner;
    this.socket.destroy();
  }

  closeWhenSent(): void {
    if (this.closed || this.closing) return;
    flushOutput();
    this.closing = true;
    this.owner = noOwner;
    this.socket.destroySoon();
  }

  private die(reason: string): void {
    if (this.closed) return;
    dropOutput(this);
    this.closed = true;
    readClock();
    const owner = this.owner;
    this.owner = noOwner;
    owner.onClose(this, reason);
    flushOutput();
    this.socket.destroy();
  }
}

/** IPv4 addresses that a dual-stack socket shows as IPv6 lose their prefix. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
