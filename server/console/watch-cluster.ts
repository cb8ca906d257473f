import { readMeshContext } from '@/lib/graph';
import type { MeshContext } from '@/lib/graph';
import type { DestinationRule, Gateway, HTTPRoute, ServiceEntry, VirtualService } from '@/lib/kinds';
import type { Deployment, EndpointSlice, Namespace, Pod, Service } from '@/lib/model';
import type { Notice } from '@/lib/contract';
import { contextKinds, defaultRootNamespace } from '@/lib/validate';
import { createInformer, resourceOf, resources } from '@/server/kube';
import type { AnyKubeObject, InformedResource, Informer, KubeClient, ResourceRef } from '@/server/kube';
import { noticesOfKinds } from './notices-of-kinds';
import type { Remotes } from './watch-remotes';
import { whoWrites } from './who-writes';

/** The console's copy of what it shows all the time, kept current by watches. Objects are shared: never change them. */
export interface Cluster {
  readonly client: KubeClient;
  readonly informer: Informer;
  pods(): Pod[];
  services(): Service[];
  endpointSlices(): EndpointSlice[];
  namespaces(): Namespace[];
  virtualServices(): VirtualService[];
  destinationRules(): DestinationRule[];
  httpRoutes(): HTTPRoute[];
  list(resource: ResourceRef): AnyKubeObject[];
  /** Other clusters of the mesh, when some are named. */
  readonly remotes: Remotes | undefined;
  /** What Kubernetes adds to the graph; made once per version of the objects. */
  context(): MeshContext;
  /** The user the console writes as. */
  user(): Promise<string>;
  /** What cannot be seen at the moment, and why; of one kind when it is named. */
  notices(plural?: string): Notice[];
  /** Resolves when the copy holds these versions (or the objects are gone), so that who writes then reads what was written. */
  caughtUp(written: readonly Written[]): Promise<void>;
  stop(): void;
}

/** An object that was written; `resourceVersion` is `null` when it was deleted. */
export interface Written {
  resource: ResourceRef;
  namespace: string | undefined;
  name: string;
  resourceVersion: string | null;
}

const catchUpMs = 2000;

/** What findings depend on (Secrets by name alone; of ConfigMaps the mesh's own), and what requests do beyond that. */
const watched: readonly InformedResource[] = [
  ...contextKinds.flatMap(({ kind, part, only }): InformedResource[] => {
    const resource = resourceOf(kind);
    if (only !== undefined)
      return only.map((name) => ({ ...resource, namespace: defaultRootNamespace, fieldSelector: `metadata.name=${name}` }));
    return [part === 'names' ? { ...resource, namesOf: kind.kind } : resource];
  }),
  resources.endpointSlices,
  resources.nodes,
];

/** Without these some findings are silent, and that is all: who may not read them is not told so on every page. */
const lesser = new Set(['daemonsets', 'secrets', 'serviceaccounts', 'metadata.name=istio-sidecar-injector']);
const needed = watched.filter((one) => !lesser.has(one.plural) && !lesser.has(one.fieldSelector ?? ''));

const istio = (plural: string): ResourceRef => ({ group: 'networking.istio.io', version: 'v1', plural });
const httpRoutes: ResourceRef = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' };

export function watchCluster(client: KubeClient, clusterName: string, remotes?: Remotes): Cluster {
  const informer = createInformer(client, watched);
  let context: MeshContext | null = null;
  let user: Promise<string> | null = null;
  const renew = (): void => {
    context = null;
  };
  informer.onChange(renew);
  remotes?.onChange(renew);
  informer.start();
  // The API server has validated what it stores: the shape goes with the kind.
  const pods = () => informer.list<Pod & AnyKubeObject>(resources.pods);
  const services = () => informer.list<Service & AnyKubeObject>(resources.services);
  const virtualServices = () => informer.list<VirtualService & AnyKubeObject>(istio('virtualservices'));
  const destinationRules = () => informer.list<DestinationRule & AnyKubeObject>(istio('destinationrules'));
  const controllers = () =>
    [resources.deployments, resources.statefulSets].flatMap((resource) => informer.list<Deployment & AnyKubeObject>(resource));

  return {
    client,
    informer,
    pods,
    services,
    endpointSlices: () => informer.list<EndpointSlice & AnyKubeObject>(resources.endpointSlices),
    namespaces: () => informer.list<Namespace & AnyKubeObject>(resources.namespaces),
    virtualServices,
    destinationRules,
    httpRoutes: () => informer.list<HTTPRoute & AnyKubeObject>(httpRoutes),
    list: (resource) => informer.list(resource),
    remotes,
    context() {
      context ??= readMeshContext({
        cluster: clusterName,
        pods: pods(),
        services: services(),
        virtualServices: virtualServices(),
        destinationRules: destinationRules(),
        serviceEntries: informer.list<ServiceEntry & AnyKubeObject>(istio('serviceentries')),
        gateways: informer.list<Gateway & AnyKubeObject>(istio('gateways')),
        httpRoutes: informer.list<HTTPRoute & AnyKubeObject>(httpRoutes),
        controllers: controllers(),
        namespaces: informer.list<Namespace & AnyKubeObject>(resources.namespaces),
      });
      return context;
    },
    user: () => (user ??= whoWrites(client)),
    notices(plural) {
      const asked = plural === undefined ? needed : needed.filter((resource) => resource.plural === plural);
      return noticesOfKinds(asked.map((resource) => ({ plural: resource.plural, ...informer.state(resource) })));
    },
    caughtUp(written) {
      const has = ({ resource, namespace, name, resourceVersion }: Written) => {
        const version = informer.get(resource, name, namespace)?.metadata.resourceVersion;
        if (resourceVersion === null) return version === undefined;
        return version !== undefined && (version === resourceVersion || Number(version) > Number(resourceVersion));
      };
      if (written.every(has)) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(limit);
          stopListening();
          resolve();
        };
        // A watch that is behind must not hold up the answer: the write itself is done.
        const limit = setTimeout(done, catchUpMs);
        const stopListening = informer.onChange(() => {
          if (written.every(has)) done();
        });
      });
    },
    stop() {
      informer.stop();
      remotes?.stop();
      client.close();
    },
  };
}
