import type { Pen } from './pen';
import type { CanvasColors } from './read-colors';
import type { CanvasNode, Point } from './types';

/** A sign inside a node that has no face of its own. */
export function signOf(node: CanvasNode): string | undefined {
  return node.shape === 'unknown' ? '?' : undefined;
}

/** A padlock. */
export function paintLock(pen: Pen, lock: 'open' | 'closed', at: Point, scale: number, colors: CanvasColors): void {
  const color = lock === 'open' ? colors.degraded : colors.healthy;
  pen.strokeStyle = color;
  pen.fillStyle = color;
  pen.lineWidth = 1.3 * scale;
  pen.beginPath();
  const lift = lock === 'open' ? 1.8 * scale : 0;
  pen.moveTo(at.x - 2.4 * scale, at.y - 0.5 * scale - (lock === 'open' ? lift : 0));
  pen.quadraticCurveTo(at.x - 2.4 * scale, at.y - 4.6 * scale - lift, at.x, at.y - 4.6 * scale - lift);
  pen.quadraticCurveTo(at.x + 2.4 * scale, at.y - 4.6 * scale - lift, at.x + 2.4 * scale, at.y - 0.5 * scale);
  pen.stroke();
  pen.beginPath();
  pen.roundRect(at.x - 3.6 * scale, at.y - 0.8 * scale, 7.2 * scale, 5.4 * scale, 1 * scale);
  pen.fill();
}
