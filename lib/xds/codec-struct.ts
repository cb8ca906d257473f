import { HeddleError } from '@/lib/errors';
import type { Reader } from './codec-reader';
import type { BackwardWriter } from './codec-writer';
import type { Struct, StructValue } from './types-base';

/**
 * google.protobuf.Struct, Value and ListValue to and from the plain JSON they stand for. Tags (number · 8 + wire type) are those of struct.proto:
 * Struct.fields 1; Value: null 1, number 2, string 3, bool 4, struct 5, list 6; ListValue.values 1.
 */
const maxDepth = 64;

/** Writes a Struct's fields (no length of its own before them). */
export function writeStruct(writer: BackwardWriter, struct: object, path: string, skip?: string): void {
  for (const [key, value] of Object.entries(struct).toReversed()) {
    if (key === skip || value === undefined) continue;
    const end = writer.length;
    writeValue(writer, value, `${path}.${key}`);
    writer.varint(writer.length - end);
    writer.varint(0x12);
    const keyEnd = writer.length;
    writer.text(key);
    writer.varint(writer.length - keyEnd);
    writer.varint(0x0a);
    writer.varint(writer.length - end);
    writer.varint(0x0a);
  }
}

/** Writes a Value's one field. */
export function writeValue(writer: BackwardWriter, value: unknown, path: string): void {
  const end = writer.length;
  if (value === null) {
    writer.varint(0);
    writer.varint(0x08);
  } else if (typeof value === 'number') {
    writer.double(value);
    writer.varint(0x11);
  } else if (typeof value === 'boolean') {
    writer.varint(value ? 1 : 0);
    writer.varint(0x20);
  } else if (typeof value === 'string') {
    writer.text(value);
    writer.varint(writer.length - end);
    writer.varint(0x1a);
  } else if (Array.isArray(value)) {
    writeList(writer, value, path);
    writer.varint(writer.length - end);
    writer.varint(0x32);
  } else if (typeof value === 'object') {
    writeStruct(writer, value, path);
    writer.varint(writer.length - end);
    writer.varint(0x2a);
  } else throw new HeddleError('invalid_config', `${path}: a ${typeof value} has no place in JSON`, { path });
}

/** Writes a ListValue's fields. */
export function writeList(writer: BackwardWriter, list: readonly unknown[], path: string): void {
  for (let index = list.length - 1; index >= 0; index--) {
    const end = writer.length;
    writeValue(writer, list[index] ?? null, `${path}[${index}]`);
    writer.varint(writer.length - end);
    writer.varint(0x0a);
  }
}

export function readStruct(reader: Reader, end: number, depth = 0): Struct {
  const result: Struct = {};
  while (reader.at < end) {
    const tag = reader.varint(end);
    if (tag !== 0x0a) {
      reader.skip(tag % 8, end);
      continue;
    }
    const entryEnd = reader.span(end);
    let key = '';
    let value: StructValue = null;
    while (reader.at < entryEnd) {
      const entryTag = reader.varint(entryEnd);
      if (entryTag === 0x0a) key = reader.text(entryEnd);
      else if (entryTag === 0x12) value = readValue(reader, reader.span(entryEnd), depth + 1);
      else reader.skip(entryTag % 8, entryEnd);
    }
    defineEntry(result, key, value);
  }
  return result;
}

export function readValue(reader: Reader, end: number, depth = 0): StructValue {
  if (depth > maxDepth) throw new HeddleError('bad_request', 'protobuf: a Struct nested too deeply');
  let value: StructValue = null;
  while (reader.at < end) {
    const tag = reader.varint(end);
    if (tag === 0x11) value = reader.double(end);
    else if (tag === 0x1a) value = reader.text(end);
    else if (tag === 0x20) value = reader.varint(end) !== 0;
    else if (tag === 0x2a) value = readStruct(reader, reader.span(end), depth + 1);
    else if (tag === 0x32) value = readList(reader, reader.span(end), depth + 1);
    else reader.skip(tag % 8, end);
  }
  return value;
}

export function readList(reader: Reader, end: number, depth = 0): StructValue[] {
  const list: StructValue[] = [];
  while (reader.at < end) {
    const tag = reader.varint(end);
    if (tag === 0x0a) list.push(readValue(reader, reader.span(end), depth + 1));
    else reader.skip(tag % 8, end);
  }
  return list;
}

/** Sets a key that came from the wire: `__proto__` must become a key like any other. */
export function defineEntry(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
