import { CannotStart } from './container-process';
import type { Launch } from './container-process';
import type { LaunchProxyOptions } from './launch-proxy';

/** A stock Envoy as the proxy of a pod. */
export function launchEnvoy(_options: LaunchProxyOptions): Promise<Launch> {
  return Promise.reject(new CannotStart('ErrImagePull', 'A stock Envoy cannot be started yet.'));
}
