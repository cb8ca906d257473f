import { existsSync, globSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { loadSync } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from './codec';
import { enumRows, messageRows, parseEnumRow, parseFieldRow } from './schema';
import type { FieldRow } from './schema';

const require = createRequire(import.meta.url);
const deps = path.join(path.dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps');
const includeDirs = ['envoy-api', 'googleapis', 'protoc-gen-validate', 'xds']
  .map((name) => path.join(deps, name))
  .concat(path.dirname(require.resolve('protobufjs/package.json')));

/** Ours or Istio's: not among the official protos. */
const own = new Set(['istio.v1.auth.IstioCertificateRequest', 'istio.v1.auth.IstioCertificateResponse', 'heddle.workload.v1.Workload']);

/** Envoy has these (1.40, by its own descriptors), the protos at hand not yet. */
const newer = new Set([
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.outlier_detection',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection.error_matcher',
]);

/** The .proto files that define the messages of the table. */
const files = [
  ...globSync('envoy/**/v3/*.proto', { cwd: path.join(deps, 'envoy-api') }).filter(
    (file) =>
      !/open_telemetry|opencensus|trace\/v3\/trace\.proto|golang|generic_proxy|stat_sinks|service\/(trace|metrics|accesslog)/.test(file),
  ),
  'google/rpc/status.proto',
  'udpa/type/v1/typed_struct.proto',
  'xds/type/v3/typed_struct.proto',
];

const official = new protobuf.Root();
official.resolvePath = (_origin, target) =>
  includeDirs.map((directory) => path.join(directory, target)).find((candidate) => existsSync(candidate)) ?? target;
official.loadSync(files, { keepCase: true });
official.resolveAll();

const rows = Object.entries(messageRows).flatMap(([type, fields]) =>
  Object.entries(fields).map(([name, row]) => ({ type, name, row: parseFieldRow(name, row) })),
);

function describeOfficial(type: string, name: string): string {
  const field = official.lookupType(type).fields[name]?.resolve();
  if (field === undefined) return 'no such field';
  const label = field instanceof protobuf.MapField ? `map<${field.keyType}>` : field.repeated ? 'repeated' : 'one';
  return `${field.id} ${label} ${field.resolvedType?.fullName.slice(1) ?? field.type}`;
}

describe('the wire table', () => {
  it('agrees with the official protos on number, label and type of every field', () => {
    const wrong = rows
      .filter(({ type, name }) => !own.has(type) && !newer.has(`${type}.${name}`))
      .map(({ type, name, row }) => {
        const ours = `${row.number} ${row.label === 'map' ? 'map<string>' : row.label} ${row.type}`;
        return { field: `${type}.${name}`, ours, official: describeOfficial(type, name) };
      })
      .filter((entry) => entry.ours !== entry.official);
    expect(wrong).toEqual([]);
    expect(rows.length).toBeGreaterThan(1000);
  });

  it('agrees with the official protos on every name and number of every enum', () => {
    for (const [type, row] of Object.entries(enumRows)) {
      expect(Object.fromEntries(parseEnumRow(row)), type).toEqual(official.lookupEnum(type).values);
    }
  });
});

/** mulberry32: a small seeded generator, so that a failure repeats. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const texts = ['', 'a', 'reviews.default.svc.cluster.local:9080', 'żółć', '漢字かな', '🧵🪡', 'x'.repeat(300)];
const wholes = [0, 1, 127, 128, 300, 65_535, 2_147_483_647];
const anyTypes = [
  'envoy.extensions.filters.http.router.v3.Router',
  'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'google.protobuf.Duration',
];

function makeMaker(random: () => number) {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];

  function makeJson(depth: number): unknown {
    const choice = Math.floor(random() * (depth > 2 ? 4 : 6));
    if (choice === 4) return Array.from({ length: 2 }, () => makeJson(depth + 1));
    if (choice === 5) return { k: makeJson(depth + 1), ünïcode: makeJson(depth + 1) };
    return pick([null, true, false, 1.5, -3, 'text']);
  }

  function makeValue(row: FieldRow, depth: number): unknown {
    switch (row.kind) {
      case 'string':
        return pick(texts);
      case 'bytes':
        return Uint8Array.from([0, 1, 255]);
      case 'bool':
        return random() < 0.5;
      case 'double':
        return pick([0, 1.5, -2.25, 1e300]);
      case 'float':
        return pick([0, 1.5, -0.25]);
      case 'int32':
        return pick([...wholes, -1, -2_147_483_648]);
      case 'int64':
        return pick([...wholes, -1, -9_007_199_254_740_991, 9_007_199_254_740_991, 68_719_476_736]);
      case 'uint64':
        return pick([...wholes, 9_007_199_254_740_991, 4_294_967_296]);
      case 'uint32':
        return pick([...wholes, 4_294_967_295]);
      case 'enum':
        return pick([...parseEnumRow(enumRows[row.type] ?? '').keys()]);
      case 'any': {
        const type = pick(anyTypes) ?? '';
        return { '@type': `type.googleapis.com/${type}`, ...makeMessage(type, depth + 1) };
      }
      case 'struct':
        return { a: makeJson(0), b: makeJson(0) };
      case 'value':
        return makeJson(0);
      case 'list':
        return [makeJson(0), makeJson(0)];
      default:
        return makeMessage(row.type, depth + 1);
    }
  }

  function makeMessage(type: string, depth = 0): Record<string, unknown> {
    const message: Record<string, unknown> = {};
    for (const [name, text] of Object.entries(messageRows[type] ?? {})) {
      if (newer.has(`${type}.${name}`)) continue;
      const row = parseFieldRow(name, text);
      const filled = name === 'value' || name === 'seconds' || type.endsWith('Percent');
      if (!filled && random() > (depth === 0 ? 0.7 : 0.35 / depth)) continue;
      // Protobuf cannot tell an empty list or map from an absent one.
      if (row.label === 'one') message[name] = makeValue(row, depth);
      else if (row.label === 'repeated') message[name] = Array.from({ length: 2 }, () => makeValue(row, depth));
      else message[name] = { first: makeValue(row, depth), 'second key': makeValue(row, depth) };
    }
    return message;
  }
  return makeMessage;
}

/** Our form → proto-loader's: JSON of Struct spelled out as its messages. */
function toLoader(type: string, message: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message)) {
    if (name === '@type') {
      result[name] = value;
      continue;
    }
    const row = parseFieldRow(name, messageRows[type]?.[name] ?? '');
    const convert = (item: unknown): unknown => {
      if (row.kind === 'struct') return structOf(item as object);
      if (row.kind === 'value') return valueOf(item);
      if (row.kind === 'list') return { values: (item as unknown[]).map(valueOf) };
      if (row.kind === 'message') return toLoader(row.type, item as Record<string, unknown>);
      if (row.kind === 'any') {
        const any = item as { '@type': string };
        return toLoader(any['@type'].replace('type.googleapis.com/', ''), any);
      }
      return item;
    };
    if (row.label === 'repeated') result[name] = (value as unknown[]).map(convert);
    else if (row.label === 'map')
      result[name] = Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, convert(item)]));
    else result[name] = convert(value);
  }
  return result;
}

