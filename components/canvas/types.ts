import type { HealthStatus } from '@/lib/contract';
import type { Difference, Point } from '@/lib/graph-view';

export type { Point } from '@/lib/graph-view';

/** What a draft would do to the requests of an edge. */
export type EdgeMark = 'gains' | 'loses' | 'breaks';

/** A small sign at a node. */
export interface CanvasBadge {
  sign:
    | 'fault'
    | 'finding'
    | 'noSidecar'
    | 'rollout'
    | 'breaker'
    | 'ejected'
    | 'split'
    | 'changed'
    | 'mirror'
    | 'timeout'
    | 'routing'
    | 'routed'
    | 'entry'
    | 'waypoint';
  tone: 'plain' | 'warn' | 'accent';
}

/** What the canvas draws. It knows shapes, boxes and labels; what they mean is the page's business. */
export interface CanvasNode {
  id: string;
  /** The box it is in. */
  box: string | undefined;
  /** `closed`: a box drawn as one node. */
  shape: 'circle' | 'service' | 'gateway' | 'external' | 'unknown' | 'closed';
  /** Ids of what is inside a closed box. */
  members?: readonly string[];
  name: string;
  /** A small tag under the name. */
  tag: string | undefined;
  health: HealthStatus;
  /** Share 0..1 of failed requests, drawn as a ring; `null` draws none. */
  errorRatio: number | null;
  /** The most telling first; three are drawn, then how many more. */
  badges: readonly CanvasBadge[];
  /** Requests per second through it: of two names that do not both fit the busier one is written. */
  weight: number;
  /** What became of it, when two times are compared. */
  change?: Difference | undefined;
}

export interface CanvasBox {
  id: string;
  /** The box around this box. */
  parent: string | undefined;
  name: string;
  level: 'outer' | 'app';
}

export interface CanvasEdge {
  id: string;
  source: string;
  target: string;
  health: HealthStatus;
  label: string;
  /** Requests per second; the width follows its logarithm. */
  rate: number | null;
  idle: boolean;
  /** Drawn only where it differs from the mesh's rule: `open` where most is encrypted, `closed` where most is not. */
  lock?: 'open' | 'closed' | undefined;
  /** What became of it when two times are compared, or what a draft would make of it. */
  change?: Difference | EdgeMark | undefined;
}

export interface CanvasGraph {
  nodes: readonly CanvasNode[];
  boxes: readonly CanvasBox[];
  edges: readonly CanvasEdge[];
}

/** Where things stand: centres of nodes, and the bends of edges that would otherwise run through a node. */
export interface Layout {
  positions: Map<string, Point>;
  bends: Map<string, Point[]>;
}

/** All that one picture shows. Hidden things keep their place. */
export interface Scene {
  graph: CanvasGraph;
  layout: Layout;
  hidden: ReadonlySet<string>;
  /** What a search found; `undefined`: nothing is searched for. */
  found: ReadonlySet<string> | undefined;
  selected: string | undefined;
}

/** screen = world × zoom + offset, in CSS pixels. */
export interface View {
  zoom: number;
  x: number;
  y: number;
}

export interface DrawingEvents {
  /** A node, an edge or a box was clicked; `undefined`: the ground. */
  pick: (id: string | undefined) => void;
  /** A node or a box was double-clicked. */
  open: (id: string) => void;
  /** Somebody looks elsewhere: panned, zoomed, or went to what a key chose. Not told when the graph was fitted. */
  looked: () => void;
  /** A node was dragged somewhere else. */
  moved: (id: string, to: Point) => void;
  /** Nothing can be drawn any more. */
  failed: (error: Error) => void;
}

/** A way to bring scenes to the screen. */
export interface Drawing {
  /** Resolves when the scene, or one that came after it, is painted. */
  show: (scene: Scene) => Promise<void>;
  fit: (smoothly: boolean) => void;
  zoomBy: (factor: number) => void;
  view: () => View;
  look: (view: View) => void;
  /** Brings a node into view when it is outside. */
  reveal: (id: string) => void;
  /** Theme or size has changed. */
  refresh: () => void;
  animate: (on: boolean) => void;
  destroy: () => void;
}

/** Room for a node with the name under it, in world units. */
export const nodeSize = { width: 116, height: 76 };
/** Room for a closed box. */
export const closedSize = { width: 150, height: 92 };
/** Half the diameter of a node's circle. */
export const nodeRadius = 19;
/** Half sides of a closed box. */
export const closedHalf = { width: 62, height: 24 };

/** Room an item needs around its centre. */
export function roomOf(node: CanvasNode): { width: number; height: number } {
  return node.shape === 'closed' ? closedSize : nodeSize;
}

/** Width of an edge by its rate. */
export function edgeWidth(edge: CanvasEdge): number {
  return edge.rate === null ? 1 : 1.2 + Math.min(5, Math.log10(1 + edge.rate) * 2.2);
}
