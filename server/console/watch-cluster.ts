import { readMeshContext } from '@/lib/graph';
import type { MeshContext } from '@/lib/graph';
import type { DestinationRule, Gateway, HTTPRoute, ServiceEntry, VirtualService } from '@/lib/kinds';
import type { Deployment, EndpointSlice, Namespace, Pod, Service } from '@/lib/model';
import type { Notice } from '@/lib/contract';
import { createInformer, resources } from '@/server/kube';
import type { Informer, KubeClient, KubeObject, ResourceRef } from '@/server/kube';
import { configurationKinds, resourceFor } from './known-kinds';

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
  list<Kind extends KubeObject>(resource: ResourceRef): Kind[];
  /** What Kubernetes adds to the graph; made once per version of the objects. */
  context(): MeshContext;
  /** What cannot be seen at the moment, and why. */
  notices(): Notice[];
  stop(): void;
}

const always: readonly ResourceRef[] = [
  resources.namespaces,
  resources.pods,
  resources.services,
  resources.endpointSlices,
  resources.deployments,
  resources.statefulSets,
];
const istio = (plural: string): ResourceRef => ({ group: 'networking.istio.io', version: 'v1', plural });
const httpRoutes: ResourceRef = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' };

export function watchCluster(client: KubeClient, clusterName: string): Cluster {
  const watched = [...always, ...configurationKinds.map(resourceFor)];
  const informer = createInformer(client, watched);
  let context: MeshContext | null = null;
  informer.onChange(() => {
    context = null;
  });
  informer.start();
  const list = <Kind extends KubeObject>(resource: ResourceRef) => informer.list<Kind & Record<string, unknown>>(resource);
  const pods = () => list<Pod>(resources.pods);
  const services = () => list<Service>(resources.services);
  const virtualServices = () => list<VirtualService>(istio('virtualservices'));
  const destinationRules = () => list<DestinationRule>(istio('destinationrules'));

  return {
    client,
    informer,
    pods,
    services,
    endpointSlices: () => list<EndpointSlice>(resources.endpointSlices),
    namespaces: () => list<Namespace>(resources.namespaces),
    virtualServices,
    destinationRules,
    httpRoutes: () => list<HTTPRoute>(httpRoutes),
    list,
    context() {
      context ??= readMeshContext({
        cluster: clusterName,
        pods: pods(),
        services: services(),
        virtualServices: virtualServices(),
        destinationRules: destinationRules(),
        serviceEntries: list<ServiceEntry>(istio('serviceentries')),
        gateways: list<Gateway>(istio('gateways')),
        desired: desiredReplicas([...list<Deployment>(resources.deployments), ...list<Deployment>(resources.statefulSets)]),
      });
      return context;
    },
    notices() {
      return watched.flatMap((resource): Notice[] => {
        const { state, error } = informer.state(resource);
        // A kind the cluster does not have is not a fault of anything.
        if (state === 'live' || state === 'absent') return [];
        const what = state === 'syncing' ? 'are not read yet' : state === 'refused' ? 'may not be read' : 'may be out of date';
        const why = error === undefined ? '' : `: ${error.message}`;
        return [{ source: 'kubernetes', code: error?.code ?? 'source_unavailable', message: `${resource.plural} ${what}${why}` }];
      });
    },
    stop() {
      informer.stop();
      client.close();
    },
  };
}

function desiredReplicas(controllers: readonly Deployment[]): Map<string, number> {
  return new Map(controllers.map((one) => [`${one.metadata.namespace ?? 'default'}/${one.metadata.name}`, one.spec.replicas ?? 1]));
}
