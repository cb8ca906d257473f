import { HeddleError } from '@/lib/errors';
import { findPlan } from './codec-plan';
import type { FieldPlan, MessagePlan } from './codec-plan';
import { Reader } from './codec-reader';
import { defineEntry, readList, readStruct, readValue, writeList, writeStruct, writeValue } from './codec-struct';
import { BackwardWriter } from './codec-writer';

const opaqueType = 'heddle.dev/opaque';
const maxDepth = 100;

const writer = new BackwardWriter();

/**
 * Encodes the typed form of `type` (a full message name, or a type URL) to protobuf. A message-typed field may hold a `Uint8Array` instead of
 * an object: bytes encoded before, so that one encoding is shared by many responses.
 *
 * @throws HeddleError `invalid_config` with the path of a field the wire table lacks or whose value has the wrong type. Nothing is dropped in silence.
 */
export function encodeMessage(type: string, message: object): Uint8Array {
  const plan = planOf(type);
  writer.reset();
  writeMessage(plan, message, '');
  return writer.take();
}

/** Encodes an Any (`{'@type', …fields}`) itself: type URL and message. */
export function encodeAny(any: { '@type': string }): Uint8Array {
  writer.reset();
  writeAny(any, '');
  return writer.take();
}

/**
 * Decodes protobuf to the typed form of `type` (a full message name, or a type URL). Fields that the wire table lacks are passed over; an Any of a type that it lacks becomes
 * `{'@type': 'heddle.dev/opaque', type_url, value}`.
 *
 * @throws HeddleError `bad_request` when the bytes are no protobuf or are cut.
 */
export function decodeMessage(type: string, bytes: Uint8Array): Record<string, unknown> {
  return readMessage(new Reader(bytes), planOf(type), bytes.length, 0);
}

/** True when the wire table has the message (a full message name, or a type URL). */
export function knowsMessage(type: string): boolean {
  return findPlan(messageNameOf(type)) !== undefined;
}

function planOf(type: string): MessagePlan {
  const plan = findPlan(type) ?? findPlan(messageNameOf(type));
  if (plan === undefined) throw new HeddleError('not_supported', `No such message in the wire table: ${type}`);
  return plan;
}

function nestedPlan(field: FieldPlan): MessagePlan {
  field.nested ??= planOf(field.type);
  return field.nested;
}

function messageNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}

function wrong(path: string, problem: string): HeddleError {
  const field = path.replace(/^\./, '');
  return new HeddleError('invalid_config', `${field}: ${problem}`, { path: field });
}

function writeMessage(plan: MessagePlan, message: object, path: string, skip?: string): void {
  if (message instanceof Uint8Array) {
    writer.raw(message);
    return;
  }
  // Backwards, because the writer runs from the end: on the wire the fields keep the order they have in the object.
  for (const [name, value] of Object.entries(message).toReversed()) {
    if (value === undefined || value === null || name === skip) continue;
    const field = plan.byName.get(name);
    if (field === undefined) throw wrong(`${path}.${name}`, `${plan.type} has no such field in the wire table`);
    if (field.label === 'one') {
      writeOne(field, value, path, name);
      writer.varint(field.tag);
    } else if (field.label === 'map') writeMap(field, value, `${path}.${name}`);
    else writeRepeated(field, value, `${path}.${name}`);
  }
}

/** Writes one value with its length where it has one, without its tag. `path` and `name` are joined only for an error or a nested message. */
function writeOne(field: FieldPlan, value: unknown, path: string, name: string): void {
  const end = writer.length;
  switch (field.kind) {
    case 'string':
      if (typeof value !== 'string') throw wrong(`${path}.${name}`, 'must be a string');
      writer.text(value);
      break;
    case 'bytes':
      if (!(value instanceof Uint8Array)) throw wrong(`${path}.${name}`, 'must be bytes');
      writer.raw(value);
      break;
    case 'bool':
      if (typeof value !== 'boolean') throw wrong(`${path}.${name}`, 'must be true or false');
      writer.varint(value ? 1 : 0);
      return;
    case 'enum':
      writer.signed(enumNumber(field, value, path, name));
      return;
    case 'double':
    case 'float':
      if (typeof value !== 'number') throw wrong(`${path}.${name}`, 'must be a number');
      if (field.kind === 'double') writer.double(value);
      else writer.float(value);
      return;
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64':
      writer.signed(integerOf(field, value, path, name));
      return;
    default:
      if (typeof value !== 'object' || value === null) throw wrong(`${path}.${name}`, 'must be an object');
      writeNested(field, value, `${path}.${name}`);
  }
  writer.varint(writer.length - end);
}

