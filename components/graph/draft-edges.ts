import type { EdgeMark } from '@/components/canvas/types';
import type { BehaviourChange, GraphEdge, GraphNode } from '@/lib/contract';

export interface DraftEdges {
  /** By the edge's id. */
  marks: ReadonlyMap<string, EdgeMark>;
  /** The edges as they would be: with their new rates, and those that there are none of yet. */
  edges: readonly GraphEdge[];
}

const noticeable = 1e-3;

/** Where the requests of a preview go now and then, laid upon the edges of the graph. */
export function draftEdges(changes: readonly BehaviourChange[], nodes: readonly GraphNode[], edges: readonly GraphEdge[]): DraftEdges {
  const moved = new Map<string, { source: GraphNode; target: GraphNode; rate: number; breaks: boolean }>();
  for (const change of changes) {
    const source = nodes.find((node) => `${node.namespace}/${node.workload ?? ''}` === change.from);
    if (source === undefined || change.rps === null) continue;
    const destinations = new Set([...change.before, ...change.after].map((one) => one.destination));
    for (const destination of destinations) {
      const target = nodes.find((node) => node.services.includes(change.to) && node.version === destination);
      if (target === undefined) continue;
      const share = (list: BehaviourChange['before']) => list.find((one) => one.destination === destination)?.share ?? 0;
      const rate = (share(change.after) - share(change.before)) * change.rps;
      if (Math.abs(rate) < noticeable) continue;
      const key = `${source.id} ${target.id}`;
      const known = moved.get(key) ?? { source, target, rate: 0, breaks: false };
      moved.set(key, { ...known, rate: known.rate + rate, breaks: known.breaks || (change.breaks && rate < 0) });
    }
  }
  const marks = new Map<string, EdgeMark>();
  const changed = new Map<string, GraphEdge>();
  for (const { source, target, rate, breaks } of moved.values()) {
    const mark = breaks ? 'breaks' : rate > 0 ? 'gains' : 'loses';
    const edge = edges.find((one) => one.source === source.id && one.target === target.id && one.protocol !== 'tcp');
    const [model] = edges.filter((one) => one.source === source.id && one.protocol !== 'tcp');
    if (edge !== undefined) {
      marks.set(edge.id, mark);
      const rps = Math.max(0, (edge.rps ?? 0) + rate);
      changed.set(edge.id, { ...edge, rps: rps < noticeable ? null : rps });
    } else if (model !== undefined && rate > 0) {
      const id = `${source.id}->${target.id}/${model.protocol}`;
      marks.set(id, mark);
      changed.set(id, { ...model, id, source: source.id, target: target.id, rps: rate, errorRatio: null, codes: {}, flags: {}, hosts: {} });
    }
  }
  const kept = edges.map((edge) => changed.get(edge.id) ?? edge);
  const known = new Set(edges.map((edge) => edge.id));
  return { marks, edges: [...kept, ...[...changed.values()].filter((edge) => !known.has(edge.id))] };
}
