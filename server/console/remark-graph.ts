import { durationMs } from '@/lib/contract';
import { actsOn } from '@/lib/graph';
import type { GraphRemarks, MeshContext, NodeChange, NodeFinding, NodeRollout } from '@/lib/graph';
import { hasEnded, sideWeight } from '@/lib/rollout';
import type { Console } from './console-state';
import type { KnownFinding } from './live-findings';
import type { Cluster } from './watch-cluster';

const mostPerNode = 5;

/** What findings, changes and rollouts say of the services and workloads of a graph. */
export interface GraphRemarker {
  remark(state: Console, cluster: Cluster, window: { endMs: number; duration: string; live: boolean }): GraphRemarks;
}

export function createRemarker(): GraphRemarker {
  let sorted: { from: readonly KnownFinding[]; context: MeshContext; byNode: Map<string, NodeFinding[]> } | null = null;

  function findings(state: Console, cluster: Cluster): Map<string, NodeFinding[]> {
    const from = state.findings.read(cluster).known();
    const context = cluster.context();
    if (sorted?.from === from && sorted.context === context) return sorted.byNode;
    const byNode = new Map<string, NodeFinding[]>();
    for (const { finding, object } of from) {
      const { code, severity, kind, namespace, name, message } = finding;
      // A hint is no reason to mark a node.
      if (severity === 'info' || kind === 'Pod') continue;
      for (const key of actsOn(object, context)) {
        const list = byNode.get(key) ?? [];
        if (list.length < mostPerNode) list.push({ code, severity, object: `${kind} ${namespace}/${name}`, message });
        byNode.set(key, list);
      }
    }
    sorted = { from, context, byNode };
    return byNode;
  }

  return {
    remark(state, cluster, { endMs, duration, live }) {
      return {
        // Findings are about the configuration of now.
        findings: live ? findings(state, cluster) : new Map<string, NodeFinding[]>(),
        changes: changesOf(state, cluster.context(), endMs - durationMs(duration), endMs),
        rollouts: live ? rolloutsOf(state) : new Map<string, NodeRollout>(),
      };
    },
  };
}

/** Shifts that are under way, by the service whose requests they move. */
function rolloutsOf(state: Console): Map<string, NodeRollout> {
  const running = state.rollouts.list().filter((one) => !hasEnded(one.state));
  return new Map(
    running.map(({ id, service, plan, state: { phase, pause, step } }) => [
      `Service ${service.namespace}/${service.name}`,
      { id, status: pause === null ? phase : 'paused', weight: sideWeight(plan, step, 'new') },
    ]),
  );
}

const mostChanges = 200;

function changesOf(state: Console, context: MeshContext, startMs: number, endMs: number): Map<string, NodeChange[]> {
  const byNode = new Map<string, NodeChange[]>();
  for (const change of state.changes.list(mostChanges)) {
    const at = Date.parse(change.at);
    if (at < startMs) break;
    if (at > endMs || (change.status !== 'applied' && change.status !== 'undone')) continue;
    const text = change.sentences.map((one) => one.text).join(' ');
    for (const { before, after } of change.undo) {
      const object = after ?? before;
      if (object === null) continue;
      for (const key of actsOn(object, context)) {
        const list = byNode.get(key) ?? [];
        const said = text === '' ? `${object.kind} ${object.metadata.name}` : text;
        if (list.length < mostPerNode && list.every((one) => one.id !== change.id)) list.push({ id: change.id, at: change.at, text: said });
        byNode.set(key, list);
      }
    }
  }
  return byNode;
}
