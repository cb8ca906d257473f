import { changeColor, family, nodeLine, stands } from './look-of';
import type { Pen } from './pen';
import { paintLock } from './paint-signs';
import type { LabelField } from './place-labels';
import type { CanvasColors } from './read-colors';
import { along, lengthOf, toScreen } from './scene-index';
import type { DrawnBox, DrawnEdge, DrawnNode } from './scene-index';
import { closedHalf, nodeRadius } from './types';
import type { Point, Scene, View } from './types';

/** Below this zoom names of healthy nodes would only cover each other. */
const farNames = 0.34;
/** Names of nodes, in units of the world. */
export const nameSize = 11.5;

export interface PaintOptions {
  width: number;
  height: number;
  /** Ids that stay when something is chosen; `undefined`: all. */
  kept: ReadonlySet<string> | undefined;
  /** Write every name and label, where nothing is free over what is there: for a small graph, and for a picture to print. */
  everything?: boolean;
  /** Told the ids of the nodes whose names found room. */
  named?: Set<string>;
}

/** A text with a rim in the colour of the ground, so that lines behind it do not disturb. */
function write(pen: Pen, text: string, x: number, y: number, color: string, ground: string): void {
  pen.strokeStyle = ground;
  pen.lineWidth = 3;
  pen.lineJoin = 'round';
  pen.strokeText(text, x, y);
  pen.fillStyle = color;
  pen.fillText(text, x, y);
}

const widths = new Map<string, number>();

/** They were measured in a font that stood in for the right one. */
export function forgetWidths(): void {
  widths.clear();
}

/** Width of a text in a font of `size` pixels. Measured once: the same names are written on every frame. */
function widthOf(pen: Pen, text: string, size: number, weight: number): number {
  const key = `${weight}${text}`;
  let known = widths.get(key);
  if (known === undefined) {
    const font = pen.font;
    pen.font = `${weight} 100px ${family}`;
    known = pen.measureText(text).width / 100;
    pen.font = font;
    if (widths.size > 50_000) widths.clear();
    widths.set(key, known);
  }
  return known * size;
}

/** Keeps labels off the nodes and the names under them. */
export function takeNodes(pen: Pen, nodes: readonly DrawnNode[], view: View, field: LabelField): void {
  for (const drawn of nodes) {
    const { node } = drawn;
    const at = toScreen(drawn.at, view);
    const [across, down] = node.shape === 'closed' ? [closedHalf.width, closedHalf.height] : [nodeRadius, nodeRadius];
    field.take(at.x - across * view.zoom, at.y - down * view.zoom, across * 2 * view.zoom, down * 2 * view.zoom);
    if (node.shape === 'closed') continue;
    const size = nameSize * view.zoom;
    const lines = node.tag === undefined ? [node.name] : [node.name, node.tag];
    const width = Math.max(...lines.map((line) => widthOf(pen, line, size, 450)));
    field.take(at.x - width / 2, at.y + (nodeRadius + 5) * view.zoom, width, size * 1.25 * lines.length);
  }
}

export function paintBoxNames(pen: Pen, boxes: readonly DrawnBox[], view: View, colors: CanvasColors, field: LabelField): void {
  for (const { name, rect, level } of boxes) {
    if (level !== 'outer') continue;
    const size = Math.min(14, Math.max(10.5, 12 * view.zoom));
    const width = widthOf(pen, name, size, 550);
    const at = toScreen({ x: rect.x + rect.width / 2, y: rect.y }, view);
    // A name may stand over its box's sides, but not over another name.
    if (!field.claim(at.x - width / 2 - 2, at.y - size - 5, width + 4, size + 4)) continue;
    pen.font = `550 ${size}px ${family}`;
    pen.textAlign = 'center';
    pen.textBaseline = 'alphabetic';
    write(pen, name, at.x, at.y - 6, view.zoom < farNames ? colors.text : colors.muted, colors.page);
  }
}

