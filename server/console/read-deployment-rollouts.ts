import { isRollingOut, revisionAnnotation } from '@/lib/model';
import type { Deployment, Pod } from '@/lib/model';
import { resources } from '@/server/kube';
import type { AnyKubeObject } from '@/server/kube';
import type { Cluster } from './watch-cluster';

/** A new template of a Deployment's pods. */
export interface DeploymentRollout {
  /** When Kubernetes began with it (ms since 1970). */
  atMs: number;
  namespace: string;
  name: string;
  /** As `kubectl rollout history` counts. */
  revision: number;
  /** Whether pods of older templates are still there, or new ones not yet available. */
  underWay: boolean;
}

export interface DeploymentRollouts {
  /** Oldest first; as far back as Kubernetes keeps ReplicaSets. Fails when they may not be read. */
  list(cluster: Cluster): Promise<readonly DeploymentRollout[]>;
}

const freshMs = 10_000;
/** What revisions a ReplicaSet was before its Deployment came back to it. */
const earlierRevisionsAnnotation = 'deployment.kubernetes.io/revision-history';

/** Reads rollouts off the ReplicaSets: each is one template. Only their metadata is asked for, and not more often than every ten seconds. */
export function readDeploymentRollouts(now: () => number): DeploymentRollouts {
  const asked = new WeakMap<Cluster, { atMs: number; sets: Promise<readonly AnyKubeObject[]> }>();
  const replicaSets = (cluster: Cluster): Promise<readonly AnyKubeObject[]> => {
    const known = asked.get(cluster);
    if (known !== undefined && now() - known.atMs < freshMs) return known.sets;
    const sets = cluster.client.listAll(resources.replicaSets, { metadataOnly: true }).then(({ items }) => items);
    asked.set(cluster, { atMs: now(), sets });
    // One that failed is tried again at once.
    sets.catch(() => asked.delete(cluster));
    return sets;
  };
  return {
    async list(cluster) {
      return rolloutsOf(await replicaSets(cluster), cluster.list(resources.deployments) as (Deployment & AnyKubeObject)[], cluster.pods());
    },
  };
}

function rolloutsOf(sets: readonly AnyKubeObject[], deployments: readonly Deployment[], pods: readonly Pod[]): DeploymentRollout[] {
  const byUid = new Map(deployments.map((one) => [one.metadata.uid, one]));
  const found: DeploymentRollout[] = [];
  for (const { metadata } of sets) {
    const owner = metadata.ownerReferences?.find((one) => one.controller === true && one.kind === 'Deployment');
    const deployment = byUid.get(owner?.uid);
    const last = Number(metadata.annotations?.[revisionAnnotation] ?? 0);
    const madeAtMs = Date.parse(metadata.creationTimestamp ?? '');
    if (owner === undefined || deployment === undefined || Number.isNaN(madeAtMs)) continue;
    const newest = Number(deployment.metadata.annotations?.[revisionAnnotation] ?? last);
    const add = (revision: number, atMs: number | undefined): void => {
      // The first ReplicaSet comes with the Deployment; nothing was rolled out then.
      if (revision <= 1 || atMs === undefined) return;
      const underWay = revision === newest && isRollingOut(deployment);
      found.push({ atMs, namespace: metadata.namespace ?? 'default', name: owner.name, revision, underWay });
    };
    const earlier = metadata.annotations?.[earlierRevisionsAnnotation]?.split(',').map(Number) ?? [];
    add(earlier[0] ?? last, madeAtMs);
    // Kubernetes notes nowhere when a Deployment came back to a template: its pods tell, while they are there.
    if (earlier.length > 0) add(last, firstPodMs(metadata.uid, pods));
  }
  return found.toSorted((left, right) => left.atMs - right.atMs);
}

function firstPodMs(owner: string | undefined, pods: readonly Pod[]): number | undefined {
  const own = pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === owner));
  const made = own.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '')).filter((at) => !Number.isNaN(at));
  return made.length === 0 ? undefined : Math.min(...made);
}
