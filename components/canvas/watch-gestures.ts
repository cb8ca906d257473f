import { zoomRange } from './keep-view';
import type { Point, View } from './types';

export interface Gestures {
  view: () => View;
  /** The view moved. */
  look: (view: View) => void;
  at: (screen: Point) => { kind: 'node' | 'edge' | 'box'; id: string } | undefined;
  hover: (what: { kind: 'node' | 'edge' | 'box'; id: string } | undefined) => void;
  tap: (what: { kind: 'node' | 'edge' | 'box'; id: string } | undefined) => void;
  open: (what: { kind: 'node' | 'edge' | 'box'; id: string }) => void;
  drag: (id: string, to: Point) => void;
  dropped: (id: string) => void;
}

const clickSlack = 4;

/** The view after zooming by a factor around a point of the screen. */
export function zoomAround(view: View, factor: number, centre: Point): View {
  const zoom = Math.min(zoomRange.most, Math.max(zoomRange.least, view.zoom * factor));
  const by = zoom / view.zoom;
  return { zoom, x: centre.x - (centre.x - view.x) * by, y: centre.y - (centre.y - view.y) * by };
}

/** Mouse, pen and fingers: drag the ground to pan, wheel or pinch to zoom, drag a node to move it. Returns the way to stop. */
export function watchGestures(element: HTMLElement, gestures: Gestures): () => void {
  const down = new Map<number, Point>();
  let dragged: string | undefined;
  let from: Point | undefined;
  let travelled = 0;
  const place = (event: MouseEvent): Point => {
    const rect = element.getBoundingClientRect();
    return { x: event.clientX - rect.left, y: event.clientY - rect.top };
  };
  const press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const at = place(event);
    down.set(event.pointerId, at);
    element.setPointerCapture(event.pointerId);
    if (down.size > 1) {
      dragged = undefined;
      return;
    }
    from = at;
    travelled = 0;
    const what = gestures.at(at);
    dragged = what?.kind === 'node' ? what.id : undefined;
  };
  const move = (event: PointerEvent): void => {
    const at = place(event);
    const before = down.get(event.pointerId);
    if (before === undefined) {
      const what = gestures.at(at);
      element.style.cursor = what !== undefined && what.kind !== 'box' ? 'pointer' : '';
      gestures.hover(what);
      return;
    }
    const view = gestures.view();
    if (down.size === 2) {
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1] ?? at;
      const factor = Math.hypot(at.x - other.x, at.y - other.y) / (Math.hypot(before.x - other.x, before.y - other.y) || 1);
      gestures.look(zoomAround(view, factor, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 }));
    } else {
      if (from !== undefined) travelled = Math.max(travelled, Math.hypot(at.x - from.x, at.y - from.y));
      if (travelled > clickSlack) {
        if (dragged === undefined) gestures.look({ ...view, x: view.x + at.x - before.x, y: view.y + at.y - before.y });
        else gestures.drag(dragged, { x: (at.x - view.x) / view.zoom, y: (at.y - view.y) / view.zoom });
      } else return;
    }
    down.set(event.pointerId, at);
  };
  const release = (event: PointerEvent): void => {
    if (!down.delete(event.pointerId) || down.size > 0) return;
    if (travelled <= clickSlack && event.type === 'pointerup') gestures.tap(gestures.at(place(event)));
    else if (dragged !== undefined) gestures.dropped(dragged);
    dragged = undefined;
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    gestures.look(zoomAround(gestures.view(), Math.exp(-step * (event.ctrlKey ? 0.01 : 0.0016)), place(event)));
  };
  const double = (event: MouseEvent): void => {
    const what = gestures.at(place(event));
    if (what !== undefined) gestures.open(what);
  };
  const leave = (): void => gestures.hover(undefined);
  element.addEventListener('pointerdown', press);
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', release);
  element.addEventListener('pointercancel', release);
  element.addEventListener('pointerleave', leave);
  element.addEventListener('wheel', wheel, { passive: false });
  element.addEventListener('dblclick', double);
  return () => {
    element.removeEventListener('pointerdown', press);
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', release);
    element.removeEventListener('pointercancel', release);
    element.removeEventListener('pointerleave', leave);
    element.removeEventListener('wheel', wheel);
    element.removeEventListener('dblclick', double);
  };
}
