import type { CanvasGraph, Point } from './types';

export interface Walkable {
  graph: CanvasGraph;
  hidden: ReadonlySet<string>;
  positions: ReadonlyMap<string, Point>;
}

const ways: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/**
 * Where a key leads: arrows to the nearest node that way, `e` to the next edge of the chosen node (from an edge: of its source),
 * `Home` to the first node. Undefined when the key means nothing here.
 */
export function stepFrom({ graph, hidden, positions }: Walkable, selected: string | undefined, key: string): string | undefined {
  const nodes = graph.nodes.filter((node) => !hidden.has(node.id) && positions.has(node.id));
  const edges = graph.edges.filter((edge) => !hidden.has(edge.id));
  const edge = edges.find((one) => one.id === selected);
  const from = edge?.source ?? selected;
  if (key === 'e') {
    const around = edges.filter((one) => one.source === from || one.target === from);
    return around[(around.findIndex((one) => one.id === selected) + 1) % Math.max(1, around.length)]?.id;
  }
  const way = ways[key];
  if (way === undefined && key !== 'Home') return undefined;
  const at = from === undefined ? undefined : positions.get(from);
  if (at === undefined || way === undefined) {
    const distance = (id: string): number => {
      const point = positions.get(id);
      return point === undefined ? Number.POSITIVE_INFINITY : point.x + point.y;
    };
    return nodes.reduce<string | undefined>(
      (best, node) => (best === undefined || distance(node.id) < distance(best) ? node.id : best),
      undefined,
    );
  }
  let best: { id: string; cost: number } | undefined;
  for (const node of nodes) {
    const point = positions.get(node.id);
    if (point === undefined || node.id === from) continue;
    const ahead = (point.x - at.x) * way.x + (point.y - at.y) * way.y;
    const aside = Math.abs((point.x - at.x) * way.y) + Math.abs((point.y - at.y) * way.x);
    // Straight on counts more than near: what lies beside the way costs double.
    if (ahead <= 1 || aside > ahead * 2.5) continue;
    const cost = ahead + aside * 2;
    if (best === undefined || cost < best.cost) best = { id: node.id, cost };
  }
  return best?.id;
}
