import type { AnyObject, MeshObjectsResponse } from '@/lib/contract';
import type { Deployment, KubernetesResource, Pod } from '@/lib/model';
import { resources } from '@/server/kube';
import { noticeOf } from './ask-metrics';
import type { Console } from './console-state';
import { lastAppliedAnnotation } from './draft-object';
import { findingObjects } from './finding-objects';

/** What findings about drafts depend on, reduced to what they read: this goes to browsers, and meshes are large. */
export function listMeshObjects(console: Console): MeshObjectsResponse {
  const cluster = console.cluster();
  const unread = cluster.notices();
  const { state, error } = cluster.informer.state(resources.secrets);
  return {
    objects: findingObjects(cluster).map(reduce),
    complete: unread.length === 0,
    // Who may not list Secrets types their names.
    notices: state === 'refused' && error !== undefined ? [...unread, noticeOf('kubernetes/secrets', error)] : unread,
  };
}

type PodParts = Partial<Pod['spec']>;

function reduce(object: KubernetesResource): AnyObject {
  const {
    managedFields: _fields,
    annotations: given,
    ownerReferences: _owners,
    ...metadata
  } = object.metadata as KubernetesResource['metadata'] & {
    managedFields?: unknown;
  };
  const { [lastAppliedAnnotation]: _copy, ...annotations } = given ?? {};
  const kept = Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations };
  const { apiVersion, kind } = object;
  if (kind === 'Pod') {
    const pod = object as Pod;
    return { apiVersion, kind, metadata: kept, spec: reducePodSpec(pod.spec), status: { phase: pod.status?.phase } };
  }
  if (apiVersion === 'apps/v1') {
    const { template } = (object as Deployment).spec;
    return { apiVersion, kind, metadata: kept, spec: { template: { metadata: template.metadata, spec: reducePodSpec(template.spec) } } };
  }
  const { status: _status, ...rest } = object as KubernetesResource & { status?: unknown };
  // Findings about routes read what their parents say of them.
  const needsStatus = apiVersion.startsWith('gateway.networking.k8s.io');
  return { ...(needsStatus ? object : rest), metadata: kept };
}

function reducePodSpec({ containers, initContainers, serviceAccountName, serviceAccount }: PodParts): PodParts {
  const reduced = (list: Pod['spec']['containers']) => list.map(({ name, image, ports }) => ({ name, image, ports }));
  return {
    ...(containers === undefined ? {} : { containers: reduced(containers) }),
    ...(initContainers === undefined ? {} : { initContainers: reduced(initContainers) }),
    ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
  } as PodParts;
}
