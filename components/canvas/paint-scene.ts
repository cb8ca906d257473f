import { changeColor, edgeLine, family, nodeLine, stands } from './look-of';
import { paintBadges } from './paint-badges';
import { signOf } from './paint-signs';
import { paintBoxNames, paintEdgeLabels, paintNames } from './paint-texts';
import type { PaintOptions } from './paint-texts';
import type { Pen } from './pen';
import { LabelField } from './place-labels';
import type { CanvasColors } from './read-colors';
import { toScreen } from './scene-index';
import type { DrawnBox, DrawnEdge, DrawnNode, SceneIndex } from './scene-index';
import { closedHalf, edgeWidth, nodeRadius } from './types';
import type { Point, Scene, View } from './types';

/** Paints a scene. What is small is left out: names that would cover each other, labels from afar, arrow heads of a pixel. */
export function paintScene(pen: Pen, index: SceneIndex, scene: Scene, view: View, colors: CanvasColors, options: PaintOptions): void {
  const inView = cull(index, view, options);
  const field = new LabelField(options.width, options.height);
  const kept = options.kept;
  const dim = (id: string): boolean => kept !== undefined && !kept.has(id);
  for (const box of inView.boxes) paintBox(pen, box, view, colors);
  for (const faded of [true, false]) {
    if (faded && kept === undefined) continue;
    pen.globalAlpha = faded ? 0.18 : 1;
    paintEdges(
      pen,
      inView.edges.filter(({ edge }) => dim(edge.id) === faded),
      view,
      colors,
      scene,
    );
  }
  for (const drawn of inView.nodes) {
    pen.globalAlpha = dim(drawn.node.id) ? 0.2 : 1;
    paintNode(pen, drawn, view, colors, scene);
    const radius = nodeRadius * view.zoom;
    const at = toScreen(drawn.at, view);
    // A little less than the circle: the name below must not share a square of the field with it.
    if (radius > 4) field.take(at.x - radius + 2, at.y - radius + 2, radius * 2 - 4, radius * 2 - 4);
  }
  pen.globalAlpha = 1;
  paintBoxNames(pen, inView.boxes, view, colors, field);
  paintEdgeLabels(pen, inView.edges, view, colors, field, options, 'urgent', scene);
  paintNames(pen, inView.nodes, view, colors, field, options, scene);
  paintEdgeLabels(pen, inView.edges, view, colors, field, options, 'rest', scene);
}

function cull(index: SceneIndex, view: View, { width, height }: PaintOptions): Pick<SceneIndex, 'nodes' | 'edges' | 'boxes'> {
  const left = -view.x / view.zoom - 70;
  const top = -view.y / view.zoom - 70;
  const right = (width - view.x) / view.zoom + 70;
  const bottom = (height - view.y) / view.zoom + 70;
  return {
    nodes: index.nodes.filter(({ at }) => at.x >= left && at.x <= right && at.y >= top && at.y <= bottom),
    edges: index.edges.filter(({ line }) => {
      let [x0, x1, y0, y1] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const { x, y } of line) {
        x0 = Math.min(x0, x);
        x1 = Math.max(x1, x);
        y0 = Math.min(y0, y);
        y1 = Math.max(y1, y);
      }
      return x1 >= left && x0 <= right && y1 >= top && y0 <= bottom;
    }),
    boxes: index.boxes.filter(
      ({ rect }) => rect.x <= right && rect.x + rect.width >= left && rect.y <= bottom && rect.y + rect.height >= top,
    ),
  };
}

function paintBox(pen: Pen, box: DrawnBox, view: View, colors: CanvasColors): void {
  const { x, y } = toScreen(box.rect, view);
  pen.globalAlpha = box.level === 'outer' ? 0.55 : 0.4;
  pen.fillStyle = box.level === 'outer' ? colors.panel : colors.inset;
  pen.beginPath();
  pen.roundRect(x, y, box.rect.width * view.zoom, box.rect.height * view.zoom, 8);
  pen.fill();
  pen.globalAlpha = 1;
  pen.strokeStyle = colors.line;
  pen.lineWidth = 1;
  pen.setLineDash(box.level === 'app' ? [4, 3] : []);
  pen.stroke();
  pen.setLineDash([]);
}

/** From below this zoom on only the busiest of the healthy edges are drawn: thousands more would make one grey surface. */
const farZoom = 0.3;
const mostFar = 1_200;
const manyEdges = 400;

