import { isDeepStrictEqual } from 'node:util';
import { isHeddleError } from '@/lib/errors';
import type { EndpointSlice, Node, Pod, Service } from '@/lib/model';
import { HOST_IP } from '@/lib/model';
import { resources } from '@/server/kube';
import type { Informer, KubeClient, KubeObject, ObjectChange, ResourceRef } from '@/server/kube';
import { podKey } from '../types';
import type { Log } from '../types';
import { Expectations } from './expectations';
import { isManaged, planEndpointSlices, serviceOfSlice } from './plan-endpoint-slices';
import { planDaemonSet, planReplicaSet, planStatefulSet, revisionLabel } from './reconcile-replicas';
import { planDeployment } from './reconcile-deployment';
import { runReconciler } from './run-reconciler';
import type { Reconciler } from './run-reconciler';
import { chooseNode } from './schedule-pod';
import { contentHash, nameSuffix, podFromTemplate, podsOf } from './workload-objects';
import type { AppsObject } from './workload-objects';

/** The kinds that the controllers and the kubelet keep a copy of. */
export const watchedResources: readonly ResourceRef[] = [
  resources.pods,
  resources.services,
  resources.nodes,
  resources.endpointSlices,
  resources.deployments,
  resources.replicaSets,
  resources.statefulSets,
  resources.daemonSets,
];

const ignoreMissing = (error: unknown): void => {
  if (!isHeddleError(error) || error.code !== 'not_found') throw error;
};

const ignoreExisting = (error: unknown): void => {
  if (!isHeddleError(error) || error.code !== 'conflict') throw error;
};

/** Name and namespace of a key `namespace/name`. */
function nameIn(key: string): [name: string, namespace: string] {
  const slash = key.indexOf('/');
  return [key.slice(slash + 1), key.slice(0, slash)];
}

/**
 * The controllers that make pods of workloads and find them again: Deployment, ReplicaSet, StatefulSet, DaemonSet, EndpointSlice,
 * scheduling, addresses of load balancers. (Namespaces, ServiceAccounts and what lost its owner are looked after by the API server.) Returns the way to stop them.
 */
