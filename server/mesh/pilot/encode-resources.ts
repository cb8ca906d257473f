import { encodeAny, encodeMessage } from '@/lib/xds';
import type { AnyResource } from './view-resources';

export interface EncodedResource {
  /** envoy.service.discovery.v3.Resource, for delta streams. */
  delta: Uint8Array;
  /** google.protobuf.Any, for state-of-the-world streams. */
  any: Uint8Array;
}

const encoded = new WeakMap<AnyResource, EncodedResource>();

/**
 * A resource's bytes, made once per version and shared by all streams.
 * @throws HeddleError `invalid_config` when it has a field that the wire table lacks
 */
export function encodeResource(typeUrl: string, resource: AnyResource): EncodedResource {
  let known = encoded.get(resource);
  if (known === undefined) {
    const any = encodeAny({ '@type': typeUrl, ...resource.resource });
    const delta = encodeMessage('envoy.service.discovery.v3.Resource', { name: resource.name, version: resource.version, resource: any });
    known = { any, delta };
    encoded.set(resource, known);
  }
  return known;
}
