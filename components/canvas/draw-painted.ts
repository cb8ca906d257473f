import { zoomRange } from './keep-view';
import { fontFamily } from './look-of';
import { moveTraffic } from './move-traffic';
import type { CanvasSize, PaintOrder } from './painter';
import type { PainterStart } from './painter.worker';
import { readColors } from './read-colors';
import { readFonts } from './read-fonts';
import { changeOf, emptyScene, placeNode } from './scene-changes';
import { boundsOfScene, followValues, indexScene, toScreen, whatIsAt } from './scene-index';
import type { SceneIndex } from './scene-index';
import type { Drawing, DrawingEvents, Point, Scene, View } from './types';
import { watchGestures, zoomAround } from './watch-gestures';

const restMs = 90;

/**
 * Draws graphs of any size. What is seen is painted by a worker (`Painter`), which is told of scenes, views and sizes; here is what the
 * hand does. Where things are is only worked out when somebody points at them.
 */
export function drawPainted(host: HTMLElement, events: DrawingEvents): Drawing {
  const layer = (): HTMLCanvasElement => {
    const canvas = document.createElement('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    Object.assign(canvas.style, { position: 'absolute', inset: '0', width: '100%', height: '100%', pointerEvents: 'none' });
    host.append(canvas);
    return canvas;
  };
  const screen = layer();
  const above = layer();
  let scene: Scene = emptyScene;
  let indexed: { scene: Scene; index: SceneIndex } | undefined;
  let colors = readColors(host);
  let view: View = { zoom: 1, x: 0, y: 0 };
  let hovered: string | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let stopMotion: (() => void) | undefined;
  let size: CanvasSize = { width: 0, height: 0, ratio: 1 };
  let round = 0;
  const waiting = new Map<number, () => void>();

  const painter = new Worker(new URL('./painter.worker.ts', import.meta.url));
  const canvas = screen.transferControlToOffscreen();
  const start: PainterStart = { canvas, colors, fonts: readFonts(fontFamily) };
  painter.postMessage(start, [canvas]);
  painter.addEventListener('error', ({ message }) => events.failed(new Error(message || 'What paints large graphs could not be loaded.')));
  const tell = (order: PaintOrder): void => painter.postMessage(order);
  painter.addEventListener('message', ({ data: shown }: MessageEvent<number>) => {
    for (const [number, resolve] of waiting) {
      // One that was overtaken by the next is as good as shown.
      if (number > shown) continue;
      waiting.delete(number);
      resolve();
    }
  });

  const index = (): SceneIndex => {
    if (indexed?.scene !== scene)
      indexed = { scene, index: (indexed && followValues(indexed.index, indexed.scene, scene)) ?? indexScene(scene) };
    return indexed.index;
  };
  const resize = (): void => {
    const { clientWidth: width, clientHeight: height } = host;
    const ratio = window.devicePixelRatio;
    if (width === size.width && height === size.height && ratio === size.ratio) return;
    size = { width, height, ratio };
    above.width = Math.round(width * ratio);
    above.height = Math.round(height * ratio);
    tell({ order: 'size', size });
  };
  /** Looks elsewhere at once, and sharply. */
  const stand = (next: View): void => {
    clearTimeout(rest);
    view = next;
    tell({ order: 'look', view, moving: false });
  };
  const look = (next: View): void => {
    view = next;
    tell({ order: 'look', view, moving: true });
    clearTimeout(rest);
    rest = setTimeout(() => tell({ order: 'look', view, moving: false }), restMs);
  };
  const fitted = (): View => {
    const bounds = boundsOfScene(scene);
    const room = { width: Math.max(100, size.width - 72), height: Math.max(100, size.height - 72) };
    const zoom = Math.max(zoomRange.least, Math.min(1.25, room.width / (bounds.width || 1), room.height / (bounds.height || 1)));
    return {
      zoom,
      x: size.width / 2 - (bounds.x + bounds.width / 2) * zoom,
      y: size.height / 2 - (bounds.y + bounds.height / 2) * zoom,
    };
  };
  const glide = (to: View): void => {
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) {
      look(to);
      return;
    }
    const from = { ...view };
    const began = performance.now();
    const step = (): void => {
      const share = Math.min(1, (performance.now() - began) / 160);
      const eased = 1 - (1 - share) ** 3;
      look({ zoom: from.zoom + (to.zoom - from.zoom) * eased, x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased });
      if (share < 1) requestAnimationFrame(step);
    };
    step();
  };
  const world = (point: Point): Point => ({ x: (point.x - view.x) / view.zoom, y: (point.y - view.y) / view.zoom });

  const unwatch = watchGestures(host, {
    view: () => view,
    look: (next) => {
      look(next);
      events.looked();
    },
    at: (point) => whatIsAt(index(), world(point), view),
    hover(what) {
      const id = what === undefined || what.kind === 'box' ? undefined : what.id;
      if (id === hovered) return;
      hovered = id;
      tell({ order: 'hover', id });
    },
    tap: (what) => events.pick(what?.id),
    open: (what) => what.kind !== 'edge' && events.open(what.id),
    drag(id, to) {
      placeNode(scene, id, to);
      indexed = undefined;
      tell({ order: 'place', id, at: to });
    },
    dropped(id) {
      const at = scene.layout.positions.get(id);
      if (at !== undefined) events.moved(id, at);
    },
  });
  const watcher = new ResizeObserver(resize);
  watcher.observe(host);
  // A screen of another fineness leaves the host as large as it is.
  window.addEventListener('resize', resize);
  resize();

  return {
    show(next) {
      round += 1;
      const change = changeOf(scene, next);
      scene = next;
      tell({ order: 'show', change, round });
      return new Promise((resolve) => waiting.set(round, resolve));
    },
    fit(smoothly) {
      resize();
      if (smoothly) glide(fitted());
      else stand(fitted());
    },
    zoomBy(factor) {
      look(zoomAround(view, factor, { x: size.width / 2, y: size.height / 2 }));
      events.looked();
    },
    view: () => view,
    look(next) {
      resize();
      stand(next);
    },
    reveal(id) {
      const place = scene.layout.positions.get(id);
      if (place === undefined || scene.hidden.has(id) || !scene.graph.nodes.some((node) => node.id === id)) return;
      const at = toScreen(place, view);
      const zoom = Math.max(view.zoom, 0.5);
      if (at.x > 60 && at.y > 60 && at.x < size.width - 60 && at.y < size.height - 60 && zoom === view.zoom) return;
      events.looked();
      glide({ zoom, x: size.width / 2 - place.x * zoom, y: size.height / 2 - place.y * zoom });
    },
    refresh() {
      colors = readColors(host);
      tell({ order: 'colors', colors });
    },
    animate(on) {
      stopMotion?.();
      stopMotion = on ? moveTraffic(above, () => ({ index: index(), view, colors })) : undefined;
    },
    destroy() {
      unwatch();
      watcher.disconnect();
      window.removeEventListener('resize', resize);
      stopMotion?.();
      clearTimeout(rest);
      painter.terminate();
      screen.remove();
      above.remove();
    },
  };
}
