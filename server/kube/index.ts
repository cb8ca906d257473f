/**
 * The Kubernetes client that the console and the bundled mesh share.
 *
 *     const client = createKubeClient(await loadKubeConfig({ file }));
 *     await client.apply(resources.virtualServices, object, { force: true });
 *     const informer = createInformer(client, [resources.services, resources.pods]);
 *     informer.onChange((changes) => …); informer.start(); await informer.synced;
 */
export { createInformer } from './create-informer';
export type { InformedResource, Informer, InformerOptions, InformerState, ObjectChange } from './create-informer';
export { createKubeClient } from './create-kube-client';
export type { KubeClient } from './create-kube-client';
export { loadKubeConfig } from './load-kube-config';
export type { KubeConfigSource, KubeConnection } from './load-kube-config';
export { kubeStatusOf } from './map-status';
export { resourceOf, resources } from './resources';
export type {
  AnyKubeObject,
  ApplyOptions,
  DeleteOptions,
  KubeList,
  KubeObject,
  KubeStatus,
  ListOptions,
  ObjectName,
  PatchType,
  RawRequest,
  RawResponse,
  RequestOptions,
  ResourceRef,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './types';
