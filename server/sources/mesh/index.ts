export { createMesh } from './create-mesh';
export type { Mesh } from './create-mesh';
export type { ProxySync } from './read-syncz';
export { readSyncz } from './read-syncz';
