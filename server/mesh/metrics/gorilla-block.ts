/**
 * Blocks of 256 bytes holding samples of one series: timestamps as delta of delta, values as XOR with the one before
 * (the scheme of Facebook's Gorilla). A staleness marker is a NaN with a bit pattern of its own; as JavaScript may lose
 * a NaN's bits, values are handled as two 32-bit halves and markers are reported beside the values.
 */
export const BLOCK_BYTES = 256;
/** Bits one sample may take at most (4 + 32 for the time, 2 + 5 + 6 + 64 for the value). */
const SAMPLE_BITS = 120;
const NONE = 255;

/** Bit pattern of Prometheus' staleness marker. */
export const STALE_HIGH = 0x7ff00000;
export const STALE_LOW = 0x00000002;

const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);

/** Writing state of the open block of one series. */
export interface BlockWriter {
  bits: number;
  count: number;
  lastMs: number;
  lastDelta: number;
  high: number;
  low: number;
  leading: number;
  trailing: number;
}

export function newBlockWriter(): BlockWriter {
  return { bits: 0, count: 0, lastMs: 0, lastDelta: 0, high: 0, low: 0, leading: NONE, trailing: 0 };
}

/** Begins a new block; the state of the block before is of no use to it. */
export function resetBlockWriter(writer: BlockWriter): void {
  writer.bits = 0;
  writer.count = 0;
  writer.lastDelta = 0;
  writer.leading = NONE;
  writer.trailing = 0;
}

/** Whether another sample at `timeMs` fits; a gap of more than 24 days opens a new block. */
export function blockHasRoom(writer: BlockWriter, timeMs: number): boolean {
  return writer.bits <= BLOCK_BYTES * 8 - SAMPLE_BITS && (writer.count === 0 || timeMs - writer.lastMs < 0x7fffffff);
}

/** Appends a sample to the block at `offset` of `bytes`; `stale` writes a staleness marker in place of the value. */
export function appendToBlock(bytes: Uint8Array, offset: number, writer: BlockWriter, timeMs: number, value: number, stale: boolean): void {
  float[0] = value;
  const high = stale ? STALE_HIGH : (halves[1] as number);
  const low = stale ? STALE_LOW : (halves[0] as number);
  let at = writer.bits;
  const put = (bits: number, length: number): void => {
    let left = length;
    while (left > 0) {
      const free = 8 - (at & 7);
      const take = Math.min(left, free);
      const index = offset + (at >> 3);
      bytes[index] = (bytes[index] as number) | (((bits >>> (left - take)) & ((1 << take) - 1)) << (free - take));
      at += take;
      left -= take;
    }
  };
  if (writer.count === 0) {
    put(high, 32);
    put(low, 32);
  } else {
    const delta = timeMs - writer.lastMs;
    putTime(put, delta - writer.lastDelta);
    writer.lastDelta = delta;
    putValue(put, writer, (high ^ writer.high) >>> 0, (low ^ writer.low) >>> 0);
  }
  writer.bits = at;
  writer.count++;
  writer.lastMs = timeMs;
  writer.high = high;
  writer.low = low;
}

type Put = (bits: number, length: number) => void;

function putTime(put: Put, change: number): void {
  if (change === 0) put(0, 1);
  else if (change >= -63 && change <= 64) {
    put(2, 2);
    put(change + 63, 7);
  } else if (change >= -8191 && change <= 8192) {
    put(6, 3);
    put(change + 8191, 14);
  } else if (change >= -524287 && change <= 524288) {
    put(14, 4);
    put(change + 524287, 20);
  } else {
    put(15, 4);
    put(change | 0, 32);
  }
}

