import { encodeAny, encodeMessage } from '@/lib/xds';
import type { AnyResource } from './view-resources';

/** `delta`: envoy.service.discovery.v3.Resource. `any`: google.protobuf.Any, for state-of-the-world streams. */
export type ResourceForm = 'delta' | 'any';

const encoded: Record<ResourceForm, WeakMap<AnyResource, Uint8Array>> = { delta: new WeakMap(), any: new WeakMap() };

/**
 * A resource's bytes in the form that a stream sends, made once per version and shared by all streams.
 * @throws HeddleError `invalid_config` when it has a field that the wire table lacks
 */
export function encodeResource(typeUrl: string, resource: AnyResource, form: ResourceForm): Uint8Array {
  let bytes = encoded[form].get(resource);
  if (bytes === undefined) {
    const any = encodeAny({ '@type': typeUrl, ...resource.resource });
    const { name, version } = resource;
    bytes = form === 'any' ? any : encodeMessage('envoy.service.discovery.v3.Resource', { name, version, resource: any });
    encoded[form].set(resource, bytes);
  }
  return bytes;
}