export function startControllers(client: KubeClient, informer: Informer, log: Log): () => void {
  const expectations = new Expectations(Date.now);
  const podsIn = (namespace: string | undefined) => informer.list<Pod>(resources.pods, namespace);

  async function createPod(
    owner: AppsObject,
    key: string,
    name: string,
    labels: Record<string, string> = {},
    nodeName?: string,
  ): Promise<void> {
    const pod = podFromTemplate(owner, name, labels);
    const spec = nodeName === undefined ? pod.spec : { ...pod.spec, nodeName };
    const created = await client.create(resources.pods, { ...pod, spec } as KubeObject);
    expectations.expectCreated(key, created.metadata.uid ?? '');
  }

  async function removePod(pod: Pod, key: string): Promise<void> {
    expectations.expectDeleted(key, pod.metadata.uid ?? '');
    await client
      .delete(resources.pods, pod.metadata, { preconditions: pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid } })
      .catch(ignoreMissing);
  }

  async function writeStatus(resource: ResourceRef, object: AppsObject, status: Record<string, unknown>): Promise<void> {
    const before = object.status ?? {};
    if (Object.entries(status).every(([name, value]) => isDeepStrictEqual(before[name], value))) return;
    await client.patch(resource, object.metadata, { status }, { subresource: 'status' });
  }

  /** The pods of an owner, when our copy of the world holds what we wrote for it; else the key waits for the next change. */
  function settledPods(owner: AppsObject, key: string): Pod[] | undefined {
    const pods = podsIn(owner.metadata.namespace);
    const alive = podsOf(owner, pods).filter((pod) => pod.metadata.deletionTimestamp === undefined);
    return expectations.satisfied(key, new Set(alive.map((pod) => pod.metadata.uid ?? ''))) ? pods : undefined;
  }

  const deployment = runReconciler(
    'deployment',
    async (key) => {
      const found = informer.get<AppsObject>(resources.deployments, ...nameIn(key));
      if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
      const sets = informer.list<AppsObject>(resources.replicaSets, found.metadata.namespace);
      const plan = planDeployment(found, sets, new Date().toISOString().replace(/\.\d+Z$/, 'Z'));
      const namespace = found.metadata.namespace;
      if (plan.create !== undefined) await client.create(resources.replicaSets, plan.create).catch(ignoreExisting);
      const { revise, annotations } = plan;
      if (revise !== undefined)
        await client.patch(resources.replicaSets, { name: revise.name, namespace }, { metadata: { annotations: revise.annotations } });
      if (Object.entries(annotations).some(([name, value]) => found.metadata.annotations?.[name] !== value))
        await client.patch(resources.deployments, { name: found.metadata.name, namespace }, { metadata: { annotations } });
      for (const { name, replicas } of plan.scale) await client.patch(resources.replicaSets, { name, namespace }, { spec: { replicas } });
      for (const name of plan.remove) await client.delete(resources.replicaSets, { name, namespace }).catch(ignoreMissing);
      await writeStatus(resources.deployments, found, plan.status);
    },
    log,
  );

  const replicaSet = runReconciler(
    'replicaset',
    async (key) => {
      const found = informer.get<AppsObject>(resources.replicaSets, ...nameIn(key));
      if (found === undefined) {
        expectations.forget(`ReplicaSet/${key}`);
        return;
      }
      if (found.metadata.deletionTimestamp !== undefined) return;
      const pods = settledPods(found, `ReplicaSet/${key}`);
      if (pods === undefined) {
        replicaSet.enqueue(key, 250);
        return;
      }
      const plan = planReplicaSet(found, pods);
      for (let index = 0; index < plan.create; index += 1) {
        await createPod(found, `ReplicaSet/${key}`, `${found.metadata.name}-${nameSuffix(5, Math.random)}`);
      }
      for (const pod of plan.remove) await removePod(pod, `ReplicaSet/${key}`);
      await writeStatus(resources.replicaSets, found, plan.status);
    },
    log,
  );

  const statefulSet = runReconciler(
    'statefulset',
    async (key) => {
      const found = informer.get<AppsObject>(resources.statefulSets, ...nameIn(key));
      if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
      const pods = settledPods(found, `StatefulSet/${key}`);
      if (pods === undefined) {
        statefulSet.enqueue(key, 250);
        return;
      }
      const hash = contentHash(found.spec.template);
      const plan = planStatefulSet(found, pods, hash);
      for (const ordinal of plan.create) {
        const name = `${found.metadata.name}-${ordinal}`;
        const labels = {
          'statefulset.kubernetes.io/pod-name': name,
          'apps.kubernetes.io/pod-index': String(ordinal),
          [revisionLabel]: `${found.metadata.name}-${hash}`,
        };
        await createPod(found, `StatefulSet/${key}`, name, labels).catch(ignoreExisting);
      }
      for (const pod of plan.remove) await removePod(pod, `StatefulSet/${key}`);
      await writeStatus(resources.statefulSets, found, plan.status);
    },
    log,
  );

  const daemonSet = runReconciler(
    'daemonset',
    async (key) => {
      const found = informer.get<AppsObject>(resources.daemonSets, ...nameIn(key));
      if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
      const pods = settledPods(found, `DaemonSet/${key}`);
      if (pods === undefined) {
        daemonSet.enqueue(key, 250);
        return;
      }
      const nodes = informer.list<Node>(resources.nodes).map((node) => node.metadata.name);
      const hash = contentHash(found.spec.template);
      const plan = planDaemonSet(found, pods, nodes, hash);
      for (const node of plan.create) {
        const name = `${found.metadata.name}-${nameSuffix(5, Math.random)}`;
        await createPod(found, `DaemonSet/${key}`, name, { [revisionLabel]: hash }, node);
      }
      for (const pod of plan.remove) await removePod(pod, `DaemonSet/${key}`);
      await writeStatus(resources.daemonSets, found, plan.status);
    },
    log,
  );

  const endpoints = runReconciler(
    'endpointslice',
    async (key) => {
      const [name, namespace] = nameIn(key);
      const service = informer.get<Service>(resources.services, ...nameIn(key));
      const present = informer
        .list<EndpointSlice>(resources.endpointSlices, namespace)
        .filter((slice) => isManaged(slice) && serviceOfSlice(slice) === name);
      const nodes = new Map(informer.list<Node>(resources.nodes).map((node) => [node.metadata.name, node]));
      const wanted = service === undefined ? [] : planEndpointSlices(service, podsIn(namespace), nodes);
      for (const slice of wanted) {
        const before = present.find((one) => one.metadata.name === slice.metadata.name);
        if (before === undefined) await client.create(resources.endpointSlices, slice).catch(ignoreExisting);
        else if (!sameSlice(before, slice)) {
          await client.update(resources.endpointSlices, {
            ...slice,
            metadata: { ...before.metadata, labels: slice.metadata.labels ?? {} },
          });
        }
      }
      for (const slice of present) {
        if (wanted.some((one) => one.metadata.name === slice.metadata.name)) continue;
        await client.delete(resources.endpointSlices, slice.metadata).catch(ignoreMissing);
      }
    },
    log,
  );

  const loadBalancer = runReconciler(
    'loadbalancer',
    async (key) => {
      const service = informer.get<Service>(resources.services, ...nameIn(key));
      if (service?.spec.type !== 'LoadBalancer' || service.metadata.deletionTimestamp !== undefined) return;
      // Gateways listen on this host's own address; there is nothing else to balance with.
      const status = { loadBalancer: { ingress: [{ ip: HOST_IP }] } };
      if (service.status?.loadBalancer?.ingress?.[0]?.ip === HOST_IP) return;
      await client.patch(resources.services, service.metadata, { status }, { subresource: 'status' }).catch(ignoreMissing);
    },
    log,
  );

  const scheduler = runReconciler(
    'scheduler',
    async (key) => {
      const pod = informer.get<Pod>(resources.pods, ...nameIn(key));
      if (pod === undefined || pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined) return;
      const node = chooseNode(pod, informer.list<Node>(resources.nodes), podsIn(undefined));
      if (node !== undefined) {
        await client.patch(resources.pods, pod.metadata, { spec: { nodeName: node } });
        return;
      }
      const message = 'No node fits the pod: its nodeSelector or affinity names labels that no Node has.';
      const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
      if (pod.status?.conditions?.[0]?.message !== message) {
        await client.patch(resources.pods, pod.metadata, { status: { phase: 'Pending', conditions } }, { subresource: 'status' });
      }
      scheduler.enqueue(key, 2000);
    },
    log,
  );

  function ownerKey(object: KubeObject, kind: string): string | undefined {
    const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true && reference.kind === kind);
    return owner === undefined ? undefined : `${object.metadata.namespace ?? 'default'}/${owner.name}`;
  }

  function enqueueOwner(reconciler: Reconciler, object: KubeObject, kind: string): void {
    const key = ownerKey(object, kind);
    if (key !== undefined) reconciler.enqueue(key);
  }

  function onPod(pod: Pod): void {
    enqueueOwner(replicaSet, pod, 'ReplicaSet');
    enqueueOwner(statefulSet, pod, 'StatefulSet');
    enqueueOwner(daemonSet, pod, 'DaemonSet');
    scheduler.enqueue(podKey(pod));
    for (const service of informer.list<Service>(resources.services, pod.metadata.namespace)) endpoints.enqueue(podKey(service));
  }

  const handlers: Record<string, (object: KubeObject) => void> = {
    pods: (object) => {
      onPod(object as Pod);
    },
    services: (object) => {
      endpoints.enqueue(podKey(object));
      loadBalancer.enqueue(podKey(object));
    },
    endpointslices: (object) => {
      const name = serviceOfSlice(object as EndpointSlice);
      if (name !== undefined) endpoints.enqueue(`${object.metadata.namespace ?? 'default'}/${name}`);
    },
    deployments: (object) => {
      deployment.enqueue(podKey(object));
    },
    replicasets: (object) => {
      replicaSet.enqueue(podKey(object));
      enqueueOwner(deployment, object, 'Deployment');
    },
    statefulsets: (object) => {
      statefulSet.enqueue(podKey(object));
    },
    daemonsets: (object) => {
      daemonSet.enqueue(podKey(object));
    },
    nodes: () => {
      for (const set of informer.list<AppsObject>(resources.daemonSets)) daemonSet.enqueue(podKey(set));
      for (const pod of informer.list<Pod>(resources.pods)) if (pod.spec.nodeName === undefined) scheduler.enqueue(podKey(pod));
    },
  };

  const onChange = (changes: readonly Pick<ObjectChange, 'resource' | 'object'>[]) => {
    for (const change of changes) handlers[change.resource.plural]?.(change.object);
  };
  const stopListening = informer.onChange(onChange);
  for (const resource of watchedResources) onChange(informer.list(resource).map((object) => ({ resource, object })));

  const all = [deployment, replicaSet, statefulSet, daemonSet, endpoints, loadBalancer, scheduler];
  return () => {
    stopListening();
    for (const reconciler of all) reconciler.stop();
  };
}

/** Whether nothing but bookkeeping differs. The server may give fields back in another order. */
function sameSlice(left: EndpointSlice, right: EndpointSlice): boolean {
  return (
    isDeepStrictEqual(left.endpoints ?? [], right.endpoints ?? []) &&
    isDeepStrictEqual(left.ports ?? [], right.ports ?? []) &&
    isDeepStrictEqual(left.metadata.labels, right.metadata.labels)
  );
}
