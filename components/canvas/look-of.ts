import type { HealthStatus } from '@/lib/contract';
import type { CanvasColors } from './read-colors';
import type { DrawnEdge } from './scene-index';

export const fontFamily = 'Inter Variable';
/** For the `font` of a pen. */
export const family = `"${fontFamily}", system-ui, sans-serif`;

/** Healthy recedes: only what is wrong takes a colour. */
export function nodeLine(colors: CanvasColors, health: HealthStatus): string {
  if (health === 'failing') return colors.failing;
  if (health === 'degraded') return colors.degraded;
  if (health === 'unknown') return colors.unknown;
  if (health === 'idle') return colors.lineStrong;
  return colors.healthy;
}

export function edgeLine(colors: CanvasColors, edge: DrawnEdge['edge']): string {
  if (edge.change !== undefined) return changeColor(colors, edge.change);
  if (edge.health === 'failing') return colors.failing;
  return edge.health === 'degraded' ? colors.degraded : colors.lineStrong;
}

export function changeColor(colors: CanvasColors, change: NonNullable<DrawnEdge['edge']['change']>): string {
  if (change === 'failsMore' || change === 'vanished' || change === 'breaks') return colors.failing;
  if (change === 'slower' || change === 'loses') return colors.degraded;
  if (change === 'appeared' || change === 'gains') return colors.accent;
  if (change === 'failsLess' || change === 'faster') return colors.healthy;
  return colors.muted;
}

/** Whether an edge should be seen before the others. */
export function stands(edge: DrawnEdge['edge']): boolean {
  return edge.health === 'failing' || edge.health === 'degraded' || edge.change !== undefined;
}
