/** What runs in the bundled mesh: built-in workloads in the place of well-known images, and the load on them. */
export { resolveImage } from './resolve-image';
export type { BuiltInImage } from './resolve-image';
export { startLoad } from './load/start-load';
export type { LoadOptions } from './load/start-load';
export type { LoadReport } from './load/latency-window';
