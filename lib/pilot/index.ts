export { buildMeshState, updateMeshState } from './mesh-state';
export type { MeshState } from './mesh-state';
export { compileProxy } from './compile-proxy';
export { parseProxyNode, proxyNodeOfPod } from './proxy-node';
export type { CompiledProxy, CompiledResource, ExternalHost, Note, ObjectChanges, ObjectStatus, PilotOptions, ProxyNode } from './types';
