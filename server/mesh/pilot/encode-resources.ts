import { encodeAny, encodeMessage, typeUrls } from '@/lib/xds';
import type { RouteConfiguration } from '@/lib/xds';
import type { AnyResource } from './view-resources';

/** `delta`: envoy.service.discovery.v3.Resource. `any`: google.protobuf.Any, for state-of-the-world streams. */
export type ResourceForm = 'delta' | 'any';

const encoded: Record<ResourceForm, WeakMap<AnyResource, Uint8Array>> = { delta: new WeakMap(), any: new WeakMap() };
const encodedHosts = new WeakMap<object, Uint8Array>();

/**
 * A resource's bytes in the form that a stream sends, made once per version and shared by all streams.
 * @throws HeddleError `invalid_config` when it has a field that the wire table lacks
 */
export function encodeResource(typeUrl: string, resource: AnyResource, form: ResourceForm): Uint8Array {
  let bytes = encoded[form].get(resource);
  if (bytes === undefined) {
    const body = typeUrl === typeUrls.routeConfiguration ? withEncodedHosts(resource.resource) : resource.resource;
    const any = encodeAny({ '@type': typeUrl, ...body });
    const { name, version } = resource;
    bytes = form === 'any' ? any : encodeMessage('envoy.service.discovery.v3.Resource', { name, version, resource: any });
    encoded[form].set(resource, bytes);
  }
  return bytes;
}

/** A route configuration has a virtual host for every service, and a change touches one of them: the others keep their bytes. */
function withEncodedHosts(routes: Partial<Pick<RouteConfiguration, 'virtual_hosts'>>): object {
  if (routes.virtual_hosts === undefined) return routes;
  const hosts = routes.virtual_hosts.map((host) => {
    let bytes = encodedHosts.get(host);
    if (bytes === undefined) {
      bytes = encodeMessage('envoy.config.route.v3.VirtualHost', host);
      encodedHosts.set(host, bytes);
    }
    return bytes;
  });
  return { ...routes, virtual_hosts: hosts };
}
