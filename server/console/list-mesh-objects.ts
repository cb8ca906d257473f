import type { AnyObject, MeshObjectsResponse, Notice } from '@/lib/contract';
import { serviceAccountOfPod } from '@/lib/model';
import type { KubernetesResource, Pod } from '@/lib/model';
import { resources } from '@/server/kube';
import { noticeOf } from './ask-metrics';
import { liveObjects } from './compare-behaviour';
import type { Console } from './console-state';
import { lastAppliedAnnotation } from './draft-object';

const unread = new Set(['EndpointSlice', 'Node']);

/** What findings about drafts depend on, without what they never read: this goes to browsers, and meshes are large. */
export async function listMeshObjects(console: Console): Promise<MeshObjectsResponse> {
  const cluster = console.cluster();
  const notices: Notice[] = cluster.notices();
  const live = liveObjects(cluster).filter((object) => !unread.has(object.kind));
  let secrets: MeshObjectsResponse['secrets'] = [];
  try {
    const { items } = await cluster.client.listAll(resources.secrets);
    secrets = items.map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
  } catch (error) {
    // Who may not list Secrets types their names.
    notices.push(noticeOf('kubernetes/secrets', error));
  }
  const accounts = new Map<string, { namespace: string; name: string }>();
  for (const pod of cluster.pods()) {
    const account = { namespace: pod.metadata.namespace ?? '', name: serviceAccountOfPod(pod) };
    accounts.set(`${account.namespace}/${account.name}`, account);
  }
  return {
    objects: live.map(reduce),
    secrets,
    serviceAccounts: [...accounts.values()],
    complete: cluster.notices().length === 0,
    notices,
  };
}

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
  if (object.kind === 'Pod') return reducePod(object as Pod, kept);
  const { status: _status, ...rest } = object as KubernetesResource & { status?: unknown };
  // Findings about routes read what their parents say of them.
  const needsStatus = object.apiVersion.startsWith('gateway.networking.k8s.io');
  return { ...(needsStatus ? object : rest), metadata: kept };
}

function reducePod(pod: Pod, metadata: Omit<KubernetesResource['metadata'], 'managedFields'>): AnyObject {
  const ports = (containers: Pod['spec']['containers'] | undefined) => containers?.map(({ name, ports: own }) => ({ name, ports: own }));
  const { serviceAccountName, serviceAccount } = pod.spec;
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata,
    spec: {
      containers: ports(pod.spec.containers),
      initContainers: ports(pod.spec.initContainers),
      serviceAccountName,
      serviceAccount,
    },
    status: { phase: pod.status?.phase },
  };
}
