import { badRequest, unsupportedMediaType } from '../status-errors';
import { messageFields, messageOfKind } from './messages';
import type { FieldForm } from './messages';

type Fields = Record<string, unknown>;

/**
 * Reads a body in Kubernetes' protobuf envelope (`k8s\0`, then Unknown{typeMeta, raw}) into the object its JSON form would be.
 * @throws HeddleError `unsupported_media_type` for a kind or a field that is not described here: an object is read whole or not at all.
 */
export function decodeKubernetesProtobuf(bytes: Buffer): Fields {
  if (bytes.subarray(0, 4).toString('latin1') !== 'k8s\0')
    throw badRequest("the body is not Kubernetes' protobuf: it does not begin with k8s\\0");
  const envelope = readWire(bytes.subarray(4));
  const typeMeta = readWire(bytesOf(envelope.get(1)?.[0]));
  const apiVersion = bytesOf(typeMeta.get(1)?.[0]).toString('utf8');
  const kind = bytesOf(typeMeta.get(2)?.[0]).toString('utf8');
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const message = messageOfKind[`${group}/${kind}`];
  if (message === undefined) {
    throw unsupportedMediaType(`${kind} of ${apiVersion} is not accepted as protobuf; send it as JSON or YAML (kubectl apply -f does)`);
  }
  return { apiVersion, kind, ...readMessage(bytesOf(envelope.get(2)?.[0]), message, kind) };
}

type WireValue = Buffer | bigint;

/** Field number → values, in the order they came. */
function readWire(bytes: Buffer): Map<number, WireValue[]> {
  const fields = new Map<number, WireValue[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw badRequest('the protobuf body ends in the middle of a value');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw badRequest('the protobuf body has a number of more than 64 bits');
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    let value: WireValue;
    if (wire === 0) value = varint();
    else {
      const length = wire === 2 ? Number(varint()) : wire === 1 ? 8 : wire === 5 ? 4 : -1;
      if (length < 0 || at + length > bytes.length) throw badRequest('the protobuf body is cut off or of an unknown form');
      value = bytes.subarray(at, at + length);
      at += length;
    }
    const number = tag >>> 3;
    const values = fields.get(number);
    if (values === undefined) fields.set(number, [value]);
    else values.push(value);
  }
  return fields;
}

function bytesOf(value: WireValue | undefined): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

function readMessage(bytes: Buffer, message: string, path: string): Fields {
  const forms = messageFields(message) ?? new Map<number, FieldForm>();
  const result: Fields = {};
  for (const [number, values] of readWire(bytes)) {
    const form = forms.get(number);
    if (form === undefined) {
      // Clients write every field, set or not: only one with content is lost by being unknown.
      if (values.every(isZero)) continue;
      throw unsupportedMediaType(
        `${path}: field ${number} is not accepted as protobuf; send the object as JSON or YAML (kubectl apply -f does)`,
      );
    }
    if (form.name === '-') continue;
    const read = readField(values, form, `${path}.${form.name}`);
    if (form.name === '~') Object.assign(result, read);
    else if (read !== undefined) result[form.name] = read;
  }
  return result;
}

const isZero = (value: WireValue): boolean => (Buffer.isBuffer(value) ? value.every((byte) => byte === 0) : value === 0n);

function readField(values: readonly WireValue[], form: FieldForm, path: string): unknown {
  if (/^m[syq]$/.test(form.type)) return readMap(values, form.type.slice(1), path);
  if (form.repeated) return values.map((value) => readValue(value, form.type, true, path));
  const last = values.at(-1);
  return last === undefined ? undefined : readValue(last, form.type, form.optional, path);
}

function readMap(values: readonly WireValue[], type: string, path: string): Fields {
  return Object.fromEntries(
    values.map((value) => {
      const entry = readWire(bytesOf(value));
      return [bytesOf(entry.get(1)?.[0]).toString('utf8'), readValue(entry.get(2)?.[0] ?? Buffer.alloc(0), type, true, path)];
    }),
  );
}

/** A value; `undefined` for a zero that stands for "not set". */
function readValue(value: WireValue, type: string, keepZero: boolean, path: string): unknown {
  switch (type) {
    case 's': {
      const string = bytesOf(value).toString('utf8');
      return string === '' && !keepZero ? undefined : string;
    }
    case 'y':
      return bytesOf(value).toString('base64');
    case 'i': {
      const number = Number(value);
      return number === 0 && !keepZero ? undefined : number;
    }
    case 'b':
      return value !== 0n || (keepZero ? false : undefined);
    case 'q':
      return bytesOf(readWire(bytesOf(value)).get(1)?.[0]).toString('utf8');
    case 'j':
      return JSON.parse(bytesOf(value).toString('utf8') || '{}') as unknown;
    case 'x': {
      const parts = readWire(bytesOf(value));
      if (parts.get(1)?.[0] === 1n) return bytesOf(parts.get(3)?.[0]).toString('utf8');
      const number = Number(parts.get(2)?.[0] ?? 0n);
      return number === 0 ? undefined : number;
    }
    case 't':
    case 'u':
      return readTime(bytesOf(value), type === 'u');
    default:
      return readMessage(bytesOf(value), type, path);
  }
}

/** Time{seconds, nanos}; Go's zero time, which is long before 1970, is "not set". */
function readTime(bytes: Buffer, micro: boolean): string | undefined {
  const parts = readWire(bytes);
  const seconds = Number(parts.get(1)?.[0] ?? 0n);
  const nanos = Number(parts.get(2)?.[0] ?? 0n);
  if (seconds <= 0) return undefined;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micro ? `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${whole}Z`;
}
