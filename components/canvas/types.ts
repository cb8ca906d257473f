import type { HealthStatus } from '@/lib/contract';

/** What the canvas draws. It knows shapes, boxes and labels; what they mean is the page's business. */
export interface CanvasNode {
  id: string;
  /** The box it is in. */
  box: string | undefined;
  shape: 'circle' | 'service' | 'gateway' | 'external' | 'unknown';
  name: string;
  /** A small tag under the name. */
  tag: string | undefined;
  health: HealthStatus;
  /** Share 0..1 of failed requests, drawn as a ring; `null` draws none. */
  errorRatio: number | null;
}

export interface CanvasBox {
  id: string;
  /** The box around this box. */
  parent: string | undefined;
  name: string;
  level: 'namespace' | 'app';
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
}

export interface CanvasGraph {
  nodes: readonly CanvasNode[];
  boxes: readonly CanvasBox[];
  edges: readonly CanvasEdge[];
}

export interface Point {
  x: number;
  y: number;
}
export type Positions = ReadonlyMap<string, Point>;
