import type { GraphEdge, GraphNode } from '@/lib/graph';

/** What became of a node or an edge between two times. */
export type Difference = 'appeared' | 'vanished' | 'failsMore' | 'failsLess' | 'slower' | 'faster' | 'busier' | 'quieter';

export interface RankedDifference {
  id: string;
  of: 'node' | 'edge';
  kind: Difference;
  /** The value before and after, in the unit of the kind: ratio, milliseconds or requests per second. */
  before: number | null;
  after: number | null;
  /** How much it matters; larger first. */
  weight: number;
}

interface Pictured {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
}

/** Pooled two-proportion z of the errors: how sure it is that the share differs. Rates count as requests of `windowSeconds`. */
function errorChange(before: GraphEdge, after: GraphEdge, windowSeconds: number): number {
  const n1 = (before.rps ?? 0) * windowSeconds;
  const n2 = (after.rps ?? 0) * windowSeconds;
  if (n1 <= 0 || n2 <= 0) return 0;
  const p1 = before.errorRatio ?? 0;
  const p2 = after.errorRatio ?? 0;
  const pooled = (p1 * n1 + p2 * n2) / (n1 + n2);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  return deviation === 0 ? 0 : (p2 - p1) / deviation;
}

const sureEnough = 2.58;

/**
 * What differs between two times, what matters most first: edges that fail more, then what vanished or appeared, then slower ones, then
 * the good news. One line per edge: its worst change. Error shares have to differ with 99 % confidence, latencies by half and 5 ms,
 * rates by a factor of two and one request per second, so that noise is no news.
 */
export function rankDifferences(before: Pictured, after: Pictured, windowSeconds: number): RankedDifference[] {
  const found: RankedDifference[] = [];
  const earlier = new Map(before.edges.map((edge) => [edge.id, edge]));
  const later = new Map(after.edges.map((edge) => [edge.id, edge]));
  const busy = (edge: GraphEdge | undefined): boolean =>
    edge !== undefined && (edge.rps !== null || (edge.sentBytesPerSecond ?? 0) + (edge.receivedBytesPerSecond ?? 0) > 0);
  for (const id of new Set([...earlier.keys(), ...later.keys()])) {
    const one = earlier.get(id);
    const other = later.get(id);
    if (!busy(one) && !busy(other)) continue;
    const rate = (edge: GraphEdge | undefined): number => edge?.rps ?? 0;
    if (!busy(one))
      found.push({ id, of: 'edge', kind: 'appeared', before: null, after: other?.rps ?? null, weight: 300 + Math.log1p(rate(other)) });
    else if (!busy(other))
      found.push({ id, of: 'edge', kind: 'vanished', before: one?.rps ?? null, after: null, weight: 400 + Math.log1p(rate(one)) });
    else if (one !== undefined && other !== undefined) {
      const change = worstChange(one, other, windowSeconds);
      if (change !== undefined) found.push({ id, of: 'edge', ...change });
    }
  }
  const before0 = new Set(before.nodes.map((node) => node.id));
  const after0 = new Set(after.nodes.map((node) => node.id));
  for (const node of after.nodes)
    if (!before0.has(node.id)) found.push({ id: node.id, of: 'node', kind: 'appeared', before: null, after: node.rpsIn, weight: 310 });
  for (const node of before.nodes)
    if (!after0.has(node.id)) found.push({ id: node.id, of: 'node', kind: 'vanished', before: node.rpsIn, after: null, weight: 410 });
  return found.toSorted((one, other) => other.weight - one.weight || (one.id < other.id ? -1 : 1));
}

function worstChange(
  one: GraphEdge,
  other: GraphEdge,
  windowSeconds: number,
): Pick<RankedDifference, 'kind' | 'before' | 'after' | 'weight'> | undefined {
  const z = errorChange(one, other, windowSeconds);
  const errors = { before: one.errorRatio, after: other.errorRatio };
  const moreFailed = ((other.errorRatio ?? 0) - (one.errorRatio ?? 0)) * (other.rps ?? 0);
  if (z > sureEnough) return { kind: 'failsMore', ...errors, weight: 1000 + 100 * Math.log1p(moreFailed * 100) };
  const slow = one.p95Ms !== null && other.p95Ms !== null ? other.p95Ms - one.p95Ms : 0;
  const latency = { before: one.p95Ms, after: other.p95Ms };
  if (slow > Math.max(5, (one.p95Ms ?? 0) * 0.5)) return { kind: 'slower', ...latency, weight: 200 + 10 * Math.log1p(slow) };
  if (z < -sureEnough) return { kind: 'failsLess', ...errors, weight: 150 - 100 / (1 - z) };
  if (-slow > Math.max(5, (other.p95Ms ?? 0) * 0.5)) return { kind: 'faster', ...latency, weight: 40 + Math.log1p(-slow) };
  const rates = { before: one.rps, after: other.rps };
  const [low, high] = [one.rps ?? 0, other.rps ?? 0];
  if (high - low > 1 && high > 2 * low) return { kind: 'busier', ...rates, weight: 20 + Math.log1p(high - low) };
  if (low - high > 1 && low > 2 * high) return { kind: 'quieter', ...rates, weight: 10 + Math.log1p(low - high) };
  return undefined;
}
