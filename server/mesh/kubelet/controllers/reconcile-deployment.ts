import type { AppsObject } from './workload-objects';
import { contentHash, controllerReference, isControlledBy } from './workload-objects';

/** What to do to the ReplicaSets of a Deployment so that it comes nearer to its spec. */
export interface DeploymentPlan {
  create: AppsObject | undefined;
  /** Annotations that the Deployment is to have: its revision, by which kubectl finds what to go back to. */
  annotations: Record<string, string>;
  /** Annotations of the template's own ReplicaSet when the Deployment has come back to it: it is the newest revision again. */
  revise: { name: string; annotations: Record<string, string> } | undefined;
  scale: { name: string; replicas: number }[];
  remove: string[];
  status: Record<string, unknown>;
}

const hashLabel = 'pod-template-hash';
const revisionAnnotation = 'deployment.kubernetes.io/revision';
const earlierRevisionsAnnotation = 'deployment.kubernetes.io/revision-history';

/** `25%` of `total`, rounded as told, or the number itself. */
function share(value: number | string | undefined, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const match = /^(\d+)%$/.exec(value ?? '25%');
  return match === null ? 0 : round((Number(match[1]) * total) / 100);
}

const count = (object: AppsObject, field: string): number => {
  const value = object.status?.[field];
  return typeof value === 'number' ? value : 0;
};

const revisionOf = (set: AppsObject): number => Number(set.metadata.annotations?.[revisionAnnotation] ?? 0);

/**
 * One step of a Deployment: the ReplicaSet of its template exists, and replicas move to it within maxSurge and maxUnavailable
 * (RollingUpdate) or after the others are gone (Recreate). `now` stamps new conditions.
 */
export function planDeployment(deployment: AppsObject, replicaSets: readonly AppsObject[], now: string): DeploymentPlan {
  const wanted = deployment.spec.replicas ?? 1;
  const owned = replicaSets.filter((set) => isControlledBy(set, deployment.metadata.uid));
  const hash = contentHash(deployment.spec.template);
  const current = owned.find((set) => set.metadata.labels?.[hashLabel] === hash);
  const old = owned.filter((set) => set !== current);
  const oldReplicas = old.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
  const oldPods = old.reduce((sum, set) => sum + count(set, 'replicas'), 0);
  const recreate = deployment.spec.strategy?.type === 'Recreate';
  const rolling = deployment.spec.strategy?.rollingUpdate;
  const surge = share(rolling?.maxSurge, wanted, Math.ceil);
  const unavailable = share(rolling?.maxUnavailable, wanted, Math.floor);
  // Kubernetes' rule: both zero would never move.
  const mayMiss = surge === 0 && unavailable === 0 ? 1 : unavailable;
  const scale: { name: string; replicas: number }[] = [];
  const before = Math.max(0, ...old.map(revisionOf));
  const revision = current !== undefined && revisionOf(current) > before ? revisionOf(current) : before + 1;

  const start = recreate ? (oldPods > 0 ? 0 : wanted) : Math.max(0, Math.min(wanted, wanted + surge - oldReplicas));
  const create = current === undefined ? newReplicaSet(deployment, hash, start, revision) : undefined;
  if (current !== undefined && deployment.spec.paused !== true) {
    const have = current.spec.replicas ?? 0;
    const target = have > wanted ? wanted : Math.max(have, start);
    if (target !== have) scale.push({ name: current.metadata.name, replicas: target });
  }
  // Pods that a ReplicaSet is to let go are not counted, though it may still tell of them.
  const available = owned.reduce((sum, set) => sum + Math.min(set.spec.replicas ?? 0, count(set, 'availableReplicas')), 0);
  if (recreate) {
    for (const set of old) if ((set.spec.replicas ?? 0) > 0) scale.push({ name: set.metadata.name, replicas: 0 });
  } else if (current !== undefined) {
    // Old pods that never became available help nobody: they go first and are not counted as loss.
    let spare = Math.max(0, available - (wanted - mayMiss));
    for (const set of [...old].sort((left, right) => revisionOf(left) - revisionOf(right))) {
      const have = set.spec.replicas ?? 0;
      const broken = Math.max(0, have - count(set, 'availableReplicas'));
      const working = Math.min(have - broken, spare);
      spare -= working;
      if (broken + working > 0) scale.push({ name: set.metadata.name, replicas: have - broken - working });
    }
  }
  const keep = deployment.spec.revisionHistoryLimit ?? 10;
  const empty = old.filter((set) => (set.spec.replicas ?? 0) === 0 && count(set, 'replicas') === 0);
  const remove = [...empty].sort((left, right) => revisionOf(right) - revisionOf(left)).slice(keep);
  return {
    create,
    annotations: { [revisionAnnotation]: String(revision) },
    revise: current === undefined || revisionOf(current) === revision ? undefined : revised(current, revision),
    scale,
    remove: remove.map((set) => set.metadata.name),
    status: statusOf(deployment, owned, current, wanted, mayMiss, now),
  };
}

