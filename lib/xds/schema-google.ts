import type { MessageRows } from './schema-rows';

/** Rows of the wire table: well-known types and google.rpc.Status. */
export const googleMessages = {
  'google.protobuf.Duration': {
    seconds: '1 int64',
    nanos: '2 int32',
  },
  'google.protobuf.Timestamp': {
    seconds: '1 int64',
    nanos: '2 int32',
  },
  'google.protobuf.Empty': {},
  'google.protobuf.DoubleValue': {
    value: '1 double',
  },
  'google.protobuf.FloatValue': {
    value: '1 float',
  },
  'google.protobuf.Int64Value': {
    value: '1 int64',
  },
  'google.protobuf.UInt64Value': {
    value: '1 uint64',
  },
  'google.protobuf.Int32Value': {
    value: '1 int32',
  },
  'google.protobuf.UInt32Value': {
    value: '1 uint32',
  },
  'google.protobuf.BoolValue': {
    value: '1 bool',
  },
  'google.protobuf.StringValue': {
    value: '1 string',
  },
  'google.protobuf.BytesValue': {
    value: '1 bytes',
  },
  'google.rpc.Status': {
    code: '1 int32',
    message: '2 string',
    details: '3 repeated google.protobuf.Any',
  },
  'udpa.type.v1.TypedStruct': {
    type_url: '1 string',
    value: '2 google.protobuf.Struct',
  },
  'xds.type.v3.TypedStruct': {
    type_url: '1 string',
    value: '2 google.protobuf.Struct',
  },
} satisfies MessageRows;