function putValue(put: Put, writer: BlockWriter, high: number, low: number): void {
  if (high === 0 && low === 0) {
    put(0, 1);
    return;
  }
  const leading = Math.min(31, high !== 0 ? Math.clz32(high) : 32 + Math.clz32(low));
  const trailing = low !== 0 ? 31 - Math.clz32(low & -low) : 63 - Math.clz32(high & -high);
  if (writer.leading !== NONE && leading >= writer.leading && trailing >= writer.trailing) put(2, 2);
  else {
    writer.leading = leading;
    writer.trailing = trailing;
    put(3, 2);
    put(leading, 5);
    put((64 - leading - trailing) & 63, 6);
  }
  const length = 64 - writer.leading - writer.trailing;
  const shift = writer.trailing;
  const shiftedLow = shift === 0 ? low : shift < 32 ? ((low >>> shift) | (high << (32 - shift))) >>> 0 : high >>> (shift - 32);
  const shiftedHigh = shift === 0 ? high : shift < 32 ? high >>> shift : 0;
  if (length > 32) put(shiftedHigh, length - 32);
  put(shiftedLow, Math.min(32, length));
}

/** Where decoded samples go. `staleCount` counts the markers among them. */
export interface SampleBuffer {
  timestamps: Float64Array;
  values: Float64Array;
  stale: Uint8Array;
  staleCount: number;
  length: number;
}

export function newSampleBuffer(capacity = 256): SampleBuffer {
  return {
    timestamps: new Float64Array(capacity),
    values: new Float64Array(capacity),
    stale: new Uint8Array(capacity),
    staleCount: 0,
    length: 0,
  };
}

/** Makes room for `more` samples. */
export function growSampleBuffer(buffer: SampleBuffer, more: number): void {
  const needed = buffer.length + more;
  if (needed <= buffer.timestamps.length) return;
  const bigger = newSampleBuffer(Math.max(needed, buffer.timestamps.length * 2));
  bigger.timestamps.set(buffer.timestamps);
  bigger.values.set(buffer.values);
  bigger.stale.set(buffer.stale);
  buffer.timestamps = bigger.timestamps;
  buffer.values = bigger.values;
  buffer.stale = bigger.stale;
}

/** Decodes `count` samples of the block at `offset`, whose first one is at `firstMs`, to the end of the buffer. */
export function decodeBlock(bytes: Uint8Array, offset: number, count: number, firstMs: number, out: SampleBuffer): void {
  growSampleBuffer(out, count);
  const { timestamps, values, stale } = out;
  let at = 0;
  const take = (length: number): number => {
    let bits = 0;
    let left = length;
    while (left > 0) {
      const available = 8 - (at & 7);
      const now = left < available ? left : available;
      bits = (bits << now) | (((bytes[offset + (at >> 3)] as number) >>> (available - now)) & ((1 << now) - 1));
      at += now;
      left -= now;
    }
    return bits >>> 0;
  };
  const bit = (): boolean => {
    const set = ((bytes[offset + (at >> 3)] as number) & (128 >>> (at & 7))) !== 0;
    at++;
    return set;
  };
  let high = take(32);
  let low = take(32);
  let time = firstMs;
  let delta = 0;
  let leading = 0;
  let length = 0;
  for (let i = 0; ; i++) {
    const isStale = low === STALE_LOW && high === STALE_HIGH;
    halves[1] = high;
    halves[0] = low;
    timestamps[out.length] = time;
    values[out.length] = float[0] as number;
    stale[out.length++] = isStale ? 1 : 0;
    if (isStale) out.staleCount++;
    if (i === count - 1) return;
    // The number of leading ones says how many bits the change of the interval takes.
    let ones = 0;
    while (ones < 4 && bit()) ones++;
    if (ones === 1) delta += take(7) - 63;
    else if (ones === 2) delta += take(14) - 8191;
    else if (ones === 3) delta += take(20) - 524287;
    else if (ones === 4) delta += take(32) | 0;
    time += delta;
    if (!bit()) continue;
    if (bit()) {
      leading = take(5);
      length = take(6);
      if (length === 0) length = 64;
    }
    const shift = 64 - leading - length;
    const shiftedHigh = length > 32 ? take(length - 32) : 0;
    const shiftedLow = take(Math.min(32, length));
    if (shift >= 32) high = (high ^ (shiftedLow << (shift - 32))) >>> 0;
    else if (shift > 0) {
      high = (high ^ ((shiftedHigh << shift) | (shiftedLow >>> (32 - shift)))) >>> 0;
      low = (low ^ (shiftedLow << shift)) >>> 0;
    } else {
      high = (high ^ shiftedHigh) >>> 0;
      low = (low ^ shiftedLow) >>> 0;
    }
  }
}