function thinOut(groups: ReadonlyMap<string, { urgent: boolean; edges: DrawnEdge[] }>): void {
  const calm = [...groups.values()].filter((group) => !group.urgent);
  const rates = calm.flatMap((group) => group.edges.map(({ edge }) => edge.rate ?? 0));
  if (rates.length <= mostFar) return;
  const least = rates.toSorted((one, other) => other - one)[mostFar] ?? 0;
  for (const group of calm) group.edges = group.edges.filter(({ edge }) => (edge.rate ?? 0) > least);
}

/** Lines of the same look go into one path: five thousand strokes would take a hundred times as long. */
function paintEdges(pen: Pen, edges: readonly DrawnEdge[], view: View, colors: CanvasColors, scene: Scene): void {
  const groups = new Map<string, { color: string; width: number; dash: boolean; urgent: boolean; edges: DrawnEdge[] }>();
  for (const drawn of edges) {
    const { edge } = drawn;
    const chosen = scene.selected === edge.id;
    const found = scene.found?.has(edge.id) === true;
    const color = edge.health !== 'failing' && (chosen || found) ? colors.accent : edgeLine(colors, edge);
    const width = Math.round(edgeWidth(edge) * 2) / 2 + (found || chosen ? 1 : 0);
    const dash = edge.idle || edge.change === 'vanished';
    const urgent = chosen || found || stands(edge);
    const key = `${color} ${width} ${dash} ${urgent}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { color, width, dash, urgent, edges: [drawn] });
    else group.edges.push(drawn);
  }
  if (view.zoom < farZoom) thinOut(groups);
  const crowded = view.zoom < 0.6 && edges.length > manyEdges;
  for (const group of [...groups.values()].toSorted((one, other) => Number(one.urgent) - Number(other.urgent) || one.width - other.width)) {
    // From afar healthy lines thin out, so that a thousand of them leave the others to be seen.
    const least = group.urgent ? 1.2 : view.zoom < 0.35 ? 0.5 : 0.8;
    pen.lineWidth = Math.max(least, group.width * view.zoom);
    pen.strokeStyle = group.color;
    // Hundreds of them are a grey surface at full strength, in front of which nothing stands out.
    const alpha = pen.globalAlpha;
    if (crowded && !group.urgent) pen.globalAlpha = alpha * 0.45;
    pen.setLineDash(group.dash ? [5 * Math.max(0.6, view.zoom), 4 * Math.max(0.6, view.zoom)] : []);
    pen.beginPath();
    for (const { line } of group.edges) trace(pen, line, view);
    pen.stroke();
    if (view.zoom > 0.3 || group.urgent) paintArrows(pen, group.edges, group.color, group.width, view);
    pen.globalAlpha = alpha;
  }
  pen.setLineDash([]);
}

function trace(pen: Pen, line: readonly Point[], view: View): void {
  const [first, ...rest] = line;
  if (first === undefined) return;
  pen.moveTo(first.x * view.zoom + view.x, first.y * view.zoom + view.y);
  let before = first;
  rest.forEach((point, at) => {
    const after = rest[at + 1];
    if (after === undefined) {
      pen.lineTo(point.x * view.zoom + view.x, point.y * view.zoom + view.y);
      return;
    }
    const from = toScreen(near(point, before, 18), view);
    const to = toScreen(near(point, after, 18), view);
    const corner = toScreen(point, view);
    pen.lineTo(from.x, from.y);
    pen.quadraticCurveTo(corner.x, corner.y, to.x, to.y);
    before = point;
  });
}

/** The point on the way from `from` to `to`, at most `distance` away and at most half of the way. */
function near(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const share = Math.min(0.5, distance / length);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function paintArrows(pen: Pen, edges: readonly DrawnEdge[], color: string, width: number, view: View): void {
  const size = Math.max(4, (6 + width * 1.1) * view.zoom);
  pen.fillStyle = color;
  pen.beginPath();
  for (const { line } of edges) {
    const tip = line.at(-1);
    const before = line.at(-2);
    if (tip === undefined || before === undefined) continue;
    const at = toScreen(tip, view);
    const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const end = { x: at.x + cos * 3 * view.zoom, y: at.y + sin * 3 * view.zoom };
    pen.moveTo(end.x, end.y);
    pen.lineTo(end.x - cos * size - sin * size * 0.42, end.y - sin * size + cos * size * 0.42);
    pen.lineTo(end.x - cos * size + sin * size * 0.42, end.y - sin * size - cos * size * 0.42);
  }
  pen.fill();
}

/** The outline of a node. */
export function shapeOf(pen: Pen, { node }: DrawnNode, at: Point, zoom: number, grow = 0): void {
  const radius = nodeRadius * zoom + grow;
  pen.beginPath();
  if (node.shape === 'closed') {
    const [width, height] = [closedHalf.width * zoom + grow, closedHalf.height * zoom + grow];
    pen.roundRect(at.x - width, at.y - height, width * 2, height * 2, 8 * zoom);
  } else if (node.shape === 'service') {
    pen.moveTo(at.x, at.y - radius);
    pen.lineTo(at.x + radius, at.y);
    pen.lineTo(at.x, at.y + radius);
    pen.lineTo(at.x - radius, at.y);
    pen.closePath();
  } else if (node.shape === 'gateway') {
    for (let corner = 0; corner < 6; corner += 1) {
      const angle = (corner * Math.PI) / 3;
      const [x, y] = [at.x + radius * 1.1 * Math.cos(angle), at.y + radius * 0.98 * Math.sin(angle)];
      if (corner === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    }
    pen.closePath();
  } else pen.arc(at.x, at.y, radius, 0, Math.PI * 2);
}

function paintNode(pen: Pen, drawn: DrawnNode, view: View, colors: CanvasColors, scene: Scene): void {
  const { node } = drawn;
  const at = toScreen(drawn.at, view);
  const zoom = view.zoom;
  const trouble = node.health === 'failing' || node.health === 'degraded';
  const line = node.change === undefined ? nodeLine(colors, node.health) : changeColor(colors, node.change);
  const chosen = scene.selected === node.id;
  const found = scene.found?.has(node.id) === true;
  if (zoom < 0.16 && node.shape !== 'closed') {
    pen.fillStyle = chosen || found ? colors.accent : line;
    pen.beginPath();
    pen.arc(at.x, at.y, Math.max(trouble || found ? 3.2 : 2, nodeRadius * zoom), 0, Math.PI * 2);
    pen.fill();
    return;
  }
  if (found) {
    shapeOf(pen, drawn, at, zoom, 5);
    pen.fillStyle = colors.accent;
    const alpha = pen.globalAlpha;
    pen.globalAlpha = alpha * 0.28;
    pen.fill();
    pen.globalAlpha = alpha;
  }
  shapeOf(pen, drawn, at, zoom);
  pen.fillStyle = node.shape === 'unknown' ? colors.inset : colors.panel;
  pen.fill();
  pen.lineWidth = Math.max(1, (chosen ? 3 : trouble ? 2.5 : 1.5) * Math.min(1.2, Math.max(0.6, zoom)));
  pen.strokeStyle = chosen ? colors.accent : line;
  const dashed = node.shape === 'external' || node.shape === 'unknown' || node.change === 'vanished';
  pen.setLineDash(dashed ? [4 * zoom, 3 * zoom] : []);
  pen.stroke();
  pen.setLineDash([]);
  if (node.shape === 'closed') {
    if (zoom > 0.3) paintClosed(pen, drawn, at, zoom, colors, line);
    return;
  }
  if ((node.errorRatio ?? 0) > 0) {
    pen.strokeStyle = colors.failing;
    pen.lineWidth = Math.max(1.5, 4 * zoom);
    pen.beginPath();
    const share = Math.max(0.02, Math.min(1, node.errorRatio ?? 0));
    pen.arc(at.x, at.y, Math.max(2, (nodeRadius - 4) * zoom), -Math.PI / 2, -Math.PI / 2 + share * Math.PI * 2);
    pen.stroke();
  }
  if (zoom > 0.4) {
    const sign = signOf(node);
    if (sign !== undefined) {
      pen.fillStyle = colors.muted;
      pen.font = `550 ${14 * zoom}px ${family}`;
      pen.textAlign = 'center';
      pen.textBaseline = 'middle';
      pen.fillText(sign, at.x, at.y);
    }
  }
  if (zoom > 0.55) paintBadges(pen, node.badges, at, zoom, colors);
}

/** A closed box: a second edge behind it says that there is more inside; a bar shows which share fails. */
function paintClosed(pen: Pen, { node }: DrawnNode, at: Point, zoom: number, colors: CanvasColors, line: string): void {
  const [width, height] = [closedHalf.width * zoom, closedHalf.height * zoom];
  pen.strokeStyle = line;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(at.x - width + 8 * zoom, at.y + height + 3 * zoom);
  pen.lineTo(at.x + width - 8 * zoom, at.y + height + 3 * zoom);
  pen.stroke();
  if ((node.errorRatio ?? 0) <= 0) return;
  pen.fillStyle = colors.failing;
  pen.beginPath();
  pen.roundRect(
    at.x - width + 8 * zoom,
    at.y + height - 7 * zoom,
    Math.max(2, (2 * width - 16 * zoom) * Math.min(1, node.errorRatio ?? 0)),
    3 * zoom,
    1,
  );
  pen.fill();
}
