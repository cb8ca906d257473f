/** The data plane. `heddle proxy` runs `main.ts`; the benchmark runs `Proxy` on a fixed configuration. */
export { Proxy } from './proxy';
export type { ProxyOptions } from './proxy';
export type { ConfigHandler, ConfigSource, DeliveredResource, Identity, IdentitySource } from './config-source';
export type { Bootstrap } from './read-bootstrap';
