import { clusterEnums, clusterMessages } from './schema-cluster';
import { coreEnums, coreMessages } from './schema-core';
import { discoveryMessages } from './schema-discovery';
import { googleMessages } from './schema-google';
import { httpFiltersEnums, httpFiltersMessages } from './schema-http-filters';
import { identityMessages } from './schema-identity';
import { listenerEnums, listenerMessages } from './schema-listener';
import { routeEnums, routeMessages } from './schema-route';
import type { EnumRows, MessageRows } from './schema-rows';
import { telemetryEnums, telemetryMessages } from './schema-telemetry';
import { transportEnums, transportMessages } from './schema-transport';
import { typeEnums, typeMessages } from './schema-type';

/** The wire table: full message name → field → row. */
export const messageRows: MessageRows = {
  ...googleMessages,
  ...typeMessages,
  ...coreMessages,
  ...routeMessages,
  ...clusterMessages,
  ...listenerMessages,
  ...telemetryMessages,
  ...httpFiltersMessages,
  ...transportMessages,
  ...discoveryMessages,
  ...identityMessages,
};

/** Full enum name → its values. */
export const enumRows: EnumRows = {
  ...typeEnums,
  ...coreEnums,
  ...routeEnums,
  ...clusterEnums,
  ...listenerEnums,
  ...telemetryEnums,
  ...httpFiltersEnums,
  ...transportEnums,
};

const scalars = ['bool', 'bytes', 'double', 'float', 'int32', 'int64', 'string', 'uint32', 'uint64'] as const;

/** The proto3 scalars that occur in the table. */
export type ScalarKind = (typeof scalars)[number];

/** Well-known types with a form of their own (`@type` nesting, plain JSON): the codec knows them by name, they have no rows. */
const specials = {
  'google.protobuf.Any': 'any',
  'google.protobuf.Struct': 'struct',
  'google.protobuf.Value': 'value',
  'google.protobuf.ListValue': 'list',
} as const;

export type SpecialKind = (typeof specials)[keyof typeof specials];

/** One field, read from its row. `type` is the full name of the message or enum, absent for scalars. */
export interface FieldRow {
  name: string;
  number: number;
  label: 'one' | 'repeated' | 'map';
  kind: ScalarKind | SpecialKind | 'message' | 'enum';
  type: string;
}

const scalarKinds: ReadonlySet<string> = new Set(scalars);

function isSpecial(type: string): type is keyof typeof specials {
  return Object.hasOwn(specials, type);
}

function isScalar(type: string): type is ScalarKind {
  return scalarKinds.has(type);
}

/** Reads one row. A row that names a type the table lacks is a mistake in the table: it throws. */
export function parseFieldRow(name: string, row: string): FieldRow {
  const words = row.split(' ');
  const type = words.at(-1) ?? '';
  const label = words.length === 3 ? words[1] : 'one';
  if (label !== 'one' && label !== 'repeated' && label !== 'map') throw new TypeError(`${name}: no such label in "${row}"`);
  const number = Number(words[0]);
  if (isScalar(type)) return { name, number, label, kind: type, type };
  if (isSpecial(type)) return { name, number, label, kind: specials[type], type };
  if (Object.hasOwn(messageRows, type)) return { name, number, label, kind: 'message', type };
  if (Object.hasOwn(enumRows, type)) return { name, number, label, kind: 'enum', type };
  throw new TypeError(`${name}: no such type in "${row}"`);
}

/** Reads the values of an enum of the table: name → number. */
export function parseEnumRow(row: string): Map<string, number> {
  return new Map(
    row.split(' ').map((entry, index) => {
      const [name = '', number] = entry.split('=');
      return [name, number === undefined ? index : Number(number)];
    }),
  );
}
