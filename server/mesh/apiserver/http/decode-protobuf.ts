import { unsupportedMediaType } from '../status-errors';

/** Reads a body in Kubernetes' protobuf envelope. @throws HeddleError `unsupported_media_type` for kinds it has no description of. */
export function decodeKubernetesProtobuf(_bytes: Buffer): unknown {
  throw unsupportedMediaType('this kind is not accepted as protobuf');
}
