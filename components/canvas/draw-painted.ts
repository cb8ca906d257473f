import { keepNeighbours } from './keep-neighbours';
import { zoomRange } from './keep-view';
import { moveTraffic } from './move-traffic';
import { paintScene, shapeOf } from './paint-scene';
import { readColors } from './read-colors';
import { followValues, indexScene, toScreen, whatIsAt } from './scene-index';
import type { SceneIndex } from './scene-index';
import { nodeRadius } from './types';
import type { Drawing, DrawingEvents, Point, Scene, View } from './types';
import { watchGestures, zoomAround } from './watch-gestures';

/** How far the painted picture reaches beyond the window, so that panning shows no bare ground. */
const margin = 160;
/** A picture of more edges than this is moved as an image and painted anew when it comes to rest. */
const heavy = 700;
const restMs = 90;

const emptyScene: Scene = {
  graph: { nodes: [], boxes: [], edges: [] },
  layout: { positions: new Map(), bends: new Map() },
  hidden: new Set(),
  found: undefined,
  selected: undefined,
};

/**
 * Draws graphs of any size on one canvas. The whole scene is painted at once (a few dozen paths), into a picture somewhat larger than the
 * window; while a large graph is panned or zoomed that picture is moved, and painted sharp when the hand rests.
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
  const picture = document.createElement('canvas');
  const onScreen = screen.getContext('2d', { alpha: false });
  const onPicture = picture.getContext('2d', { alpha: false });
  let scene = emptyScene;
  let index: SceneIndex = indexScene(scene);
  let colors = readColors(host);
  let view: View = { zoom: 1, x: 0, y: 0 };
  /** The view the picture was painted with; `undefined`: it is out of date. */
  let painted: View | undefined;
  let hovered: string | undefined;
  let frame = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let moving = false;
  let stopMotion: (() => void) | undefined;
  let size = { width: 0, height: 0, ratio: 1 };

  const resize = (): void => {
    const { clientWidth: width, clientHeight: height } = host;
    const ratio = window.devicePixelRatio;
    if (width === size.width && height === size.height && ratio === size.ratio) return;
    size = { width, height, ratio };
    for (const canvas of [screen, above]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    picture.width = Math.round((width + 2 * margin) * ratio);
    picture.height = Math.round((height + 2 * margin) * ratio);
    painted = undefined;
  };

  const paintPicture = (): void => {
    if (onPicture === null) return;
    const { width, height, ratio } = size;
    onPicture.setTransform(ratio, 0, 0, ratio, 0, 0);
    onPicture.fillStyle = colors.page;
    onPicture.fillRect(0, 0, width + 2 * margin, height + 2 * margin);
    paintScene(onPicture, index, scene, { zoom: view.zoom, x: view.x + margin, y: view.y + margin }, colors, {
      width: width + 2 * margin,
      height: height + 2 * margin,
      kept: keepNeighbours(scene.graph, scene.selected),
    });
    painted = { ...view };
  };

  const paintHover = (): void => {
    if (onScreen === null || hovered === undefined) return;
    const drawn = index.byId.get(hovered);
    onScreen.strokeStyle = colors.accent;
    onScreen.fillStyle = colors.accent;
    const near = index.edges.filter(({ edge }) => edge.id === hovered || edge.source === hovered || edge.target === hovered);
    onScreen.lineWidth = Math.max(1, 1.6 * Math.min(1.2, view.zoom));
    onScreen.beginPath();
    for (const { line } of near) {
      line.forEach((point, at) => {
        const { x, y } = toScreen(point, view);
        if (at === 0) onScreen.moveTo(x, y);
        else onScreen.lineTo(x, y);
      });
    }
    onScreen.stroke();
    if (drawn === undefined) return;
    const at = toScreen(drawn.at, view);
    onScreen.lineWidth = 2;
    shapeOf(onScreen, drawn, at, Math.max(view.zoom, 3 / nodeRadius));
    onScreen.stroke();
    if (view.zoom >= 0.5) return;
    // From afar most names are left out: the one pointed at is told.
    onScreen.font = '550 12px "Inter Variable", ui-sans-serif, system-ui, sans-serif';
    onScreen.textAlign = 'center';
    onScreen.textBaseline = 'bottom';
    onScreen.strokeStyle = colors.page;
    onScreen.lineWidth = 4;
    onScreen.strokeText(drawn.node.name, at.x, at.y - 8);
    onScreen.fillStyle = colors.text;
    onScreen.fillText(drawn.node.name, at.x, at.y - 8);
  };

  const paint = (): void => {
    frame = 0;
    resize();
    if (onScreen === null || size.width === 0) return;
    const light = index.edges.length <= heavy;
    const same = painted !== undefined && painted.zoom === view.zoom && painted.x === view.x && painted.y === view.y;
    if (painted === undefined || (!same && (light || !moving))) paintPicture();
    const from = painted ?? view;
    const by = view.zoom / from.zoom;
    const { ratio } = size;
    onScreen.setTransform(1, 0, 0, 1, 0, 0);
    if (!same || by !== 1) {
      onScreen.fillStyle = colors.page;
      onScreen.fillRect(0, 0, screen.width, screen.height);
    }
    const x = view.x - (from.x + margin) * by;
    const y = view.y - (from.y + margin) * by;
    onScreen.imageSmoothingEnabled = by !== 1 && !moving;
    onScreen.drawImage(picture, x * ratio, y * ratio, picture.width * by, picture.height * by);
    onScreen.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintHover();
  };
  const ask = (): void => {
    if (frame === 0) frame = requestAnimationFrame(paint);
  };
  const look = (next: View): void => {
    view = next;
    moving = true;
    clearTimeout(rest);
    rest = setTimeout(() => {
      moving = false;
      ask();
    }, restMs);
    ask();
  };
  const fitted = (): View => {
    const { bounds } = index;
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
    const start = performance.now();
    const step = (): void => {
      const share = Math.min(1, (performance.now() - start) / 160);
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
    at: (point) => whatIsAt(index, world(point), view),
    hover(what) {
      const id = what === undefined || what.kind === 'box' ? undefined : what.id;
      if (id === hovered) return;
      hovered = id;
      ask();
    },
    tap: (what) => events.pick(what?.id),
    open: (what) => what.kind !== 'edge' && events.open(what.id),
    drag(id, to) {
      scene.layout.positions.set(id, to);
      for (const edge of scene.graph.edges) if (edge.source === id || edge.target === id) scene.layout.bends.delete(edge.id);
      index = indexScene(scene);
      painted = undefined;
      ask();
    },
    dropped(id) {
      const at = scene.layout.positions.get(id);
      if (at !== undefined) events.moved(id, at);
    },
  });
  const watcher = new ResizeObserver(ask);
  watcher.observe(host);
  resize();

  return {
    show(next) {
      const structure = next.graph !== scene.graph || next.layout !== scene.layout || next.hidden !== scene.hidden;
      if (structure) index = followValues(index, scene, next) ?? indexScene(next);
      scene = next;
      painted = undefined;
      ask();
    },
    fit(smoothly) {
      resize();
      if (smoothly) glide(fitted());
      else {
        view = fitted();
        painted = undefined;
        ask();
      }
    },
    zoomBy(factor) {
      look(zoomAround(view, factor, { x: size.width / 2, y: size.height / 2 }));
      events.looked();
    },
    view: () => view,
    look(next) {
      resize();
      view = next;
      painted = undefined;
      ask();
    },
    reveal(id) {
      const drawn = index.byId.get(id);
      if (drawn === undefined) return;
      const at = toScreen(drawn.at, view);
      const zoom = Math.max(view.zoom, 0.5);
      if (at.x > 60 && at.y > 60 && at.x < size.width - 60 && at.y < size.height - 60 && zoom === view.zoom) return;
      events.looked();
      glide({ zoom, x: size.width / 2 - drawn.at.x * zoom, y: size.height / 2 - drawn.at.y * zoom });
    },
    refresh() {
      colors = readColors(host);
      painted = undefined;
      ask();
    },
    animate(on) {
      stopMotion?.();
      stopMotion = on ? moveTraffic(above, () => ({ index, view, colors })) : undefined;
    },
    destroy() {
      unwatch();
      watcher.disconnect();
      stopMotion?.();
      cancelAnimationFrame(frame);
      clearTimeout(rest);
      screen.remove();
      above.remove();
    },
  };
}
