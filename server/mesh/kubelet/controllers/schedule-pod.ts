import type { Node, Pod } from '@/lib/model';
import { matchesLabels } from '@/lib/model';

interface NodeSelectorTerm {
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

interface NodeAffinity {
  nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: NodeSelectorTerm[] } };
}

function matchesExpression(
  labels: Record<string, string>,
  { key, operator, values = [] }: { key: string; operator: string; values?: string[] },
): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** Whether a pod may run on a node: nodeSelector, required node affinity, cordons. */
function fits(pod: Pod, node: Node): boolean {
  if (node.spec?.['unschedulable'] === true) return false;
  const labels = node.metadata.labels ?? {};
  if (!matchesLabels(labels, pod.spec.nodeSelector)) return false;
  const { affinity } = pod.spec as { affinity?: NodeAffinity };
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => (term.matchExpressions ?? []).every((one) => matchesExpression(labels, one)));
}

/** The node for a pod: the one of those it fits with the fewest pods, which spreads them round robin. `undefined`: none fits. */
export function chooseNode(pod: Pod, nodes: readonly Node[], pods: readonly Pod[]): string | undefined {
  const used = new Map<string, number>();
  for (const other of pods) if (other.spec.nodeName !== undefined) used.set(other.spec.nodeName, (used.get(other.spec.nodeName) ?? 0) + 1);
  const names = nodes.filter((node) => fits(pod, node)).map((node) => node.metadata.name);
  return names.sort((left, right) => (used.get(left) ?? 0) - (used.get(right) ?? 0) || (left < right ? -1 : 1))[0];
}
