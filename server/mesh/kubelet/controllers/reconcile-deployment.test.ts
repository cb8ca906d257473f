import { describe, expect, it } from 'vitest';
import { planDeployment } from './reconcile-deployment';
import type { AppsObject } from './workload-objects';

const now = '2026-01-01T00:00:00Z';

function deployment(replicas: number, image: string, strategy?: AppsObject['spec']['strategy']): AppsObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'd1', generation: 3 },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
      ...(strategy === undefined ? {} : { strategy }),
    },
  };
}

/** Plays the ReplicaSet controller: what a plan says comes true, and `available` of each set's pods are ready. */
function apply(sets: AppsObject[], owner: AppsObject, available: (set: AppsObject) => number): AppsObject[] {
  const plan = planDeployment(owner, sets, now);
  const next = [...sets, ...(plan.create === undefined ? [] : [plan.create])]
    .filter((set) => !plan.remove.includes(set.metadata.name))
    .map((set) => {
      const scaled = plan.scale.find((one) => one.name === set.metadata.name);
      return scaled === undefined ? set : { ...set, spec: { ...set.spec, replicas: scaled.replicas } };
    });
  return next.map((set) => {
    const replicas = set.spec.replicas ?? 0;
    const ready = Math.min(replicas, available(set));
    return { ...set, status: { replicas, readyReplicas: ready, availableReplicas: ready } };
  });
}

const shape = (sets: readonly AppsObject[]) => sets.map((set) => set.spec.replicas);
const all = () => 100;

describe('planDeployment', () => {
  it('makes one ReplicaSet whose selector and labels carry the hash of the template', () => {
    const plan = planDeployment(deployment(2, 'a'), [], now);
    const hash = plan.create?.metadata.labels?.['pod-template-hash'];
    expect(plan.create?.metadata.name).toBe(`web-${hash ?? ''}`);
    expect(plan.create?.spec).toMatchObject({ replicas: 2, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } });
    expect(plan.create?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Deployment', uid: 'd1', controller: true });
  });

  it('finds its ReplicaSet again when the template comes back with its fields in another order', () => {
    const first = deployment(1, 'a');
    const sets = apply([], first, all);
    const reordered = {
      ...first,
      spec: {
        ...first.spec,
        template: { spec: { containers: [{ image: 'a', name: 'web' }] }, metadata: { labels: { app: 'web' } } },
      },
    };
    expect(planDeployment(reordered, sets, now).create).toBeUndefined();
  });

  it('rolls within 25 % surge and 25 % unavailable, and ends with the new one alone', () => {
    let sets = apply([], deployment(4, 'a'), all);
    const owner = deployment(4, 'b');
    const totals: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      sets = apply(sets, owner, all);
      totals.push(shape(sets).reduce<number>((sum, count) => sum + (count ?? 0), 0));
    }
    expect(Math.max(...totals)).toBeLessThanOrEqual(5);
    expect(Math.min(...totals)).toBeGreaterThanOrEqual(3);
    expect(shape(sets)).toEqual([0, 4]);
  });

  it('takes away no more old pods while the loss of the last one is not told yet', () => {
    const owner = deployment(3, 'b');
    let sets = apply([], deployment(3, 'a'), all);
    sets = apply(sets, owner, all);
    sets = apply(sets, owner, all);
    expect(shape(sets)).toEqual([2, 1]);
    const untold = sets.map((set, at) => (at === 0 ? { ...set, status: { replicas: 3, readyReplicas: 3, availableReplicas: 3 } } : set));
    expect(planDeployment(owner, untold, now).scale).not.toContainEqual({ name: sets[0]?.metadata.name, replicas: 1 });
  });

  it('keeps the old pods when the new ones never become ready', () => {
    let sets = apply([], deployment(4, 'a'), all);
    const [old] = sets;
    for (let round = 0; round < 12; round += 1) {
      sets = apply(sets, deployment(4, 'b'), (set) => (set.metadata.name === old?.metadata.name ? 100 : 0));
    }
    const kept = sets.find((set) => set.metadata.name === old?.metadata.name);
    expect(kept?.spec.replicas).toBe(3);
    expect(planDeployment(deployment(4, 'b'), sets, now).status).toMatchObject({ availableReplicas: 3, updatedReplicas: 2 });
  });

  it('recreates: nothing new before the old is gone', () => {
    const strategy = { type: 'Recreate' };
    const sets = apply([], deployment(2, 'a', strategy), all);
    const plan = planDeployment(deployment(2, 'b', strategy), sets, now);
    expect(plan.create?.spec.replicas).toBe(0);
    expect(plan.scale).toEqual([{ name: sets[0]?.metadata.name, replicas: 0 }]);
  });

  it('tells what kubectl rollout status waits for', () => {
    const owner = deployment(2, 'a');
    const sets = apply([], owner, all);
    const { status } = planDeployment(owner, sets, now);
    expect(status).toMatchObject({ observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2, unavailableReplicas: 0 });
    const conditions = status['conditions'] as { type: string; status: string; reason: string }[];
    expect(conditions.map((one) => [one.type, one.status, one.reason])).toEqual([
      ['Available', 'True', 'MinimumReplicasAvailable'],
      ['Progressing', 'True', 'NewReplicaSetAvailable'],
    ]);
  });

  it('calls a rollout over until there is another template, whatever pods are lost or asked for', () => {
    const told = (owner: AppsObject, sets: readonly AppsObject[]): AppsObject => ({
      ...owner,
      status: planDeployment(owner, sets, now).status,
    });
    const progress = (owner: AppsObject) => (owner.status?.['conditions'] as { type: string; reason: string }[] | undefined)?.[1]?.reason;
    const sets = apply([], deployment(2, 'a'), all);
    const done = told(deployment(2, 'a'), sets);
    expect(progress(done)).toBe('NewReplicaSetAvailable');
    const more = { ...done, spec: { ...done.spec, replicas: 5 } };
    const fewerReady = apply(sets, more, () => 1);
    expect(progress(told(more, fewerReady))).toBe('NewReplicaSetAvailable');
    const next = { ...done, spec: deployment(2, 'b').spec };
    expect(progress(told(next, sets))).toBe('ReplicaSetUpdated');
    const rolled = apply(sets, next, () => 0);
    expect(progress(told({ ...next, status: told(next, sets).status ?? {} }, rolled))).toBe('ReplicaSetUpdated');
  });

  it('counts revisions as kubectl rollout does, also back to a template that was there before', () => {
    const revision = 'deployment.kubernetes.io/revision';
    const first = apply([], deployment(1, 'a'), all);
    expect(planDeployment(deployment(1, 'a'), first, now)).toMatchObject({ annotations: { [revision]: '1' }, revise: undefined });
    const second = apply(first, deployment(1, 'b'), all);
    expect(planDeployment(deployment(1, 'b'), second, now)).toMatchObject({ annotations: { [revision]: '2' }, revise: undefined });
    const back = planDeployment(deployment(1, 'a'), second, now);
    expect(back).toMatchObject({
      create: undefined,
      annotations: { [revision]: '3' },
      revise: { name: first[0]?.metadata.name, annotations: { [revision]: '3', 'deployment.kubernetes.io/revision-history': '1' } },
    });
  });
});
