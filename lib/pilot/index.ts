export { buildMeshState, updateMeshState } from './mesh-state';
export type { MeshState } from './mesh-state';
export { compileProxy } from './compile-proxy';
export { compileSecret } from './compile-secret';
export { computeStatuses } from './compute-statuses';
export { noteObjects } from './note-objects';
export { requiredKeySets } from './required-key-sets';
export { parseProxyNode, proxyNodeOfPod } from './proxy-node';
export type { CompiledProxy, CompiledResource, ExternalHost, Note, ObjectChanges, ObjectStatus, PilotOptions, ProxyNode } from './types';
