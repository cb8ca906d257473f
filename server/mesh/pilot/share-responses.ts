import type { AnyResource } from './view-resources';

interface SharedResponse {
  typeUrl: string;
  seq: number;
  changed: readonly AnyResource[];
  removed: readonly string[];
  nonce: string;
  bytes: Uint8Array;
}

const maxResponses = 16;
const maxBytes = 2 * 1024 * 1024;

/**
 * The last responses that were sent. Most streams are sent the same when something changes: one response, nonce included, is made for all of
 * them. Nonces are counted here, so that none means two responses.
 */
export class ResponseCache {
  private readonly recent: SharedResponse[] = [];
  private held = 0;
  private nonces = 0;

  nextNonce(seq: number): string {
    return `${seq}.${++this.nonces}`;
  }

  /** A response with just this in it, whose nonce the stream can still tell apart (`usable`). */
  find(
    typeUrl: string,
    seq: number,
    changed: readonly AnyResource[],
    removed: readonly string[],
    usable: (nonce: string) => boolean,
  ): Pick<SharedResponse, 'nonce' | 'bytes'> | undefined {
    return this.recent.find(
      (known) =>
        known.typeUrl === typeUrl &&
        known.seq === seq &&
        sameItems(known.changed, changed) &&
        sameItems(known.removed, removed) &&
        usable(known.nonce),
    );
  }

  keep(response: SharedResponse): void {
    if (response.bytes.length > maxBytes) return;
    this.recent.unshift(response);
    this.held += response.bytes.length;
    while (this.recent.length > maxResponses || this.held > maxBytes) this.held -= this.recent.pop()?.bytes.length ?? 0;
  }
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}