function structOf(struct: object): object {
  return { fields: Object.fromEntries(Object.entries(struct).map(([key, value]) => [key, valueOf(value)])) };
}

function valueOf(value: unknown): object {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(valueOf) } };
  return { structValue: structOf(value as object) };
}

describe('the codec against proto-loader', () => {
  const loaded = loadSync(files, { includeDirs, keepCase: true, longs: Number, enums: String, json: true });

  it('encodes what proto-loader reads as the same, and reads what proto-loader encodes, for every message of the table', () => {
    const makeMessage = makeMaker(seeded(20_260_101));
    for (const type of Object.keys(messageRows)) {
      // Proto-loader exports no nested messages: those are tried inside the ones around them.
      if (own.has(type) || /\.[A-Z]\w*\./.test(type)) continue;
      const peer = peerOf(loaded[type]);
      for (let round = 0; round < 5; round++) {
        const message = makeMessage(type);
        const spelled = toLoader(type, message);
        const bytes = encodeMessage(type, message);
        const read = peer.deserialize(Buffer.from(bytes));
        expect(plainBytes(read), type).toEqual(plainBytes(spelled));
        expect(decodeMessage(type, peer.serialize(spelled)), type).toEqual(message);
        expect(decodeMessage(type, bytes), type).toEqual(message);
      }
    }
  });
});

interface Peer {
  serialize(message: object): Uint8Array;
  deserialize(bytes: Buffer): object;
}

function peerOf(definition: unknown): Peer {
  if (typeof definition === 'object' && definition !== null && 'serialize' in definition) return definition as unknown as Peer;
  throw new Error('proto-loader lacks a message of the table');
}

/** Buffer and Uint8Array compare as their bytes. */
function plainBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plainBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainBytes(item)]));
}
