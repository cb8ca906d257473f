/** Real proxies, real applications, real requests. */
export { openWire } from './open-wire';
export type { Observation, WireBench } from './open-wire';
export { hasEnvoy } from './run-proxy';
export type { LogLine } from './run-proxy';
export type { SeenRequest } from './run-upstreams';
export { authorityOf, directPod, withToken } from './send-request';
