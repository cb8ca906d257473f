import type { BehaviourChange, DestinationShare, FieldOwner, Finding, Guards, Words } from '@/lib/contract';
import { sayWords } from '@/lib/i18n';
import type { ObjectChanges } from '@/lib/pilot';
import type { Behaviour } from './compare-behaviour';
import type { TrafficSample } from './sample-traffic';
import type { Cluster } from './watch-cluster';
import { weighGains } from './weigh-gains';

/** What is known of a draft when its guards are asked. */
export interface JudgedDraft {
  behaviour: Behaviour;
  findings: readonly Finding[];
  owners: FieldOwner[];
  changes: ObjectChanges;
  /** Share 0..1 of the mesh's requests above which a reason is needed. */
  shareLimit: number;
}

/** How far a draft reaches and what speaks against it: callers, rates, endpoints of what gains, owners of its fields, reasons to ask why. */
export function guardDraft(
  cluster: Cluster,
  traffic: TrafficSample,
  { behaviour, findings, owners, changes, shareLimit }: JudgedDraft,
): Guards {
  const total = traffic.edges.reduce((sum, edge) => sum + (edge.rps ?? 0), 0);
  const rps = behaviour.changes.reduce((sum, one) => sum + (one.rps ?? 0), 0);
  const share = total > 0 ? Math.min(1, rps / total) : null;
  return {
    callers: [...new Set(behaviour.changes.map((one) => one.from))].toSorted(),
    rps,
    share,
    shareLimit,
    routes: [
      ...new Set(behaviour.changes.flatMap((one) => (one.object === '' ? [] : [`${one.object} ${one.objectPath}`.trim()]))),
    ].toSorted(),
    gains: weighGains(cluster, traffic, behaviour.changes, changes),
    owners,
    reasonNeeded: [
      ...(share !== null && share > shareLimit ? [shareReason(share, shareLimit)] : []),
      ...reasonsFor(behaviour.changes, findings),
    ],
  };
}

function shareReason(share: number, limit: number): Words {
  return sayWords('reason_share', { share: Math.round(share * 100), limit: Math.round(limit * 100) });
}

/** Share that fails although nobody asked for it by a fault. */
function unwanted(parts: readonly DestinationShare[]): number {
  return parts.reduce((sum, one) => sum + (one.failed !== undefined && one.reason !== 'fault' ? one.share : 0), 0);
}

function reasonsFor(changes: readonly BehaviourChange[], findings: readonly Finding[]): Words[] {
  const errors = findings
    .filter((one) => one.severity === 'error' && one.isNew !== false)
    .map((one) => sayWords('reason_finding', { message: one.message }));
  const broken = changes
    .filter((one) => one.breaks && unwanted(one.after) > unwanted(one.before) + 1e-9)
    .map((one) => sayWords('reason_breaks', { what: one.method === null ? one.to : `${one.method} ${one.path ?? ''}`, from: one.from }));
  return [...errors, ...broken].slice(0, 10);
}
