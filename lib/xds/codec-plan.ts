import { enumRows, messageRows, parseEnumRow, parseFieldRow } from './schema';
import type { FieldRow } from './schema';

/** Wire types of protobuf: varint, 64 bits, length-delimited, 32 bits. */
type WireType = 0 | 1 | 2 | 5;

/** A field ready for the codec: its tag, and how to turn an enum's names into numbers and back. */
export interface FieldPlan extends FieldRow {
  /** Wire type of one value (a packed list of them is length-delimited). */
  wire: WireType;
  /** Number and wire type as written before each value; for packed lists, before the list. */
  tag: number;
  packed: boolean;
  byName: Map<string, number> | undefined;
  byNumber: Map<number, string> | undefined;
  /** Plan of a message-typed field, found when it is first needed: messages may contain themselves. */
  nested: MessagePlan | undefined;
}

/** A message ready for the codec. */
export interface MessagePlan {
  type: string;
  byName: Map<string, FieldPlan>;
  byNumber: (FieldPlan | undefined)[];
  /** Scalars whose default is filled in on decoding, because `{value: 0}` and `{seconds: 0}` mean something that an absent field does not. */
  filled: readonly (readonly [string, unknown])[] | undefined;
}

const zero = [['value', 0]] as const;

const filledScalars: Record<string, readonly (readonly [string, unknown])[]> = {
  'google.protobuf.Duration': [['seconds', 0]],
  'google.protobuf.Timestamp': [['seconds', 0]],
  'google.protobuf.DoubleValue': zero,
  'google.protobuf.FloatValue': zero,
  'google.protobuf.Int64Value': zero,
  'google.protobuf.UInt64Value': zero,
  'google.protobuf.Int32Value': zero,
  'google.protobuf.UInt32Value': zero,
  'google.protobuf.BoolValue': [['value', false]],
  'google.protobuf.StringValue': [['value', '']],
  'envoy.type.v3.Percent': zero,
};

const wireTypes: Record<FieldRow['kind'], WireType> = {
  bool: 0,
  int32: 0,
  int64: 0,
  uint32: 0,
  uint64: 0,
  enum: 0,
  double: 1,
  float: 5,
  bytes: 2,
  string: 2,
  message: 2,
  any: 2,
  struct: 2,
  value: 2,
  list: 2,
};

const plans = new Map<string, MessagePlan>();

/** The plan of a message, made when it is first asked for; undefined when the table lacks it. */
export function findPlan(type: string): MessagePlan | undefined {
  const known = plans.get(type);
  if (known !== undefined) return known;
  const rows = Object.hasOwn(messageRows, type) ? messageRows[type] : undefined;
  if (rows === undefined) return undefined;
  const plan: MessagePlan = { type, byName: new Map(), byNumber: [], filled: filledScalars[type] };
  for (const [name, row] of Object.entries(rows)) {
    const field = planField(name, row);
    plan.byName.set(name, field);
    plan.byNumber[field.number] = field;
  }
  plans.set(type, plan);
  return plan;
}

function planField(name: string, row: string): FieldPlan {
  const field = parseFieldRow(name, row);
  const wire = wireTypes[field.kind];
  const packed = field.label === 'repeated' && wire !== 2;
  const byName = field.kind === 'enum' ? parseEnumRow(enumRows[field.type] ?? '') : undefined;
  return {
    ...field,
    wire,
    packed,
    tag: field.number * 8 + (packed || field.label === 'map' ? 2 : wire),
    byName,
    byNumber: byName === undefined ? undefined : new Map([...byName].map(([label, number]) => [number, label])),
    nested: undefined,
  };
}
