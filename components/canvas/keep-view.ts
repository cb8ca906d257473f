import type { Point, View } from './types';

export const zoomRange = { least: 0.02, most: 3 };

/** Where one looks, whatever the size of the window: the point of the world in its middle, and how near. */
export interface Outlook {
  zoom: number;
  x: number;
  y: number;
}

/** For a link: `1.25,340,-20`. A thousandth of the zoom and a unit of the world are finer than the eye. */
export function formatOutlook({ zoom, x, y }: Outlook): string {
  return [zoom.toFixed(3), x.toFixed(0), y.toFixed(0)].map(Number).join(',');
}

/** Reads it back; `undefined` for anything else, also for what could not be drawn. */
export function parseOutlook(text: string | undefined): Outlook | undefined {
  const numbers = text?.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part))) ?? [];
  const [zoom, x, y] = numbers;
  if (numbers.length !== 3 || zoom === undefined || x === undefined || y === undefined) return undefined;
  if (!numbers.every((one) => Number.isFinite(one) && Math.abs(one) < 1e7) || zoom < zoomRange.least || zoom > zoomRange.most)
    return undefined;
  return { zoom, x, y };
}

/** What a view shows at `middle` of the drawing. */
export function outlookOf({ zoom, x, y }: View, middle: Point): Outlook {
  return { zoom, x: (middle.x - x) / zoom, y: (middle.y - y) / zoom };
}

/** The view that shows it there. */
export function viewOf({ zoom, x, y }: Outlook, middle: Point): View {
  return { zoom, x: middle.x - x * zoom, y: middle.y - y * zoom };
}

/** The middle of what the window could show of the drawing: panels beside it come and go, and must not move what a link means. */
export function middleOf(host: HTMLElement): Point {
  const { left, top } = host.getBoundingClientRect();
  return { x: (window.innerWidth - left) / 2, y: (window.innerHeight - top) / 2 };
}
