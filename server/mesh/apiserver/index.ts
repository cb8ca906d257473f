/**
 * The Kubernetes-style API server of the bundled mesh.
 *
 *     const server = await startApiServer({ dataDir: '.heddle', port: 6443, mutators: [inject], validators: [webhookRules] });
 *     // server.url, server.kubeconfigPath; later: await server.stop()
 */
export type { AdmissionContext, FieldProblem, Mutator, ValidationContext, Validator } from './admission/admission';
export { startApiServer } from './start-api-server';
export type { ApiServer, ApiServerOptions } from './start-api-server';
export type { StoredObject } from './storage/stored-object';
export type { LogQuery, PodAccess } from './subresources/pod-access';