export function paintNames(
  pen: Pen,
  nodes: readonly DrawnNode[],
  view: View,
  colors: CanvasColors,
  field: LabelField,
  options: PaintOptions,
  scene: Scene,
): void {
  const rank = ({ node }: DrawnNode): number =>
    (node.id === scene.selected || scene.found?.has(node.id) === true ? 1e9 : 0) +
    (node.health === 'failing' ? 1e6 : node.health === 'degraded' ? 1e5 : 0) +
    (node.shape === 'gateway' || node.shape === 'closed' ? 1e4 : 0) +
    node.weight;
  const size = Math.min(14, Math.max(10, 11.5 * view.zoom));
  const ordered = nodes.toSorted((one, other) => rank(other) - rank(one));
  // A screen holds a few hundred names; looking for room for thousands more only costs time.
  let misses = 0;
  // From afar boxes say where things are: only what is wrong, asked for or an entrance is named beside them.
  const far = view.zoom < farNames && scene.graph.boxes.length > 1 && options.everything !== true;
  for (const drawn of ordered) {
    const { node } = drawn;
    if (far && node.shape !== 'closed' && rank(drawn) - node.weight < 1e4) continue;
    const faded = options.kept !== undefined && !options.kept.has(node.id);
    if (faded && view.zoom < 0.6) continue;
    if (misses > 400) break;
    const at = toScreen(drawn.at, view);
    const closed = node.shape === 'closed';
    const width = widthOf(pen, node.name, size, closed ? 550 : 450);
    const tag = closed || view.zoom > 0.62 ? node.tag : undefined;
    const top = closed ? at.y - (view.zoom > 0.45 ? size + 1 : size / 2) : at.y + nodeRadius * view.zoom + 4;
    if (closed && view.zoom <= 0.3 && width > closedHalf.width * 2 * view.zoom + 30) {
      if (!field.claim(at.x - width / 2, top, width, size)) continue;
    } else if (
      options.everything !== true &&
      !closed &&
      !field.claim(at.x - width / 2 - 1, top, width + 2, size + 1 + (tag === undefined ? 0 : size))
    ) {
      misses += 1;
      continue;
    }
    options.named?.add(node.id);
    pen.globalAlpha = faded ? 0.25 : 1;
    pen.textAlign = 'center';
    pen.textBaseline = 'top';
    if (closed && view.zoom <= 0.3)
      paintChip(pen, node, { x: at.x - width / 2 - 5, y: top - 4, width: width + 10, height: size + 7 }, colors);
    pen.font = `${closed ? 550 : 450} ${size}px ${family}`;
    const ground = closed ? colors.panel : colors.page;
    write(pen, clip(pen, node.name, closed ? closedHalf.width * 2 * Math.max(view.zoom, 0.5) : 190, size), at.x, top, colors.text, ground);
    if (tag !== undefined && (!closed || view.zoom > 0.45)) {
      pen.font = `450 ${size * 0.92}px ${family}`;
      write(pen, tag, at.x, top + size * 1.18, colors.muted, ground);
    }
  }
  pen.globalAlpha = 1;
}

/** A closed box too small to hold its name: the name on a ground of its own, with the box's colour around it. */
function paintChip(
  pen: Pen,
  node: DrawnNode['node'],
  rect: { x: number; y: number; width: number; height: number },
  colors: CanvasColors,
): void {
  pen.fillStyle = colors.panel;
  pen.strokeStyle = node.change === undefined ? nodeLine(colors, node.health) : changeColor(colors, node.change);
  pen.lineWidth = node.health === 'failing' || node.health === 'degraded' ? 1.75 : 1;
  pen.beginPath();
  pen.roundRect(rect.x, rect.y, rect.width, rect.height, 4);
  pen.fill();
  pen.stroke();
}

function clip(pen: Pen, text: string, room: number, size: number): string {
  if (widthOf(pen, text, size, 450) <= room) return text;
  let kept = text;
  while (kept.length > 3 && widthOf(pen, `${kept}…`, size, 450) > room) kept = kept.slice(0, -1);
  return `${kept}…`;
}

