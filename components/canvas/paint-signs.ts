import type { Pen } from './pen';
import type { CanvasColors } from './read-colors';
import type { CanvasNode, Point } from './types';
import { nodeRadius } from './types';

/** A sign inside a node that has no face of its own. */
export function signOf(node: CanvasNode): string | undefined {
  return node.shape === 'unknown' ? '?' : undefined;
}

const mostBadges = 3;

/** Badges at the upper right of a node: at most three, then how many more. */
export function paintBadges(pen: Pen, badges: readonly string[], at: Point, zoom: number, colors: CanvasColors): void {
  const shown = badges.length > mostBadges ? [...badges.slice(0, mostBadges - 1), `+${badges.length - mostBadges + 1}`] : badges;
  const radius = 7.5 * zoom;
  shown.forEach((badge, index) => {
    const angle = -Math.PI / 2.6 + index * 0.78;
    const x = at.x + (nodeRadius + 2) * zoom * Math.cos(angle);
    const y = at.y + (nodeRadius + 2) * zoom * Math.sin(angle);
    pen.beginPath();
    pen.arc(x, y, radius, 0, Math.PI * 2);
    pen.fillStyle = colors.panel;
    pen.fill();
    pen.lineWidth = 1;
    pen.strokeStyle = colors.lineStrong;
    pen.stroke();
    pen.fillStyle = colors.muted;
    pen.font = `600 ${8.5 * zoom}px "Inter Variable", ui-sans-serif, system-ui, sans-serif`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText(badge, x, y + 0.5 * zoom);
  });
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
