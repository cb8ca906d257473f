import { crc32 } from 'node:zlib';

/**
 * Records of the log and of snapshots: length (4 bytes, little endian), CRC-32 of the payload (4 bytes), payload (JSON in UTF-8).
 * A record is either whole or it never happened.
 */
export const headBytes = 8;

export function encodeRecord(payload: string): Buffer {
  const length = Buffer.byteLength(payload);
  const record = Buffer.allocUnsafe(headBytes + length);
  record.write(payload, headBytes);
  record.writeUInt32LE(length, 0);
  record.writeUInt32LE(crc32(record.subarray(headBytes)), 4);
  return record;
}

export interface DecodedRecords {
  payloads: string[];
  /** Bytes of whole records; what follows is torn or foreign. */
  validBytes: number;
}

/** Reads records until the first that is not whole. */
export function decodeRecords(file: Buffer): DecodedRecords {
  const payloads: string[] = [];
  let at = 0;
  while (at + headBytes <= file.length) {
    const length = file.readUInt32LE(at);
    const end = at + headBytes + length;
    if (length === 0 || end > file.length) break;
    const payload = file.subarray(at + headBytes, end);
    if (crc32(payload) !== file.readUInt32LE(at + 4)) break;
    payloads.push(payload.toString('utf8'));
    at = end;
  }
  return { payloads, validBytes: at };
}