/** Puts the parts of a label (two blanks apart) into as few lines as their width allows. */
function breakLabel(label: string, widthIn: (text: string) => number, room: number): string[] {
  const lines: string[] = [];
  for (const part of label.split('  ')) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)}  ${part}`;
    if (lines.length > 0 && widthIn(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

/** Where on its edge a label may stand, the best first. */
const fewPlaces = [0.5, 0.38, 0.62, 0.28, 0.72];
const manyPlaces = [...fewPlaces, 0.44, 0.56, 0.33, 0.67, 0.22, 0.78];

export function paintEdgeLabels(
  pen: Pen,
  edges: readonly DrawnEdge[],
  view: View,
  colors: CanvasColors,
  field: LabelField,
  options: PaintOptions,
  part: 'urgent' | 'rest',
  scene: Scene,
): void {
  const urgent = ({ edge }: DrawnEdge): boolean =>
    edge.id === scene.selected ||
    stands(edge) ||
    scene.found?.has(edge.id) === true ||
    (options.kept?.has(edge.id) === true && edges.length < 2000);
  if (part === 'rest' && view.zoom < 0.5 && options.everything !== true) return;
  const size = Math.min(12, Math.max(9.5, 10 * view.zoom));
  const wanted = edges.filter((drawn) => drawn.edge.label !== '' && urgent(drawn) === (part === 'urgent'));
  for (const { edge, line } of wanted.toSorted((one, other) => (other.edge.rate ?? 0) - (one.edge.rate ?? 0)).slice(0, 600)) {
    if (options.kept !== undefined && !options.kept.has(edge.id)) continue;
    if (view.zoom < 0.28 && edge.id !== scene.selected && options.everything !== true && edge.change === undefined) continue;
    const length = lengthOf(line) * view.zoom;
    const whole = widthOf(pen, edge.label, size, 450) + 8;
    if (part === 'rest' && options.everything !== true && whole > length * 0.8) continue;
    // What is longer than its edge goes into lines: it must not cover the ends.
    const broken = (room: number) => breakLabel(edge.label, (text) => widthOf(pen, text, size, 450) + 8, room);
    const blocks = [whole > length * 0.8 ? broken(length * 0.7) : [edge.label]];
    // Of few edges each is to have its label: in more lines it may find room where in one it does not.
    if (options.everything === true) blocks.push(broken(whole * 0.6), broken(0));
    const lineHeight = size * 1.25;
    const room = (lines: readonly string[]) => ({
      width: Math.max(...lines.map((text) => widthOf(pen, text, size, 450))) + 8,
      half: (size * 1.5 + lineHeight * (lines.length - 1)) / 2,
    });
    // The middle, or a little before or after it where the middle is taken.
    const places = (options.everything === true ? manyPlaces : fewPlaces).map((share) => toScreen(along(line, share), view));
    let [lines = []] = blocks;
    let place: Point | undefined;
    for (const block of blocks) {
      const { width, half } = room(block);
      place = places.find((point) => field.claim(point.x - width / 2, point.y - half, width, half * 2));
      if (place === undefined) continue;
      lines = block;
      break;
    }
    place ??= options.everything === true ? places[0] : undefined;
    if (place === undefined) continue;
    const { width, half } = room(lines);
    pen.globalAlpha = 0.97;
    pen.fillStyle = colors.page;
    pen.beginPath();
    pen.roundRect(place.x - width / 2, place.y - half, width, half * 2, 3);
    pen.fill();
    pen.globalAlpha = 1;
    pen.font = `450 ${size}px ${family}`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillStyle =
      edge.change !== undefined ? changeColor(colors, edge.change) : edge.health === 'failing' ? colors.failing : colors.muted;
    lines.forEach((text, at) => pen.fillText(text, place.x, place.y + (at - (lines.length - 1) / 2) * lineHeight));
    if (edge.lock !== undefined) paintLock(pen, edge.lock, { x: place.x - width / 2 - size * 0.7, y: place.y }, size / 10, colors);
  }
}
