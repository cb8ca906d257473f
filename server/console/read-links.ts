import type { ObjectLink, ObjectRef } from '@/lib/contract';
import { meshKinds, readReferences } from '@/lib/kinds';
import type { KubernetesObject, Reference } from '@/lib/kinds';
import { parseServiceHost, resolveShortName } from '@/lib/model';
import type { AnyKubeObject } from '@/server/kube';
import { refOf } from './describe-service';
import { sameRef } from './draft-object';
import { configurationKinds, findKind, resourceFor } from './known-kinds';
import type { KnownKind } from './known-kinds';
import type { Cluster } from './watch-cluster';

const referencesOf = new Map(meshKinds.map((kind) => [`${kind.group}/${kind.kind}`, kind.references]));

/** What an object refers to, as far as it is an object by itself: Services, Secrets, gateways, other configuration. */
function linksFrom(kind: KnownKind, object: AnyKubeObject): { ref: ObjectRef; path: string }[] {
  const table = referencesOf.get(`${kind.group}/${kind.kind}`);
  if (table === undefined) return [];
  // The API server has validated what it stores: a kind with references has a spec.
  return readReferences(object as unknown as KubernetesObject, table).flatMap((one) => {
    const ref = refOfReference(one);
    return ref === undefined ? [] : [{ ref, path: one.path }];
  });
}

function refOfReference(reference: Reference): ObjectRef | undefined {
  if (reference.to === 'host') {
    const service = parseServiceHost(resolveShortName(reference.host, reference.namespace));
    return service && { group: '', version: 'v1', kind: 'Service', ...service };
  }
  if (reference.to !== 'object') return undefined;
  const { group, kind, namespace, name } = reference;
  try {
    return { group, version: findKind(group, kind).version, kind, namespace, name };
  } catch {
    // A kind the console does not know cannot be linked to.
    return undefined;
  }
}

function unique(links: readonly ObjectLink[]): ObjectLink[] {
  const seen = new Map(links.map((one) => [`${one.ref.group}/${one.ref.kind} ${one.ref.namespace}/${one.ref.name}`, one]));
  return [...seen.values()];
}

/** The references of an object in both directions. */
export async function readLinks(
  cluster: Cluster,
  kind: KnownKind,
  object: AnyKubeObject,
): Promise<{ uses: ObjectLink[]; usedBy: ObjectLink[] }> {
  const own = refOf(kind, object);
  const uses = await Promise.all(
    linksFrom(kind, object)
      .filter(({ ref }) => !sameRef(ref, own))
      .map(async ({ ref, path }): Promise<ObjectLink> => ({ ref, path, exists: await exists(cluster, ref) })),
  );
  const usedBy = configurationKinds.flatMap((other) =>
    cluster.list(resourceFor(other)).flatMap((one): ObjectLink[] => {
      const ref = refOf(other, one);
      const link = sameRef(ref, own) ? undefined : linksFrom(other, one).find((found) => sameRef(found.ref, own));
      return link === undefined ? [] : [{ ref, path: link.path, exists: true }];
    }),
  );
  return { uses: unique(uses), usedBy: unique(usedBy) };
}

async function exists(cluster: Cluster, ref: ObjectRef): Promise<boolean> {
  const kind = findKind(ref.group, ref.kind);
  if (kind.family !== 'kubernetes' || kind.kind === 'Service') {
    return cluster
      .list(resourceFor(kind))
      .some((one) => one.metadata.name === ref.name && (one.metadata.namespace ?? '') === ref.namespace);
  }
  try {
    await cluster.client.get(resourceFor(kind), { name: ref.name, ...(ref.namespace === '' ? {} : { namespace: ref.namespace }) });
    return true;
  } catch {
    return false;
  }
}
