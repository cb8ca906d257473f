import type { TrafficResponse } from '@/lib/contract';
import { meshKinds, readReferences } from '@/lib/kinds';
import type { KubernetesObject } from '@/lib/kinds';
import { fullHost } from '@/lib/kinds/virtual-service';
import { findKind, resourceFor } from './known-kinds';
import type { Cluster } from './watch-cluster';

type Users = TrafficResponse['subsetUsers'];

/** Kinds whose objects can name a subset. */
const naming = meshKinds.filter((kind) => Object.values(kind.references).includes('destination'));

/** Read anew when an object changed; the editors of several services share it. */
const read = new WeakMap<object, ReadonlyMap<string, Users>>();

/** By host: which objects of the whole mesh send requests to which of its subsets. */
function readUsers(cluster: Cluster): ReadonlyMap<string, Users> {
  const byHost = new Map<string, Users>();
  for (const kind of naming) {
    for (const object of cluster.list(resourceFor(findKind(kind.group, kind.kind)))) {
      const { namespace = 'default', name } = object.metadata;
      // The API server has validated what it stores: a kind with references has a spec.
      for (const one of readReferences(object as unknown as KubernetesObject, kind.references)) {
        if (one.to !== 'host' || one.subset === undefined) continue;
        const host = fullHost(one.host, one.namespace);
        const user = { subset: one.subset, object: `${kind.kind} ${namespace}/${name}` };
        const users = byHost.get(host) ?? [];
        if (!users.some((other) => other.subset === user.subset && other.object === user.object)) byHost.set(host, [...users, user]);
      }
    }
  }
  return byHost;
}

/** The objects that send requests to subsets of a service: taking such a subset away breaks them. */
export function findSubsetUsers(cluster: Cluster, service: { namespace: string; name: string }): Users {
  const version = cluster.context();
  let users = read.get(version);
  if (users === undefined) {
    users = readUsers(cluster);
    read.set(version, users);
  }
  return users.get(fullHost(service.name, service.namespace)) ?? [];
}