function writeNested(field: FieldPlan, value: object, path: string): void {
  if (value instanceof Uint8Array) writer.raw(value);
  else if (field.kind === 'any') writeAny(value, path);
  else if (field.kind === 'struct') writeStruct(writer, value, path);
  else if (field.kind === 'value') writeValue(writer, value, path);
  else if (field.kind === 'list') writeList(writer, Array.isArray(value) ? value : [], path);
  else writeMessage(nestedPlan(field), value, path);
}

function enumNumber(field: FieldPlan, value: unknown, path: string, name: string): number {
  const number = typeof value === 'string' ? field.byName?.get(value) : value;
  if (typeof number !== 'number') throw wrong(`${path}.${name}`, `no such value: ${JSON.stringify(value)}`);
  return number;
}

function integerOf(field: FieldPlan, value: unknown, path: string, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || (field.kind.startsWith('u') && value < 0))
    throw wrong(`${path}.${name}`, `must be a whole number (${field.kind})`);
  return value;
}

function writeRepeated(field: FieldPlan, value: unknown, path: string): void {
  if (!Array.isArray(value)) throw wrong(path, 'must be a list');
  const end = writer.length;
  for (let index = value.length - 1; index >= 0; index--) {
    writeOne(field, value[index], path, String(index));
    if (!field.packed) writer.varint(field.tag);
  }
  if (!field.packed || value.length === 0) return;
  writer.varint(writer.length - end);
  writer.varint(field.tag);
}

function writeMap(field: FieldPlan, value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) throw wrong(path, 'must be an object');
  for (const [key, item] of Object.entries(value).toReversed()) {
    if (item === undefined) continue;
    const end = writer.length;
    writeOne(field, item, path, key);
    writer.varint(16 + field.wire);
    const keyEnd = writer.length;
    writer.text(key);
    writer.varint(writer.length - keyEnd);
    writer.varint(0x0a);
    writer.varint(writer.length - end);
    writer.varint(field.tag);
  }
}

/** An Any: type_url = 1, value = 2. */
function writeAny(value: object, path: string): void {
  const end = writer.length;
  const typeUrl = writeAnyBody(value, path);
  writer.varint(writer.length - end);
  writer.varint(0x12);
  const urlEnd = writer.length;
  writer.text(typeUrl);
  writer.varint(writer.length - urlEnd);
  writer.varint(0x0a);
}

/** Writes what is inside an Any and answers its type URL. */
function writeAnyBody(value: object, path: string): string {
  const typeUrl = '@type' in value ? value['@type'] : undefined;
  if (typeof typeUrl !== 'string') throw wrong(`${path}.@type`, 'an Any needs its type URL');
  if (typeUrl === opaqueType) {
    const bytes = 'value' in value ? value.value : undefined;
    if (!('type_url' in value) || typeof value.type_url !== 'string' || !(bytes instanceof Uint8Array))
      throw wrong(path, 'an opaque Any needs type_url and value');
    writer.raw(bytes);
    return value.type_url;
  }
  const type = messageNameOf(typeUrl);
  if (type === 'google.protobuf.Struct') writeStruct(writer, value, path, '@type');
  else {
    const plan = findPlan(type);
    if (plan === undefined) throw wrong(`${path}.@type`, `no such message in the wire table: ${type}`);
    writeMessage(plan, value, path, '@type');
  }
  return typeUrl;
}

