import { useMemo, useState } from 'react';
import type { CanvasGraph, EdgeMark } from '@/components/canvas/types';
import type { GraphEdge, GraphNode } from '@/lib/contract';
import type { BoxBy, ClosedGraph, FindError, RankedDifference } from '@/lib/graph-view';
import { boxGraph, closeBoxes, focusGraph, matchFind, parseFind } from '@/lib/graph-view';
import { CanvasMaker, type CanvasWords, type EdgeLabel, meshEncrypts } from './to-canvas';

/** Above this many nodes boxes are closed unless opened. */
const mostOpenNodes = 1_500;

export interface GraphViewOptions {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  namespaces: readonly string[];
  boxBy: BoxBy;
  /** Boxes that are not as they are by default. */
  flipped: ReadonlySet<string>;
  focus: string | undefined;
  hops: number;
  find: string;
  hide: string;
  labels: ReadonlySet<EdgeLabel>;
  changes: ReadonlyMap<string, RankedDifference> | undefined;
  /** What a draft would do to edges. */
  marks: ReadonlyMap<string, EdgeMark> | undefined;
  countOf: (members: number) => string;
  words: CanvasWords;
}

export interface GraphView {
  canvas: CanvasGraph;
  closed: ClosedGraph;
  /** Nodes and edges in focus, not boxed. */
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  hidden: ReadonlySet<string>;
  found: ReadonlySet<string> | undefined;
  foundCount: number;
  hiddenCount: number;
  findError: FindError | undefined;
  hideError: FindError | undefined;
  /** Whether boxes are closed by default. */
  grouped: boolean;
}

const none: ReadonlySet<string> = new Set();

/** From the answer of the API to what is drawn: focus, boxes, what is hidden and found. */
export function useGraphView(options: GraphViewOptions): GraphView {
  const { nodes, edges, namespaces, boxBy, flipped, focus, hops, labels, changes, marks, countOf, words } = options;
  const [maker] = useState(() => new CanvasMaker());

  const shown = useMemo(() => {
    const known = focus !== undefined && nodes.some((node) => node.id === focus);
    return known ? focusGraph({ nodes, edges }, focus, hops) : { nodes, edges };
  }, [nodes, edges, focus, hops]);
  const boxes = useMemo(() => boxGraph(shown.nodes, boxBy), [shown.nodes, boxBy]);
  const grouped = boxBy !== 'none' && shown.nodes.length > mostOpenNodes;
  const closed = useMemo(() => {
    const outer = new Map(boxes.boxes.map((box) => [box.id, box.parent ?? box.id]));
    const sizes = new Map<string | undefined, number>();
    for (const box of boxes.boxOf.values()) sizes.set(outer.get(box), (sizes.get(outer.get(box)) ?? 0) + 1);
    // A box of one node tells less than the node: it stays open unless closed by hand.
    return closeBoxes(shown, boxes, (box) => (grouped && (sizes.get(box) ?? 0) > 1) !== flipped.has(box));
  }, [shown, boxes, grouped, flipped]);
  const rule = useMemo(() => meshEncrypts(shown.edges), [shown.edges]);
  const canvas = useMemo(
    () => maker.make(closed, { labels, rule, changes, marks, words, countOf: (box) => countOf(box.members.length) }),
    [maker, closed, labels, rule, changes, marks, words, countOf],
  );

  const find = useMemo(() => parseFind(options.find), [options.find]);
  const hide = useMemo(() => parseFind(options.hide), [options.hide]);
  const context = useMemo(() => ({ ...shown, namespaces }), [shown, namespaces]);
  const foundRaw = useMemo(() => (find?.expression ? matchFind(find.expression, context) : undefined), [find, context]);
  const hiddenRaw = useMemo(() => (hide?.expression ? matchFind(hide.expression, context) : undefined), [hide, context]);
  const hidden = useMemo(() => {
    if (hiddenRaw === undefined) return none;
    const result = new Set([...hiddenRaw.nodes, ...hiddenRaw.edges]);
    // A sum or a closed box goes when nothing of it is left.
    for (const box of closed.closed) if (box.members.every((node) => result.has(node.id))) result.add(box.id);
    for (const sum of closed.edges)
      if (sum.edges.every((edge) => result.has(edge.id) || result.has(edge.source) || result.has(edge.target))) result.add(sum.id);
    return result;
  }, [hiddenRaw, closed]);
  const found = useMemo(() => {
    if (foundRaw === undefined) return undefined;
    const result = new Set([...foundRaw.nodes, ...foundRaw.edges]);
    for (const box of closed.closed) if (box.members.some((node) => result.has(node.id))) result.add(box.id);
    for (const sum of closed.edges) if (sum.edges.some((edge) => result.has(edge.id))) result.add(sum.id);
    return result;
  }, [foundRaw, closed]);

  return {
    canvas,
    closed,
    nodes: shown.nodes,
    edges: shown.edges,
    hidden,
    found,
    foundCount: (foundRaw?.nodes.size ?? 0) + (foundRaw?.edges.size ?? 0),
    hiddenCount: (hiddenRaw?.nodes.size ?? 0) + (hiddenRaw?.edges.size ?? 0),
    findError: find?.error,
    hideError: hide?.error,
    grouped,
  };
}
