/** Bytes before each message: a byte of flags and its length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const PREFIX = 5;

/** Counts the messages of one direction of a gRPC call as its bytes pass, however they are cut. A message counts when its prefix is complete. */
export class MessageCounter {
  private prefixSeen = 0;
  private length = 0;
  /** Bytes of the present message that are still to come. */
  private left = 0;
  private untold = 0;

  count(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.left > 0) {
        const taken = Math.min(this.left, end - at);
        this.left -= taken;
        at += taken;
        continue;
      }
      if (this.prefixSeen > 0) this.length = this.length * 256 + (bytes[at] as number);
      this.prefixSeen++;
      at++;
      if (this.prefixSeen < PREFIX) continue;
      this.untold++;
      this.left = this.length;
      this.length = 0;
      this.prefixSeen = 0;
    }
  }

  /** Messages since the last call. */
  take(): number {
    const taken = this.untold;
    this.untold = 0;
    return taken;
  }
}

/** How often the messages of a call that stays open are told, in milliseconds: Istio's interval for connections. */
const TELL_MS = 5000;

/** Messages of one gRPC call, both ways. */
export class GrpcMessages {
  readonly requests = new MessageCounter();
  readonly responses = new MessageCounter();
  private toldAt: number;

  constructor(now: number) {
    this.toldAt = now;
  }

  /** Whether it is time to tell what was counted; says so once per interval. */
  isDue(now: number): boolean {
    if (now - this.toldAt < TELL_MS) return false;
    this.toldAt = now;
    return true;
  }
}