function readMessage(
  reader: Reader,
  plan: MessagePlan,
  end: number,
  depth: number,
  into: Record<string, unknown> = {},
): Record<string, unknown> {
  if (depth > maxDepth) throw new HeddleError('bad_request', 'protobuf: a message nested too deeply');
  if (plan.filled !== undefined) for (const [name, value] of plan.filled) into[name] ??= value;
  while (reader.at < end) {
    const tag = reader.varint(end);
    const wire = tag % 8;
    const field = plan.byNumber[(tag - wire) / 8];
    if (field === undefined) reader.skip(wire, end);
    else if (field.label === 'one' && wire === field.wire) into[field.name] = readOne(reader, field, end, depth, into[field.name]);
    else if (field.label === 'map' && wire === 2) readEntry(reader, field, end, depth, into);
    else if (field.label === 'repeated') readRepeated(reader, field, wire, end, depth, into);
    else reader.skip(wire, end);
  }
  return into;
}

function readOne(reader: Reader, field: FieldPlan, end: number, depth: number, before?: unknown): unknown {
  switch (field.kind) {
    case 'string':
      return reader.text(end);
    case 'bytes':
      return reader.copy(end);
    case 'bool':
      return reader.varint(end) !== 0;
    case 'enum': {
      const number = reader.signed(end);
      return field.byNumber?.get(number) ?? number;
    }
    case 'uint32':
    case 'uint64':
      return reader.varint(end);
    case 'int32':
    case 'int64':
      return reader.signed(end);
    case 'double':
      return reader.double(end);
    case 'float':
      return reader.float(end);
    case 'any':
      return readAny(reader, reader.span(end), depth + 1);
    case 'struct':
      return readStruct(reader, reader.span(end));
    case 'value':
      return readValue(reader, reader.span(end));
    case 'list':
      return readList(reader, reader.span(end));
    default: {
      // The wire may split one message into several: protobuf merges them.
      const merged = isRecord(before) ? before : {};
      return readMessage(reader, nestedPlan(field), reader.span(end), depth + 1, merged);
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function readRepeated(reader: Reader, field: FieldPlan, wire: number, end: number, depth: number, into: Record<string, unknown>): void {
  const known = into[field.name];
  const list: unknown[] = Array.isArray(known) ? known : [];
  into[field.name] = list;
  if (wire === field.wire) list.push(readOne(reader, field, end, depth));
  else if (field.packed && wire === 2) {
    const stop = reader.span(end);
    while (reader.at < stop) list.push(readOne(reader, field, stop, depth));
  } else reader.skip(wire, end);
}

function readEntry(reader: Reader, field: FieldPlan, end: number, depth: number, into: Record<string, unknown>): void {
  const known = into[field.name];
  const map: Record<string, unknown> = isRecord(known) ? known : {};
  into[field.name] = map;
  const stop = reader.span(end);
  let key = '';
  let value: unknown;
  while (reader.at < stop) {
    const tag = reader.varint(stop);
    if (tag === 0x0a) key = reader.text(stop);
    else if (tag === 16 + field.wire) value = readOne(reader, field, stop, depth);
    else reader.skip(tag % 8, stop);
  }
  defineEntry(map, key, value ?? emptyValue(field));
}

/** What a map entry without a value stands for. */
function emptyValue(field: FieldPlan): unknown {
  if (field.kind === 'string') return '';
  if (field.kind === 'bool') return false;
  if (field.kind === 'bytes') return new Uint8Array();
  if (field.kind === 'value') return null;
  if (field.kind === 'list') return [];
  if (field.kind === 'enum') return field.byNumber?.get(0) ?? 0;
  return field.wire === 2 ? {} : 0;
}

function readAny(reader: Reader, end: number, depth: number): Record<string, unknown> {
  let typeUrl = '';
  let from = end;
  let to = end;
  while (reader.at < end) {
    const tag = reader.varint(end);
    if (tag === 0x0a) typeUrl = reader.text(end);
    else if (tag === 0x12) {
      to = reader.span(end);
      from = reader.at;
      reader.at = to;
    } else reader.skip(tag % 8, end);
  }
  const type = messageNameOf(typeUrl);
  reader.at = from;
  let result: Record<string, unknown>;
  if (type === 'google.protobuf.Struct') result = Object.assign({ '@type': typeUrl }, readStruct(reader, to));
  else {
    const plan = findPlan(type);
    result =
      plan === undefined
        ? { '@type': opaqueType, type_url: typeUrl, value: new Uint8Array(reader.bytes.subarray(from, to)) }
        : readMessage(reader, plan, to, depth, { '@type': typeUrl });
  }
  reader.at = end;
  return result;
}