function newReplicaSet(deployment: AppsObject, hash: string, replicas: number, revision: number): AppsObject {
  const template = deployment.spec.template;
  const labels = { ...template?.metadata?.labels, [hashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? 'default',
      labels,
      annotations: { [revisionAnnotation]: String(revision) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      selector: {
        ...deployment.spec.selector,
        matchLabels: { ...deployment.spec.selector?.matchLabels, [hashLabel]: hash },
      },
      template: { ...template, metadata: { ...template?.metadata, labels }, spec: template?.spec ?? { containers: [] } },
    },
  };
}

function revised(set: AppsObject, revision: number): DeploymentPlan['revise'] {
  const earlier = set.metadata.annotations?.[earlierRevisionsAnnotation];
  const history = [...(earlier === undefined ? [] : [earlier]), String(revisionOf(set))].join(',');
  return { name: set.metadata.name, annotations: { [revisionAnnotation]: String(revision), [earlierRevisionsAnnotation]: history } };
}

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime: string;
  lastUpdateTime: string;
}

const complete = 'NewReplicaSetAvailable';

function statusOf(
  deployment: AppsObject,
  owned: readonly AppsObject[],
  current: AppsObject | undefined,
  wanted: number,
  mayMiss: number,
  now: string,
): Record<string, unknown> {
  const sum = (field: string) => owned.reduce((total, set) => total + count(set, field), 0);
  const available = sum('availableReplicas');
  const updated = current === undefined ? 0 : count(current, 'replicas');
  const isAvailable = available >= wanted - mayMiss;
  const before = (Array.isArray(deployment.status?.['conditions']) ? deployment.status['conditions'] : []) as Condition[];
  // A rollout that is over stays so when pods are lost or more are asked for, until there is another template.
  const over = current !== undefined && before.some((one) => one.type === 'Progressing' && one.reason === complete);
  const isComplete = sum('replicas') === updated && (over || (updated === wanted && available >= wanted));
  const condition = (type: string, status: boolean, reason: string, message: string): Condition => {
    const previous = before.find((one) => one.type === type);
    const word = status ? 'True' : 'False';
    const same = previous?.status === word && previous.reason === reason;
    return {
      type,
      status: word,
      reason,
      message,
      lastTransitionTime: previous?.status === word ? previous.lastTransitionTime : now,
      lastUpdateTime: same ? previous.lastUpdateTime : now,
    };
  };
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: sum('replicas'),
    updatedReplicas: updated,
    readyReplicas: sum('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
    conditions: [
      isAvailable
        ? condition('Available', true, 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
        : condition('Available', false, 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'),
      isComplete
        ? condition('Progressing', true, complete, `ReplicaSet "${current?.metadata.name ?? ''}" has successfully progressed.`)
        : condition('Progressing', true, 'ReplicaSetUpdated', `ReplicaSet "${current?.metadata.name ?? ''}" is progressing.`),
    ],
  };
}
