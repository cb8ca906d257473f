import { family } from './look-of';
import type { Pen } from './pen';
import type { CanvasColors } from './read-colors';
import type { CanvasBadge, Point } from './types';
import { nodeRadius } from './types';

const full = Math.PI * 2;

/**
 * Each sign as strokes in a square from -1 to 1: `m`ove, `l`ine, and `o` for a ring with its radius. Drawn, not written, for fonts lack
 * such signs or have each their own.
 */
const signs: Record<CanvasBadge['sign'], string> = {
  // A bolt.
  fault: 'm .25 -1 l -.55 .15 l .45 .05 l -.2 1',
  // An exclamation mark.
  finding: 'm 0 -.9 l 0 .25 m 0 .7 l 0 .9',
  // A crossed-out ring.
  noSidecar: 'o 0 0 .8 m -.55 .55 l .55 -.55',
  // Steps.
  rollout: 'm -.9 .7 l -.3 .7 l -.3 0 l .3 0 l .3 -.7 l .9 -.7',
  // An open switch.
  breaker: 'm -1 .3 l -.4 .3 l .35 -.55 m .45 .3 l 1 .3',
  // One leaves a row.
  ejected: 'o -.6 .5 .3 o .6 .5 .3 m 0 .3 l 0 -.9 m -.35 -.5 l 0 -.9 l .35 -.5',
  // One way becomes two.
  split: 'm -.9 0 l -.1 0 l .8 -.7 m -.1 0 l .8 .7',
  // A delta.
  changed: 'm 0 -.8 l .85 .7 l -.85 .7 l 0 -.8',
  // Two of the same.
  mirror: 'm 0 -.9 l 0 .9 m -.35 -.5 l -.9 0 l -.35 .5 m .35 -.5 l .9 0 l .35 .5',
  // A clock.
  timeout: 'o 0 0 .85 m 0 -.5 l 0 .05 l .4 .25',
  // A way with a turn.
  routing: 'm -.9 .6 l -.1 .6 l -.1 -.5 l .8 -.5 m .4 -.9 l .85 -.5 l .4 -.1',
  // A straight way.
  routed: 'm -.9 0 l .8 0 m .35 -.5 l .85 0 l .35 .5',
  // Out of a door.
  entry: 'm -.1 -.8 l -.8 -.8 l -.8 .8 l -.1 .8 m -.3 0 l .8 0 m .4 -.4 l .85 0 l .4 .4',
  // A post on the way.
  waypoint: 'm -1 0 l -.45 0 o 0 0 .42 m .45 0 l 1 0',
};

interface Step {
  kind: string;
  x: number;
  y: number;
  radius: number;
}

const strokes = new Map(
  Object.entries(signs).map(([sign, text]): [string, Step[]] => [
    sign,
    [...text.matchAll(/([mlo])((?: -?[\d.]+)+)/g)].map(([, kind = '', numbers = '']) => {
      const [x = 0, y = 0, radius = 0] = numbers.trim().split(' ').map(Number);
      return { kind, x, y, radius };
    }),
  ]),
);

const mostBadges = 3;

/** Badges at the upper right of a node: at most three, then how many more. */
export function paintBadges(pen: Pen, badges: readonly CanvasBadge[], at: Point, zoom: number, colors: CanvasColors): void {
  const shown = badges.length > mostBadges ? badges.slice(0, mostBadges - 1) : badges;
  const places = badges.length > mostBadges ? mostBadges : badges.length;
  for (let index = 0; index < places; index += 1) {
    const angle = -Math.PI / 2.6 + index * 0.78;
    const x = at.x + (nodeRadius + 2) * zoom * Math.cos(angle);
    const y = at.y + (nodeRadius + 2) * zoom * Math.sin(angle);
    const badge = shown[index];
    const color = badge?.tone === 'warn' ? colors.degraded : badge?.tone === 'accent' ? colors.accent : colors.muted;
    pen.beginPath();
    pen.arc(x, y, 7.5 * zoom, 0, full);
    pen.fillStyle = colors.panel;
    pen.fill();
    pen.lineWidth = 1;
    pen.strokeStyle = badge === undefined || badge.tone === 'plain' ? colors.lineStrong : color;
    pen.stroke();
    if (badge === undefined) paintCount(pen, badges.length - mostBadges + 1, x, y, zoom, colors);
    else paintSign(pen, badge.sign, { x, y }, 4.2 * zoom, color);
  }
}

function paintSign(pen: Pen, sign: CanvasBadge['sign'], { x, y }: Point, size: number, color: string): void {
  pen.strokeStyle = color;
  pen.lineWidth = Math.max(1, size * 0.32);
  pen.lineJoin = 'round';
  pen.beginPath();
  for (const step of strokes.get(sign) ?? []) {
    const [toX, toY, radius] = [x + step.x * size, y + step.y * size, step.radius * size];
    if (step.kind === 'l') pen.lineTo(toX, toY);
    else pen.moveTo(toX + radius, toY);
    if (step.kind === 'o') pen.arc(toX, toY, radius, 0, full);
  }
  pen.stroke();
}

function paintCount(pen: Pen, more: number, x: number, y: number, zoom: number, colors: CanvasColors): void {
  pen.fillStyle = colors.muted;
  pen.font = `600 ${8.5 * zoom}px ${family}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(`+${more}`, x, y + 0.5 * zoom);
}
